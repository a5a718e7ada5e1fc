package sluice.edge;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import sluice.api.GatewayError;
import sluice.clients.BodyShare;
import sluice.clients.Places;
import sluice.clients.Reserve;
import sluice.config.LimitSettings;
import sluice.responses.Check;

/**
 * Counts the connections of clients, in all and by where they come from, so that a client that is one too many is told so, and
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
    private final Supplier<Reserve> reserve;
    /** All that there are, those that are refused included. */
    private final AtomicInteger all = new AtomicInteger();
    /** Those that are served. */
    private final Places served = new Places();
    /** Those that have not said yet for whom a proxy has opened them: they are no clients, but hold a place of the port. */
    private final AtomicInteger approaching = new AtomicInteger();
    private final Map<String, Origin> origins = new ConcurrentHashMap<>();

    /**
     * Counts from zero, to the limits of the configuration.
     *
     * @param front says who is a proxy, which has connections of many clients
     * @param reserve what is kept for those who hold little
     */
    OpenConnections(LimitSettings limits, Front front, Supplier<Reserve> reserve) {
        most = limits.connections();
        mostPerAddress = limits.connectionsPerAddress();
        this.front = front;
        this.reserve = reserve;
    }

    /**
     * What one connection, or one of its streams, holds: a place, or the refusal of one, which is known when it is first asked for. It is
     * counted as one of all from the beginning, until it is left.
     */
    final class Place {
        private final String network;
        private final Origin origin;
        private final boolean tooManyHere;
        private boolean asked;
        private volatile boolean has;
        private final AtomicBoolean left = new AtomicBoolean();

        private Place(String network, Origin origin, boolean tooManyHere) {
            this.network = network;
            this.origin = origin;
            this.tooManyHere = tooManyHere;
        }

        /** Takes the place, once; whether somebody is served in it. For the connection's thread, or the stream's. */
        Check refusal() {
            if (!asked) {
                asked = true;
                has = !tooManyHere && served.enter(most, reserve.get(), origin.heldWithOneMore(), 0);
                if (has) {
                    origin.enters();
                }
            }
            if (has) {
                return Check.PASSED;
            }
            GatewayError error = tooManyHere
                    ? GatewayError.gateway(429, "client_connections", "There are " + mostPerAddress
                            + " connections from this address, as many as there may be (limits.connections-per-address).")
                    : GatewayError.gateway(503, "too_many_connections", "The gateway has as many connections as it may"
                            + " (limits.connections), or as many as leave some to addresses with few (limits.reserve-percent).");
            return Check.refused(error.withRetryAfter(Duration.ofSeconds(1)));
        }

        /** One more for the same client. */
        Place another() {
            return place(network, origin);
        }

        /** What the client holds of the memory for bodies before it is known. */
        BodyShare unread() {
            return origin.unread();
        }

        /** How long who has not asked for anything yet may wait; who holds little is not hurried by others who hold all. */
        Duration patienceWithNew(Duration usual) {
            Reserve kept = reserve.get();
            boolean little = kept.isLittle(most, origin.here());
            boolean hurry = !little && all.get() + approaching.get() > most - kept.kept(most);
            return hurry && FULL_WAIT.compareTo(usual) < 0 ? FULL_WAIT : patience(usual);
        }

        /** It has ended. May be called again. */
        void leave() {
            if (!left.compareAndSet(false, true)) {
                return;
            }
            all.decrementAndGet();
            if (has) {
                origin.leaves();
                served.leave();
            }
            if (!network.isEmpty()) {
                origins.computeIfPresent(network, (key, known) -> known.less() ? known : null);
            }
        }
    }

    /** Counts a connection from {@code address}, whether it fits or not, until its place is left. */
    Place enter(String address) {
        boolean many = front.isTrusted(address);
        return place(many ? "" : AddressText.networkOf(address), new Origin(many));
    }

    private Place place(String network, Origin otherwise) {
        all.incrementAndGet();
        if (network.isEmpty()) {
            return new Place(network, otherwise, false);
        }
        boolean[] tooMany = new boolean[1];
        Origin origin = origins.compute(network, (key, known) -> {
            Origin counted = (known == null ? otherwise : known).more();
            tooMany[0] = mostPerAddress > 0 && counted.open() > mostPerAddress;
            return counted;
        });
        return new Place(network, origin, tooMany[0]);
    }

    /** A connection was accepted that says by which proxy it comes; {@link #arrived} follows. */
    void approaches() {
        approaching.incrementAndGet();
    }

    /** It has done so, or has ended. */
    void arrived() {
        approaching.decrementAndGet();
    }

    /** How long a connection may wait that has asked for something before; {@code usual} where there is room. */
    Duration patience(Duration usual) {
        return crowded() && CROWDED_WAIT.compareTo(usual) < 0 ? CROWDED_WAIT : usual;
    }

    /** The same for one that has not even said who it is. */
    Duration patienceWithNew(Duration usual) {
        return isFull() && FULL_WAIT.compareTo(usual) < 0 ? FULL_WAIT : patience(usual);
    }

    private boolean isFull() {
        return all.get() + approaching.get() > most;
    }

    /** Whether there is little room left. */
    boolean crowded() {
        return all.get() + approaching.get() > most * CROWDED;
    }
}
