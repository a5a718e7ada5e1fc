package sluice.ops;

import io.helidon.metrics.api.Clock;
import io.helidon.metrics.api.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** A histogram of durations, in seconds. Thread-safe. */
final class BucketedTimer extends HistogramMeter implements Timer {
    private final Clock clock;

    private BucketedTimer(Maker maker) {
        super(maker, bounds(maker).counts());
        clock = maker.clock;
    }

    private static BucketBounds bounds(Maker maker) {
        List<Double> bounds = StreamSupport.stream(maker.buckets.spliterator(), false)
                .map(duration -> duration.toNanos() / 1e9).toList();
        return bounds.isEmpty() ? BucketBounds.SECONDS : new BucketBounds(bounds);
    }

    /** Its builder. */
    static final class Maker extends MeterMaker<Timer.Builder, Timer> implements Timer.Builder {
        private final Clock clock;
        private Iterable<Duration> buckets = List.of();
        private Iterable<Double> percentiles = List.of();
        private Optional<Duration> minimum = Optional.empty();
        private Optional<Duration> maximum = Optional.empty();
        private Optional<Boolean> percentileHistogram = Optional.empty();

        Maker(String name, Clock clock) {
            super(name);
            this.clock = clock;
        }

        @Override
        BucketedTimer make() {
            return new BucketedTimer(this);
        }

        @Override
        public Timer.Builder percentiles(double... values) {
            percentiles = Arrays.stream(values).boxed().toList();
            return this;
        }

        @Override
        public Timer.Builder buckets(Duration... values) {
            buckets = List.of(values);
            return this;
        }

        @Override
        public Timer.Builder minimumExpectedValue(Duration value) {
            minimum = Optional.of(value);
            return this;
        }

        @Override
        public Timer.Builder maximumExpectedValue(Duration value) {
            maximum = Optional.of(value);
            return this;
        }

        @Override
        public Timer.Builder publishPercentileHistogram(boolean publish) {
            percentileHistogram = Optional.of(publish);
            return this;
        }

        @Override
        public Iterable<Double> percentiles() {
            return percentiles;
        }

        @Override
        public Iterable<Duration> buckets() {
            return buckets;
        }

        @Override
        public Optional<Duration> minimumExpectedValue() {
            return minimum;
        }

        @Override
        public Optional<Duration> maximumExpectedValue() {
            return maximum;
        }

        @Override
        public Optional<Boolean> publishPercentileHistogram() {
            return percentileHistogram;
        }
    }

    @Override
    public Type type() {
        return Type.TIMER;
    }

    @Override
    public void record(long amount, TimeUnit unit) {
        counts().add(unit.toNanos(amount) / 1e9);
    }

    @Override
    public void record(Duration duration) {
        counts().add(duration.toNanos() / 1e9);
    }

    @Override
    public <T> T record(Supplier<T> work) {
        long start = clock.monotonicTime();
        try {
            return work.get();
        } finally {
            stop(start);
        }
    }

    @Override
    public <T> T record(Callable<T> work) throws Exception {
        long start = clock.monotonicTime();
        try {
            return work.call();
        } finally {
            stop(start);
        }
    }

    @Override
    public void record(Runnable work) {
        long start = clock.monotonicTime();
        try {
            work.run();
        } finally {
            stop(start);
        }
    }

    private void stop(long start) {
        record(clock.monotonicTime() - start, TimeUnit.NANOSECONDS);
    }

    @Override
    public Runnable wrap(Runnable work) {
        return () -> record(work);
    }

    @Override
    public <T> Callable<T> wrap(Callable<T> work) {
        return () -> record(work);
    }

    @Override
    public <T> Supplier<T> wrap(Supplier<T> work) {
        return () -> record(work);
    }

    @Override
    public double totalTime(TimeUnit unit) {
        return snapshot().total(unit);
    }

    @Override
    public double mean(TimeUnit unit) {
        return snapshot().mean(unit);
    }

    @Override
    public double max(TimeUnit unit) {
        return counts().max() * 1e9 / unit.toNanos(1);
    }
}
