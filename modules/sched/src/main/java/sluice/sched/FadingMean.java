package sluice.sched;

import java.util.concurrent.atomic.AtomicLong;

/**
 * An exponentially weighted moving average that fades towards "unknown" while nothing is added. Lock-free: mean and time share
 * one 64-bit cell, so that a reader never sees one without the other. Thread-safe.
 *
 * <p>Times are nanoseconds since the scheduler was made, never negative.
 */
final class FadingMean {
    /** Nothing is known. */
    static final long UNKNOWN = 0;
    /** After this long without a sample a mean counts half. */
    static final long HALF_LIFE_NANOS = 60_000_000_000L;
    /** Half-lives after which a mean is forgotten. */
    static final int FORGOTTEN_AFTER_HALVES = 4;

    /** A tick is 2^27 ns = 134 ms: 32 bits of them last for 18 years. */
    private static final int TICK_SHIFT = 27;
    private static final int HALF_LIFE_TICKS = (int) (HALF_LIFE_NANOS >>> TICK_SHIFT);

    private final AtomicLong cell = new AtomicLong(UNKNOWN);

    /** Takes a sample in: the first as it is, later ones with weight {@code alpha}, more where the old mean has faded. */
    void add(double sample, double alpha, long nowNanos) {
        long old;
        long next;
        do {
            old = cell.getPlain();
            double kept = (1 - alpha) * freshness(old, nowNanos);
            double mean = kept == 0 ? sample : (kept * mean(old) + alpha * sample) / (kept + alpha);
            next = pack((float) mean, Math.max(tick(nowNanos), (int) old));
        } while (!cell.compareAndSet(old, next));
    }

    /** The cell, to be read by {@link #mean} and {@link #freshness}. */
    long read() {
        return cell.get();
    }

    /** Forgets everything. */
    void clear() {
        cell.set(UNKNOWN);
    }

    /** The mean in a cell, as it was when the last sample came. */
    static float mean(long cell) {
        return Float.intBitsToFloat((int) (cell >>> 32));
    }

    /** How much a cell's mean counts still: 1 just after a sample, 0.5 after the half-life, 0 once it is forgotten. */
    static float freshness(long cell, long nowNanos) {
        if (cell == UNKNOWN) {
            return 0;
        }
        int idle = tick(nowNanos) - (int) cell;
        if (idle <= 0) {
            return 1;
        }
        int halves = idle / HALF_LIFE_TICKS;
        if (halves >= FORGOTTEN_AFTER_HALVES) {
            return 0;
        }
        float part = (float) (idle - halves * HALF_LIFE_TICKS) / HALF_LIFE_TICKS;
        return (1 - part / 2) / (1 << halves);
    }

    private static int tick(long nowNanos) {
        // Never 0, so that a mean of 0 at the start differs from UNKNOWN.
        return (int) (nowNanos >>> TICK_SHIFT) + 1;
    }

    private static long pack(float mean, int tick) {
        return (long) Float.floatToRawIntBits(mean) << 32 | tick & 0xFFFF_FFFFL;
    }
}
