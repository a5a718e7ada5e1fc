package sluice.ops;

import io.helidon.metrics.api.DistributionStatisticsConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * The bounds of a histogram's buckets. Percentiles are not computed here: readers compute them from the buckets. Immutable.
 *
 * @param bounds upper bounds, rising
 */
record BucketBounds(List<Double> bounds) implements DistributionStatisticsConfig {
    /** For durations in seconds, from half a millisecond to five minutes. */
    static final BucketBounds SECONDS = of(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
            300);
    /** For what the gateway adds, in seconds, from twenty microseconds to half a second. */
    static final BucketBounds SHORT_SECONDS = of(0.00002, 0.00005, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.001, 0.002, 0.005,
            0.01, 0.05, 0.5);

    BucketBounds {
        bounds = List.copyOf(bounds);
    }

    static BucketBounds of(double... bounds) {
        return new BucketBounds(DoubleStream.of(bounds).boxed().toList());
    }

    /** Empty counts with these bounds. */
    BucketCounts counts() {
        return new BucketCounts(bounds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public Optional<Iterable<Double>> percentiles() {
        return Optional.empty();
    }

    @Override
    public Optional<Double> minimumExpectedValue() {
        return Optional.empty();
    }

    @Override
    public Optional<Double> maximumExpectedValue() {
        return Optional.empty();
    }

    @Override
    public Optional<Iterable<Double>> buckets() {
        return Optional.of(bounds);
    }

    @Override
    public <R> R unwrap(Class<? extends R> type) {
        return type.cast(this);
    }

    /** Its builder. */
    static final class Maker implements DistributionStatisticsConfig.Builder {
        private Iterable<Double> buckets = SECONDS.bounds();
        private Iterable<Double> percentiles = List.of();
        private Optional<Double> minimum = Optional.empty();
        private Optional<Double> maximum = Optional.empty();

        @Override
        public Builder minimumExpectedValue(Double value) {
            minimum = Optional.of(value);
            return this;
        }

        @Override
        public Builder maximumExpectedValue(Double value) {
            maximum = Optional.of(value);
            return this;
        }

        @Override
        public Builder percentiles(double... values) {
            return percentiles(Arrays.stream(values).boxed().toList());
        }

        @Override
        public Builder percentiles(Iterable<Double> values) {
            percentiles = values;
            return this;
        }

        @Override
        public Builder buckets(double... values) {
            return buckets(Arrays.stream(values).boxed().toList());
        }

        @Override
        public Builder buckets(Iterable<Double> values) {
            buckets = values;
            return this;
        }

        @Override
        public Optional<Double> minimumExpectedValue() {
            return minimum;
        }

        @Override
        public Optional<Double> maximumExpectedValue() {
            return maximum;
        }

        @Override
        public Iterable<Double> percentiles() {
            return percentiles;
        }

        @Override
        public Iterable<Double> buckets() {
            return buckets;
        }

        @Override
        public BucketBounds build() {
            return new BucketBounds(StreamSupport.stream(buckets.spliterator(), false).toList());
        }

        @Override
        public <R> R unwrap(Class<? extends R> type) {
            return type.cast(this);
        }
    }
}
