package sluice.config;

import java.nio.file.Path;

/**
 * What the meaning of a value depends on.
 *
 * @param references for {@code ${…}}
 * @param folder that relative paths start from
 * @param heapBytes most memory of Java's heap, for shares of it
 */
record ReadContext(References references, Path folder, long heapBytes) { }
