package sluice.ops;

import io.helidon.metrics.api.Clock;
import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.DistributionStatisticsConfig;
import io.helidon.metrics.api.DistributionSummary;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.HistogramSnapshot;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.api.MetricsFactory;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Helidon's metrics without a library behind them: adders and fixed buckets, nothing else (decision 0060). Thread-safe.
 */
final class StripedMetrics implements MetricsFactory {
    private static final Clock CLOCK = new SystemClock();

    private final MetricsConfig configuration;
    private final MeterTable global = new MeterTable(CLOCK);

    StripedMetrics(MetricsConfig configuration) {
        this.configuration = configuration;
    }

    private record SystemClock() implements Clock {
        @Override
        public long wallTime() {
            return System.currentTimeMillis();
        }

        @Override
        public long monotonicTime() {
            return System.nanoTime();
        }
    }

    private record Sample(Clock clock, long start) implements Timer.Sample {
        @Override
        public long stop(Timer timer) {
            long nanos = clock.monotonicTime() - start;
            timer.record(nanos, TimeUnit.NANOSECONDS);
            return nanos;
        }
    }

    @Override
    public void close() {
        global.close();
    }

    @Override
    public MeterTable globalRegistry() {
        return global;
    }

    @Override
    public MeterTable globalRegistry(MetricsConfig other) {
        return global;
    }

    @Override
    public MeterTable globalRegistry(Consumer<Meter> added, Consumer<Meter> removed, boolean backfill) {
        if (backfill) {
            global.meters().forEach(added);
        }
        return global.onMeterAdded(added).onMeterRemoved(removed);
    }

    @Override
    public MetricsConfig metricsConfig() {
        return configuration;
    }

    @Override
    @SuppressWarnings("unchecked") // the caller names the types; there is only this builder
    public <B extends MeterRegistry.Builder<B, M>, M extends MeterRegistry> B meterRegistryBuilder() {
        return (B) new MeterTable.Maker(CLOCK);
    }

    @Override
    public MeterTable createMeterRegistry(MetricsConfig other) {
        return new MeterTable(CLOCK);
    }

    @Override
    public MeterTable createMeterRegistry(MetricsConfig other, Consumer<Meter> added, Consumer<Meter> removed) {
        return new MeterTable(CLOCK).onMeterAdded(added).onMeterRemoved(removed);
    }

    @Override
    public MeterTable createMeterRegistry(Clock clock, MetricsConfig other) {
        return new MeterTable(clock);
    }

    @Override
    public MeterTable createMeterRegistry(Clock clock, MetricsConfig other, Consumer<Meter> added, Consumer<Meter> removed) {
        return new MeterTable(clock).onMeterAdded(added).onMeterRemoved(removed);
    }

    @Override
    public Clock clockSystem() {
        return CLOCK;
    }

    @Override
    public Counter.Builder counterBuilder(String name) {
        return new StripedCounter.Maker(name);
    }

    @Override
    public <T> FunctionalCounter.Builder<T> functionalCounterBuilder(String name, T state, Function<T, Long> read) {
        return new DerivedCounter.Maker<>(name, state, read);
    }

    @Override
    public DistributionStatisticsConfig.Builder distributionStatisticsConfigBuilder() {
        return new BucketBounds.Maker();
    }

    @Override
    public DistributionSummary.Builder distributionSummaryBuilder(String name, DistributionStatisticsConfig.Builder statistics) {
        return new BucketedSummary.Maker(name, statistics);
    }

    @Override
    public <T> Gauge.Builder<Double> gaugeBuilder(String name, T state, ToDoubleFunction<T> read) {
        return new SuppliedGauge.Maker<>(name, () -> read.applyAsDouble(state));
    }

    @Override
    public <N extends Number> Gauge.Builder<N> gaugeBuilder(String name, Supplier<N> source) {
        return new SuppliedGauge.Maker<>(name, source);
    }

    @Override
    public Timer.Builder timerBuilder(String name) {
        return new BucketedTimer.Maker(name, CLOCK);
    }

    @Override
    public Timer.Sample timerStart() {
        return timerStart(CLOCK);
    }

    @Override
    public Timer.Sample timerStart(MeterRegistry registry) {
        return timerStart(registry.clock());
    }

    @Override
    public Timer.Sample timerStart(Clock clock) {
        return new Sample(clock, clock.monotonicTime());
    }

    @Override
    public Tag tagCreate(String key, String value) {
        return new MeterIdentity.Label(key, value);
    }

    @Override
    public HistogramSnapshot histogramSnapshotEmpty(long count, double total, double max) {
        return new BucketCounts().snapshot();
    }
}
