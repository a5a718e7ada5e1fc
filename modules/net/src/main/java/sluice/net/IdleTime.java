package sluice.net;

import java.util.concurrent.atomic.AtomicLong;

/** How long a thread has had nothing to do. It tells when it begins to wait and when it ends; any thread asks. */
final class IdleTime {
    private final long origin = System.nanoTime();
    /**
     * Twice the sum of all waits, or, during one, twice the sum less the time it began at, plus one: in one word, so that who
     * asks never sees half of a change.
     */
    private final AtomicLong state = new AtomicLong();
    private long sum;
    private long begun;

    /** It waits. */
    void begin(long nowNanos) {
        begun = nowNanos - origin;
        state.lazySet((sum - begun) << 1 | 1);
    }

    /** It has something to do. */
    void end(long nowNanos) {
        sum += nowNanos - origin - begun;
        state.lazySet(sum << 1);
    }

    /** Nanoseconds of waiting until now. */
    long until(long nowNanos) {
        long now = state.get();
        return (now >> 1) + ((now & 1) == 0 ? 0 : nowNanos - origin);
    }
}
