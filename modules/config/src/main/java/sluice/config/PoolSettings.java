package sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How HTTP connections to accounts are kept: the keys below {@code upstream:}.
 *
 * @param maxIdlePerAccount most idle connections kept for an account
 * @param idleTimeout how long an idle connection is kept
 * @param headerBytes largest head of an answer
 * @param trustedCertificates PEM file of certificate authorities to trust instead of the JDK's
 */
public record PoolSettings(int maxIdlePerAccount, Duration idleTimeout, int headerBytes, Optional<Path> trustedCertificates) { }
