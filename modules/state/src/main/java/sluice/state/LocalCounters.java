package sluice.state;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.SharedState.Counters;

/** Sums in memory; each change is told to a listener, which must not block. Thread-safe, without a lock. */
final class LocalCounters implements Counters {
    /** How long a sum is kept after its window, for who asks late. */
    private static final long KEPT_MILLIS = 48L * 3_600_000;
    /** Sums whose window is long over are dropped whenever so many more have come. */
    private static final int TIDY_EVERY = 1_024;

    private record Key(String name, long startEpochMillis) { }

    /** A sum and how often it was changed, so that of two writings of it the later one is known. */
    private record Value(long sum, long changes) { }

    /** One sum. */
    static final class Sum {
        private final Key key;
        private final long endEpochMillis;
        private final AtomicReference<Value> value = new AtomicReference<>(new Value(0, 0));
        /** Whether the listener knows that it has changed. */
        final AtomicBoolean told = new AtomicBoolean();

        private Sum(Key key, long endEpochMillis) {
            this.key = key;
            this.endEpochMillis = endEpochMillis;
        }

        StateFile.Counter written() {
            Value now = value.get();
            return new StateFile.Counter(key.name, new Window(key.startEpochMillis, endEpochMillis), now.sum, now.changes);
        }
    }

    private final Map<Key, Sum> sums = new ConcurrentHashMap<>();
    private final LongSupplier epochMillis;
    private final Consumer<Sum> changed;
    private volatile int tidiedAt = TIDY_EVERY;

    LocalCounters(LongSupplier epochMillis, Consumer<Sum> changed) {
        this.epochMillis = epochMillis;
        this.changed = changed;
    }

    @Override
    public long add(String name, Window window, long amount) {
        Sum sum = of(name, window);
        Value next = sum.value.updateAndGet(old -> new Value(old.sum + amount, old.changes + 1));
        if (sum.told.compareAndSet(false, true)) {
            changed.accept(sum);
        }
        return next.sum;
    }

    @Override
    public long sum(String name, Window window) {
        Sum sum = sums.get(new Key(name, window.startEpochMillis()));
        return sum == null ? 0 : sum.value.get().sum;
    }

    private Sum of(String name, Window window) {
        Key key = new Key(name, window.startEpochMillis());
        Sum sum = sums.get(key);
        if (sum == null) {
            tidy();
            sum = sums.computeIfAbsent(key, made -> new Sum(made, window.endEpochMillis()));
        }
        return sum;
    }

    /** Names come from the configuration, so only time makes their number grow. */
    private void tidy() {
        if (sums.size() >= tidiedAt) {
            long now = epochMillis.getAsLong();
            sums.values().removeIf(sum -> sum.endEpochMillis + KEPT_MILLIS < now);
            tidiedAt = sums.size() + TIDY_EVERY;
        }
    }

    /** All, for the file. */
    void each(Consumer<StateFile.Counter> receiver) {
        long now = epochMillis.getAsLong();
        sums.values().stream().filter(sum -> sum.endEpochMillis + KEPT_MILLIS >= now).map(Sum::written).forEach(receiver);
    }

    /** Takes in what was kept: the later one of two writings counts. */
    void restore(StateFile.Counter kept) {
        if (kept.window().endEpochMillis() + KEPT_MILLIS >= epochMillis.getAsLong()) {
            of(kept.name(), kept.window()).value.updateAndGet(now ->
                    kept.changes() > now.changes ? new Value(kept.sum(), kept.changes()) : now);
        }
    }
}
