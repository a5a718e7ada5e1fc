package sluice.ops;

import io.helidon.metrics.api.Gauge;
import java.util.function.Supplier;

/** A value that is read when it is asked for. Thread-safe if its source is. */
final class SuppliedGauge<N extends Number> extends NamedMeter implements Gauge<N> {
    private final Supplier<N> source;

    private SuppliedGauge(Maker<N> maker) {
        super(maker);
        source = maker.source;
    }

    /** Its builder. */
    static final class Maker<N extends Number> extends MeterMaker<Gauge.Builder<N>, Gauge<N>> implements Gauge.Builder<N> {
        private final Supplier<N> source;

        Maker(String name, Supplier<N> source) {
            super(name);
            this.source = source;
        }

        @Override
        SuppliedGauge<N> make() {
            return new SuppliedGauge<>(this);
        }

        @Override
        public Supplier<N> supplier() {
            return source;
        }
    }

    @Override
    public Type type() {
        return Type.GAUGE;
    }

    @Override
    public N value() {
        return source.get();
    }
}
