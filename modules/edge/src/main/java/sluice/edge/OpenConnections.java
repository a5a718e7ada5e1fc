package sluice.edge;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.api.GatewayError;
import sluice.config.LimitSettings;

/**
 * Counts the connections of clients, in all and for each address, so that a client that is one too many is told so, and
 * does not wait behind a port that no longer accepts. Thread-safe; counts are exact.
 */
final class OpenConnections {
    /** From this share of all places on, connections that only wait are asked to make room. */
    private static final double CROWDED = 0.9;
    /** How long a connection may wait then. */
    static final Duration CROWDED_WAIT = Duration.ofSeconds(1);
    /** How long one that has never asked for anything may wait while others are turned away: some round trips. */
    private static final Duration FULL_WAIT = Duration.ofMillis(200);

    private final int most;
    private final int mostPerAddress;
    private final Front front;
    private final AtomicInteger all = new AtomicInteger();
    /** Those that have not said yet what they speak: they are no clients, but hold a place of the port. */
    private final AtomicInteger approaching = new AtomicInteger();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();

    /**
     * Counts from zero.
     *
     * @param most most connections
     * @param mostPerAddress most connections of one address; 0: no limit
     * @param front says who is a proxy, which has no limit of its own
     */
    private OpenConnections(int most, int mostPerAddress, Front front) {
        this.front = front;
        this.most = most;
        this.mostPerAddress = mostPerAddress;
    }

    /** Counts from zero, to the limits of the configuration. A trusted proxy has connections of many clients. */
    static OpenConnections within(LimitSettings limits, Front front) {
        return new OpenConnections(limits.connections(), limits.connectionsPerAddress(), front);
    }

    /**
     * Counts a connection from {@code address}, whether it fits or not; {@link #leave} ends it.
     *
     * @return why it must not be served; empty if it may be
     */
    Optional<GatewayError> enter(String address) {
        boolean tooMany = all.incrementAndGet() > most;
        boolean tooManyHere = isCounted(address) && byAddress.merge(address, 1, Integer::sum) > mostPerAddress;
        if (tooManyHere) {
            return Optional.of(GatewayError.gateway(429, "client_connections", "There are " + mostPerAddress
                    + " connections from this address, as many as there may be (limits.connections-per-address).")
                    .withRetryAfter(Duration.ofSeconds(1)));
        }
        return tooMany
                ? Optional.of(GatewayError.gateway(503, "too_many_connections", "The gateway has as many connections as it may"
                        + " (limits.connections).").withRetryAfter(Duration.ofSeconds(1)))
                : Optional.empty();
    }

    /** A connection was accepted that agrees on TLS first, or says by which proxy it comes; {@link #arrived} follows. */
    void approaches() {
        approaching.incrementAndGet();
    }

    /** It has done so, or has ended. */
    void arrived() {
        approaching.decrementAndGet();
    }

    /** A connection that was counted has ended. */
    void leave(String address) {
        all.decrementAndGet();
        if (isCounted(address)) {
            byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private boolean isCounted(String address) {
        return mostPerAddress > 0 && !front.isTrusted(address);
    }

    /** How long a connection may wait that has asked for something before; {@code usual} where there is room. */
    Duration patience(Duration usual) {
        return crowded() && CROWDED_WAIT.compareTo(usual) < 0 ? CROWDED_WAIT : usual;
    }

    /** The same for one that has not asked for anything yet. */
    Duration patienceWithNew(Duration usual) {
        boolean full = all.get() + approaching.get() > most;
        return full && FULL_WAIT.compareTo(usual) < 0 ? FULL_WAIT : patience(usual);
    }

    /** Whether there is little room left. */
    boolean crowded() {
        return all.get() + approaching.get() > most * CROWDED;
    }
}
