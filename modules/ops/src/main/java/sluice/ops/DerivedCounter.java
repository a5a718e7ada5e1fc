package sluice.ops;

import io.helidon.metrics.api.FunctionalCounter;
import java.util.function.Function;

/** A counter that somebody else counts. Thread-safe if that one is. */
final class DerivedCounter<T> extends NamedMeter implements FunctionalCounter {
    private final T state;
    private final Function<T, Long> read;

    private DerivedCounter(Maker<T> maker) {
        super(maker);
        state = maker.state;
        read = maker.read;
    }

    /** Its builder. */
    static final class Maker<T> extends MeterMaker<FunctionalCounter.Builder<T>, FunctionalCounter>
            implements FunctionalCounter.Builder<T> {
        private final T state;
        private final Function<T, Long> read;

        Maker(String name, T state, Function<T, Long> read) {
            super(name);
            this.state = state;
            this.read = read;
        }

        @Override
        DerivedCounter<T> make() {
            return new DerivedCounter<>(this);
        }

        @Override
        public T stateObject() {
            return state;
        }

        @Override
        public Function<T, Long> fn() {
            return read;
        }
    }

    @Override
    public Type type() {
        return Type.COUNTER;
    }

    @Override
    public long count() {
        return read.apply(state);
    }
}
