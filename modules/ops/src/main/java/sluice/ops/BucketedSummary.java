package sluice.ops;

import io.helidon.metrics.api.DistributionStatisticsConfig;
import io.helidon.metrics.api.DistributionSummary;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** A histogram of values. Thread-safe. */
final class BucketedSummary extends HistogramMeter implements DistributionSummary {
    private final double scale;

    private BucketedSummary(Maker maker) {
        super(maker, new BucketBounds(maker.statistics.map(builder -> StreamSupport.stream(builder.buckets().spliterator(), false)
                .toList()).orElse(BucketBounds.SECONDS.bounds())).counts());
        scale = maker.scale.orElse(1.0);
    }

    /** Its builder. */
    static final class Maker extends MeterMaker<DistributionSummary.Builder, DistributionSummary>
            implements DistributionSummary.Builder {
        private Optional<DistributionStatisticsConfig.Builder> statistics;
        private Optional<Double> scale = Optional.empty();
        private Optional<Boolean> percentileHistogram = Optional.empty();

        Maker(String name, DistributionStatisticsConfig.Builder statistics) {
            super(name);
            this.statistics = Optional.of(statistics);
        }

        @Override
        BucketedSummary make() {
            return new BucketedSummary(this);
        }

        @Override
        public DistributionSummary.Builder scale(double factor) {
            scale = Optional.of(factor);
            return this;
        }

        @Override
        public DistributionSummary.Builder distributionStatisticsConfig(DistributionStatisticsConfig.Builder builder) {
            statistics = Optional.of(builder);
            return this;
        }

        @Override
        public DistributionSummary.Builder publishPercentileHistogram(boolean publish) {
            percentileHistogram = Optional.of(publish);
            return this;
        }

        @Override
        public Optional<Double> scale() {
            return scale;
        }

        @Override
        public Optional<DistributionStatisticsConfig.Builder> distributionStatisticsConfig() {
            return statistics;
        }

        @Override
        public Optional<Boolean> publishPercentileHistogram() {
            return percentileHistogram;
        }
    }

    @Override
    public Type type() {
        return Type.DISTRIBUTION_SUMMARY;
    }

    @Override
    public void record(double amount) {
        counts().add(amount * scale);
    }

    @Override
    public double totalAmount() {
        return counts().total();
    }

    @Override
    public double mean() {
        return snapshot().mean();
    }

    @Override
    public double max() {
        return counts().max();
    }
}
