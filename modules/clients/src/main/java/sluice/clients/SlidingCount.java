package sluice.clients;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A count over the last minute, whenever one looks. Time is cut into seconds, and a second that is only half past still counts
 * whole: so no sixty seconds ever hold more than a limit, and what is past is forgotten a second late at most. Thread-safe;
 * {@code lock} guards all counts and is held for a few additions.
 */
public final class SlidingCount {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MINUTE_NANOS = 60 * SECOND_NANOS;
    /** Sixty whole seconds, and the one that is running. */
    private static final int SECONDS = 61;

    private final ReentrantLock lock = new ReentrantLock();
    private final long[] counts = new long[SECONDS];
    private long newest;
    private long total;

    /** A count of nothing. */
    public SlidingCount() {
        // all counts are 0
    }

    /** Adds {@code amount} if the count is still below {@code limit}; 0 is no limit. So one addition may pass the limit, not two. */
    public boolean add(long amount, long limit, long nowNanos) {
        lock.lock();
        try {
            long second = forgetUntil(nowNanos);
            if (limit > 0 && total >= limit) {
                return false;
            }
            counts[slot(second)] += amount;
            total += amount;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was added as {@code amount} a while ago proves to be {@code actual}. */
    public void correct(long addedAtNanos, long amount, long actual, long nowNanos) {
        lock.lock();
        try {
            long second = forgetUntil(nowNanos);
            long then = Math.floorDiv(addedAtNanos, SECOND_NANOS);
            boolean remembered = then > second - SECONDS && then <= second;
            long change = remembered ? actual - amount : Math.max(0, actual - amount);
            counts[slot(remembered ? then : second)] += change;
            total += change;
        } finally {
            lock.unlock();
        }
    }

    /** The count now. */
    public long count(long nowNanos) {
        lock.lock();
        try {
            forgetUntil(nowNanos);
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** How long until the count is below {@code limit}, if nothing is added: at most a minute, and then it may lack a part of a second. */
    public long nanosUntilBelow(long limit, long nowNanos) {
        lock.lock();
        try {
            long second = forgetUntil(nowNanos);
            long left = total;
            for (long old = second - SECONDS + 1; old <= second; old++) {
                if (left < limit) {
                    return Math.clamp((old + SECONDS - 1) * SECOND_NANOS - nowNanos, 0, MINUTE_NANOS);
                }
                left -= counts[slot(old)];
            }
            return MINUTE_NANOS;
        } finally {
            lock.unlock();
        }
    }

    private long forgetUntil(long nowNanos) {
        long second = Math.floorDiv(nowNanos, SECOND_NANOS);
        if (total == 0 && second > newest) {
            newest = second;
        }
        for (int i = 0; i < SECONDS && newest < second; i++) {
            newest++;
            total -= counts[slot(newest)];
            counts[slot(newest)] = 0;
        }
        newest = Math.max(newest, second);
        return newest;
    }

    private static int slot(long second) {
        return (int) Math.floorMod(second, (long) SECONDS);
    }
}
