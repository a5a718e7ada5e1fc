package sluice.probe;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The times of the probes of the last five minutes, straight to an upstream and through the gateway, and what follows from them.
 *
 * <p>The confidence interval of a quantile is that of order statistics: between the two probes whose ranks the quantile's own
 * rank lies between in 95 of 100 cases, by the normal approximation of the binomial distribution (Hahn and Meeker, Statistical
 * Intervals, 5.2). That of the difference of two is put together from theirs (Zou and Donner, Construction of confidence limits
 * about effect measures, Statistics in Medicine 27, 2008). Thread-safe.
 */
public final class ProbeTimes {
    /** Probes before the median is told; the p99 of so few is close to their longest. */
    static final int FEWEST = 100;
    private static final Duration KEPT = Duration.ofMinutes(5);
    /** Five minutes of ten probes a second, which come at random, and some room. */
    private static final int MOST = 4096;
    private static final double Z95 = 1.96;

    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Ring direct = new Ring();
    private final Ring through = new Ring();

    /**
     * No probes yet.
     *
     * @param clock monotonic, nanoseconds
     */
    public ProbeTimes(LongSupplier clock) {
        this.clock = clock;
    }

    /** A probe straight to the upstream took so long. */
    public void addDirect(long nanos) {
        add(direct, nanos);
    }

    /** A probe through the gateway took so long. */
    public void addThrough(long nanos) {
        add(through, nanos);
    }

    private void add(Ring ring, long nanos) {
        lock.lock();
        try {
            ring.add(clock.getAsLong(), nanos);
        } finally {
            lock.unlock();
        }
    }

    /** What follows from the probes that are there. */
    public AddedTime now() {
        long[] without;
        long[] with;
        lock.lock();
        try {
            long since = clock.getAsLong() - KEPT.toNanos();
            without = direct.since(since);
            with = through.since(since);
        } finally {
            lock.unlock();
        }
        if (with.length < FEWEST || without.length < FEWEST) {
            return AddedTime.measuring(with.length);
        }
        Arrays.sort(without);
        Arrays.sort(with);
        return new AddedTime(AddedTime.State.MEASURED, with.length, difference(with, without, 0.5),
                difference(with, without, 0.99), at(without, 0.5), at(with, 0.5));
    }

    private static AddedTime.Difference difference(long[] with, long[] without, double part) {
        double more = at(with, part);
        double less = at(without, part);
        double low = Math.hypot(more - bound(with, part, -Z95), bound(without, part, Z95) - less);
        double high = Math.hypot(bound(with, part, Z95) - more, less - bound(without, part, -Z95));
        return new AddedTime.Difference(more - less, more - less - low, more - less + high);
    }

    /** The quantile: the smallest value that at least this part of the values does not exceed. */
    private static double at(long[] sorted, double part) {
        return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }

    /** One end of a quantile's interval; not a number if it lies above all probes. */
    private static double bound(long[] sorted, double part, double z) {
        double rank = part * sorted.length + z * Math.sqrt(sorted.length * part * (1 - part));
        long index = Math.round(z < 0 ? Math.floor(rank) : Math.ceil(rank)) - 1;
        return index >= sorted.length ? Double.NaN : sorted[(int) Math.max(0, index)];
    }

    /** The last values, each with its moment. */
    private static final class Ring {
        private final long[] atNanos = new long[MOST];
        private final long[] values = new long[MOST];
        private int size;
        private int next;

        void add(long at, long value) {
            atNanos[next] = at;
            values[next] = value;
            next = (next + 1) % MOST;
            size = Math.min(MOST, size + 1);
        }

        long[] since(long from) {
            long[] found = new long[size];
            int count = 0;
            for (int i = 0; i < size; i++) {
                if (atNanos[i] - from >= 0) {
                    found[count++] = values[i];
                }
            }
            return Arrays.copyOf(found, count);
        }
    }
}
