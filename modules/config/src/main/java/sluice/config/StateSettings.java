package sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What survives a restart: the keys below {@code state:}.
 *
 * @param path file for session bindings and owners of responses; empty: they are lost
 * @param saveEvery how often it is written
 */
public record StateSettings(Optional<Path> path, Duration saveEvery) { }
