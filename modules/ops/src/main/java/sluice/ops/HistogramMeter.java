package sluice.ops;

import io.helidon.metrics.api.HistogramSnapshot;

/** What meters have that count values in buckets. Thread-safe. */
abstract class HistogramMeter extends NamedMeter {
    private final BucketCounts counts;

    HistogramMeter(MeterMaker<?, ?> maker, BucketCounts counts) {
        super(maker);
        this.counts = counts;
    }

    /** The buckets. */
    final BucketCounts counts() {
        return counts;
    }

    /** Values so far. */
    public final long count() {
        return counts.count();
    }

    /** The counts at this moment, as Helidon shows them. */
    public final HistogramSnapshot snapshot() {
        return counts.snapshot();
    }
}
