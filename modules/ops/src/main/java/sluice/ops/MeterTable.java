package sluice.ops;

import io.helidon.metrics.api.Clock;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.api.Tag;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** All meters by name and labels. Whoever measures often keeps the meter rather than look it up again. Thread-safe. */
final class MeterTable implements MeterRegistry {
    private final Map<MeterIdentity, Meter> meters = new ConcurrentHashMap<>();
    private final List<Consumer<Meter>> added = new CopyOnWriteArrayList<>();
    private final List<Consumer<Meter>> removed = new CopyOnWriteArrayList<>();
    private final Clock clock;

    MeterTable(Clock clock) {
        this.clock = clock;
    }

    /** Its builder. */
    static final class Maker implements MeterRegistry.Builder<Maker, MeterTable> {
        private final MeterTable table;
        private Clock clock;

        Maker(Clock clock) {
            this.clock = clock;
            table = new MeterTable(clock);
        }

        @Override
        public Maker clock(Clock other) {
            clock = other;
            return this;
        }

        @Override
        public Maker metricsConfig(MetricsConfig configuration) {
            return this;
        }

        @Override
        public Maker onMeterAdded(Consumer<Meter> listener) {
            table.onMeterAdded(listener);
            return this;
        }

        @Override
        public Maker onMeterRemoved(Consumer<Meter> listener) {
            table.onMeterRemoved(listener);
            return this;
        }

        @Override
        public MeterTable build() {
            MeterTable built = new MeterTable(clock);
            table.added.forEach(built::onMeterAdded);
            table.removed.forEach(built::onMeterRemoved);
            return built;
        }
    }

    @Override
    public List<Meter> meters() {
        return List.copyOf(meters.values());
    }

    @Override
    public Collection<Meter> meters(Predicate<Meter> wanted) {
        return meters.values().stream().filter(wanted).toList();
    }

    @Override
    public Iterable<Meter> meters(Iterable<String> scopes) {
        Set<String> wanted = new HashSet<>();
        scopes.forEach(wanted::add);
        return meters(meter -> meter.scope().filter(wanted::contains).isPresent());
    }

    @Override
    public Iterable<String> scopes() {
        return meters.values().stream().flatMap(meter -> meter.scope().stream()).distinct().toList();
    }

    @Override
    public void close() {
        meters.clear();
    }

    @Override
    public boolean isMeterEnabled(String name, Map<String, String> tags, Optional<String> scope) {
        return true;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    @SuppressWarnings("unchecked") // a builder makes the meters that its type names
    public <B extends Meter.Builder<B, M>, M extends Meter> M getOrCreate(B builder) {
        return (M) register((MeterMaker<B, M>) builder);
    }

    /** The meter that {@code maker} describes: the one that is known, or else a new one. */
    Meter register(MeterMaker<?, ?> maker) {
        MeterIdentity identity = maker.identityOfMeter();
        Meter known = meters.get(identity);
        if (known == null) {
            Meter made = maker.make();
            known = meters.putIfAbsent(identity, made);
            if (known == null) {
                added.forEach(listener -> listener.accept(made));
                known = made;
            }
        }
        return known;
    }

    @Override
    public <M extends Meter> Optional<M> meter(Class<M> type, String name, Iterable<Tag> tags) {
        return Optional.ofNullable(meters.get(MeterIdentity.of(name, tags))).filter(type::isInstance).map(type::cast);
    }

    @Override
    public Optional<Meter> remove(Meter meter) {
        return remove(meter.id());
    }

    @Override
    public Optional<Meter> remove(Meter.Id id) {
        return remove(id.name(), id.tags());
    }

    @Override
    public Optional<Meter> remove(Meter.Id id, String scope) {
        return remove(id);
    }

    @Override
    public Optional<Meter> remove(String name, Iterable<Tag> tags) {
        Optional<Meter> gone = Optional.ofNullable(meters.remove(MeterIdentity.of(name, tags)));
        gone.ifPresent(meter -> removed.forEach(listener -> listener.accept(meter)));
        return gone;
    }

    @Override
    public Optional<Meter> remove(String name, Iterable<Tag> tags, String scope) {
        return remove(name, tags);
    }

    @Override
    public boolean isDeleted(Meter meter) {
        return meters.values().stream().noneMatch(known -> known == meter);
    }

    @Override
    public MeterTable onMeterAdded(Consumer<Meter> listener) {
        added.add(listener);
        return this;
    }

    @Override
    public MeterTable onMeterRemoved(Consumer<Meter> listener) {
        removed.add(listener);
        return this;
    }

    @Override
    public <R> R unwrap(Class<? extends R> type) {
        return type.cast(this);
    }
}
