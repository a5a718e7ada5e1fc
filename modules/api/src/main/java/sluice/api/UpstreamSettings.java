package sluice.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How connections are kept.
 *
 * @param maxIdlePerAccount most idle connections kept for an account
 * @param idleTimeout how long an idle connection is kept
 * @param maxHeaderBytes most bytes of an answer's head
 * @param trustedCertificates PEM file of certificate authorities to trust instead of the JDK's
 * @param sweeper for deadlines
 * @param nanoClock monotonic clock
 */
public record UpstreamSettings(int maxIdlePerAccount, Duration idleTimeout, int maxHeaderBytes,
        Optional<Path> trustedCertificates, Sweeper sweeper, LongSupplier nanoClock) { }
