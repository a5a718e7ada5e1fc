package sluice.ops;

import io.helidon.metrics.api.Counter;
import java.util.concurrent.atomic.LongAdder;

/** A counter that many threads add to without meeting. Thread-safe. */
final class StripedCounter extends NamedMeter implements Counter {
    private final LongAdder count = new LongAdder();

    private StripedCounter(Maker maker) {
        super(maker);
    }

    /** Its builder. */
    static final class Maker extends MeterMaker<Counter.Builder, Counter> implements Counter.Builder {
        Maker(String name) {
            super(name);
        }

        @Override
        StripedCounter make() {
            return new StripedCounter(this);
        }
    }

    @Override
    public Type type() {
        return Type.COUNTER;
    }

    @Override
    public void increment() {
        count.increment();
    }

    @Override
    public void increment(long amount) {
        count.add(amount);
    }

    @Override
    public long count() {
        return count.sum();
    }
}
