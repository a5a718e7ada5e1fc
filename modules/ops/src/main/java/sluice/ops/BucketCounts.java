package sluice.ops;

import io.helidon.metrics.api.Bucket;
import io.helidon.metrics.api.HistogramSnapshot;
import io.helidon.metrics.api.ValueAtPercentile;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** A histogram with fixed bounds: adding a value is a search in a short array and two additions, without a lock. Thread-safe. */
final class BucketCounts {
    private final double[] bounds;
    /** One more than there are bounds: the last one has no upper end. */
    private final LongAdder[] counts;
    private final DoubleAdder total = new DoubleAdder();
    private volatile double max;

    /** A histogram with these upper bounds, which must rise. */
    BucketCounts(double... bounds) {
        this.bounds = bounds.clone();
        for (int i = 1; i < bounds.length; i++) {
            if (bounds[i] <= bounds[i - 1]) {
                throw new IllegalArgumentException("buckets: must rise, not " + Arrays.toString(bounds));
            }
        }
        counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, i -> new LongAdder());
    }

    void add(double value) {
        int found = Arrays.binarySearch(bounds, value);
        counts[found >= 0 ? found : -found - 1].increment();
        total.add(value);
        if (value > max) {
            // Two threads may race here; the greatest value is for people, who do not mind a lost tie.
            max = value;
        }
    }

    double max() {
        return max;
    }

    double total() {
        return total.sum();
    }

    long count() {
        long sum = 0;
        for (LongAdder count : counts) {
            sum += count.sum();
        }
        return sum;
    }

    /** The upper bounds, without the endless one. */
    double[] bounds() {
        return bounds.clone();
    }

    /** For each bucket how many values are at most its bound; the last one counts all. */
    long[] cumulative() {
        long[] sums = new long[counts.length];
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i].sum();
            sums[i] = sum;
        }
        return sums;
    }

    /** The counts at this moment, as Helidon shows them. */
    HistogramSnapshot snapshot() {
        long[] sums = cumulative();
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < bounds.length; i++) {
            buckets.add(new CountedBucket(bounds[i], sums[i]));
        }
        return new Snapshot(sums[sums.length - 1], total(), max, buckets);
    }

    private static double inUnit(double seconds, TimeUnit unit) {
        return seconds * TimeUnit.SECONDS.toNanos(1) / unit.toNanos(1);
    }

    private record CountedBucket(double boundary, long count) implements Bucket {
        @Override
        public double boundary(TimeUnit unit) {
            return inUnit(boundary, unit);
        }

        @Override
        public <R> R unwrap(Class<? extends R> type) {
            return type.cast(this);
        }
    }

    /** Counts without percentiles: whoever reads the buckets computes those. */
    private record Snapshot(long count, double total, double max, List<Bucket> buckets) implements HistogramSnapshot {
        @Override
        public double total(TimeUnit unit) {
            return inUnit(total, unit);
        }

        @Override
        public double mean() {
            return count == 0 ? 0 : total / count;
        }

        @Override
        public double mean(TimeUnit unit) {
            return inUnit(mean(), unit);
        }

        @Override
        public Iterable<ValueAtPercentile> percentileValues() {
            return List.of();
        }

        @Override
        public Iterable<Bucket> histogramCounts() {
            return buckets;
        }

        @Override
        public void outputSummary(PrintStream out, double scale) {
            out.printf("count %d, mean %.6f, max %.6f%n", count, mean() * scale, max * scale);
        }

        @Override
        public <R> R unwrap(Class<? extends R> type) {
            return type.cast(this);
        }
    }
}
