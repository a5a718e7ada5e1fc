/**
 * Memory that is used again: {@link sluice.buffers.ArrayShelf} keeps the arrays in which bodies, events and answers have lain for
 * those that come later, so that a large request or a fast stream makes next to no garbage.
 *
 * <p>It knows nothing of what lies in an array, and requires nothing but {@code java.base}.
 */
package sluice.buffers;
