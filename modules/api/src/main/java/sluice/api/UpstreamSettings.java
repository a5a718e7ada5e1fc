package sluice.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How connections are kept.
 *
 * @param idle which connections are kept for later
 * @param maxHeaderBytes most bytes of an answer's head
 * @param staleReset how soon after sending a reset of a reused connection is the connection's fault, so that the request is sent once
 *     more; zero: a request that may have been read is never sent twice
 * @param trustedCertificates PEM file of certificate authorities to trust instead of the JDK's
 * @param sweeper for deadlines
 * @param nanoClock monotonic clock
 */
public record UpstreamSettings(Idle idle, int maxHeaderBytes, Duration staleReset, Optional<Path> trustedCertificates,
        Sweeper sweeper, LongSupplier nanoClock) {
    /**
     * Connections that wait for a next request.
     *
     * @param perAccount most of them for an account
     * @param inAll most of them for all accounts together: each is an open file
     * @param timeout how long one is kept
     */
    public record Idle(int perAccount, int inAll, Duration timeout) { }
}
