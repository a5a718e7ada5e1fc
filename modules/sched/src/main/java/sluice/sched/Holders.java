package sluice.sched;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which clients hold an account's slots. While another client asks, too, one client leaves the last tenth of them: a client that does not
 * give its slots back, such as one that does not read its streams, would hold all of them. Thread-safe, without a lock.
 */
final class Holders {
    /** Of the slots, one client leaves one in so many. */
    private static final int LEAVES_ONE_IN = 10;
    /** Who has not asked for so long does not count: then one client may have all. */
    private static final long LATELY_NANOS = 60_000_000_000L;
    /** A client that asks again and again is noted once in this time. */
    private static final long NOTED_NANOS = 1_000_000_000;

    private final Map<String, Integer> held = new ConcurrentHashMap<>();
    private volatile Seen seen = new Seen("", Long.MIN_VALUE / 2, "", Long.MIN_VALUE / 2);

    /** Who asked last, and which other client asked before. */
    private record Seen(String last, long lastNanos, String other, long otherNanos) {
        boolean anyBut(String client, long nowNanos) {
            return nowNanos - (client.equals(last) ? otherNanos : lastNanos) < LATELY_NANOS;
        }
    }

    /** Most slots that nobody is kept from. */
    static int shared(int concurrency) {
        return concurrency - concurrency / LEAVES_ONE_IN;
    }

    /** A client asks for a slot, whether there is one or not. */
    void asks(String client, long nowNanos) {
        Seen now = seen;
        if (!client.equals(now.last)) {
            seen = new Seen(client, nowNanos, now.last, now.lastNanos);
        } else if (nowNanos - now.lastNanos > NOTED_NANOS) {
            seen = new Seen(client, nowNanos, now.other, now.otherNanos);
        }
    }

    /** Whether a client may hold one more. */
    boolean mayTake(String client, int concurrency, long nowNanos) {
        return held.getOrDefault(client, 0) < most(client, concurrency, nowNanos);
    }

    private int most(String client, int concurrency, long nowNanos) {
        return seen.anyBut(client, nowNanos) ? shared(concurrency) : Integer.MAX_VALUE;
    }

    /** Counts one more slot of a client, if it may hold that. */
    boolean tryTake(String client, int concurrency, long nowNanos) {
        asks(client, nowNanos);
        int most = most(client, concurrency, nowNanos);
        while (true) {
            Integer now = held.putIfAbsent(client, 1);
            if (now == null) {
                return true;
            }
            if (now >= most) {
                return false;
            }
            if (held.replace(client, now, now + 1)) {
                return true;
            }
        }
    }

    /** Counts one more slot of a client, whatever it holds. */
    void take(String client) {
        held.merge(client, 1, Integer::sum);
    }

    /** A client has given a slot back. */
    void giveBack(String client) {
        held.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
    }
}
