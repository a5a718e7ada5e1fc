package sluice.net;

/**
 * Whether the process was late. It may have been stopped, swapped out or frozen by its machine; deadlines ran out meanwhile although
 * what they wait for has long been in the socket. So whoever was late gives everybody as much time again, up to a limit, before
 * anything is found overdue: threads read what is there, and their deadlines begin anew. Confined to the sweeper's thread.
 */
final class SweepPace {
    /** Less is the pace of a busy machine, not an absence. */
    static final long LATE_NANOS = 500_000_000;
    /** Enough to read what has come; more would only keep what is really dead. */
    static final long LONGEST_HOLD_NANOS = 5_000_000_000L;

    private final long intervalNanos;
    private long lastNanos;
    private long heldUntilNanos;

    /** Visits come every {@code intervalNanos}, the first after {@code nowNanos}. */
    SweepPace(long intervalNanos, long nowNanos) {
        this.intervalNanos = intervalNanos;
        lastNanos = nowNanos;
        heldUntilNanos = nowNanos;
    }

    /** Whether deadlines may be looked at now. Called about every interval. */
    boolean visits(long nowNanos) {
        long lateNanos = nowNanos - lastNanos - intervalNanos;
        lastNanos = nowNanos;
        if (lateNanos > LATE_NANOS) {
            heldUntilNanos = nowNanos + Math.min(lateNanos, LONGEST_HOLD_NANOS);
        }
        return nowNanos - heldUntilNanos >= 0;
    }
}
