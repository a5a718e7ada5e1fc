package sluice.clients;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import sluice.api.NamePattern;

/**
 * A client as the running gateway knows it: what it may use, and what it is using now. Its counts outlive a reload, for they
 * belong to the name. Thread-safe.
 */
public final class Client {
    private static final long WINDOW_NANOS = 60_000_000_000L;

    private final String name;
    private final BodyShare bodyShare = new BodyShare();
    private final Places places = new Places();
    private final Places connections = new Places();
    private final MinuteCount requests = new MinuteCount();
    private final MinuteCount tokens = new MinuteCount();
    private final AtomicLong tokensInAll = new AtomicLong();
    private final Spending spending = new Spending();

    /** A client that uses nothing yet. */
    public Client(String name) {
        this.name = name;
    }

    /** Its name, unique. */
    public String name() {
        return name;
    }

    /** What its request bodies hold of the byte budget. */
    public BodyShare bodyShare() {
        return bodyShare;
    }

    /** Takes one of {@code limit} places; false if all are taken. A limit of 0 is none. */
    public boolean enter(int limit) {
        return places.enter(limit);
    }

    /** Gives its place back. */
    public void leave() {
        places.leave();
    }

    /** Opens one of {@code limit} WebSocket connections; false if all are open. A limit of 0 is none. */
    public boolean connect(int limit) {
        return connections.enter(limit);
    }

    /** One of its WebSocket connections has ended. */
    public void disconnect() {
        connections.leave();
    }

    /** WebSocket connections that are open. */
    public int connections() {
        return connections.taken();
    }

    /** Requests under way. */
    public int inFlight() {
        return places.taken();
    }

    /** Requests of this minute. */
    public MinuteCount requests() {
        return requests;
    }

    /** Tokens of this minute. */
    public MinuteCount tokens() {
        return tokens;
    }

    /** Tokens since the start. */
    public AtomicLong tokensInAll() {
        return tokensInAll;
    }

    /** What it has spent. */
    public Spending spending() {
        return spending;
    }

    /** Whether {@code model} fits one of {@code patterns}; an empty list fits all. */
    public static boolean mayUse(List<String> patterns, String model) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> new NamePattern(pattern).fits(model));
    }

    /** A count that starts anew each minute of the monotonic clock. Lock-free. */
    public static final class MinuteCount {
        /** The number of the minute in the upper 24 bits, the count below. */
        private static final int COUNT_BITS = 40;
        private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

        private final AtomicLong packed = new AtomicLong();

        /** Adds {@code amount} if the minute's count stays within {@code limit}; 0 is no limit. */
        public boolean add(long amount, long limit, long nowNanos) {
            while (true) {
                long before = packed.get();
                long count = countIn(before, nowNanos);
                if (limit > 0 && count + amount > limit) {
                    return false;
                }
                if (packed.compareAndSet(before, minute(nowNanos) << COUNT_BITS | Math.min(COUNT_MASK, count + amount))) {
                    return true;
                }
            }
        }

        /** The count of this minute. */
        public long count(long nowNanos) {
            return countIn(packed.get(), nowNanos);
        }

        /** Until the next minute. */
        public static long nanosLeft(long nowNanos) {
            return WINDOW_NANOS - Math.floorMod(nowNanos, WINDOW_NANOS);
        }

        private static long countIn(long value, long nowNanos) {
            return value >>> COUNT_BITS == minute(nowNanos) ? value & COUNT_MASK : 0;
        }

        private static long minute(long nowNanos) {
            return Math.floorDiv(nowNanos, WINDOW_NANOS) & 0xFF_FFFF;
        }
    }
}
