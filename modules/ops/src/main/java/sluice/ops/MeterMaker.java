package sluice.ops;

import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.Tag;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What all builders of meters have.
 *
 * @param <B> the builder as Helidon knows it
 * @param <M> the meter as Helidon knows it
 */
abstract class MeterMaker<B extends Meter.Builder<B, M>, M extends Meter> implements Meter.Builder<B, M> {
    private final String name;
    private final Map<String, String> tags = new LinkedHashMap<>();
    private Optional<String> description = Optional.empty();
    private Optional<String> baseUnit = Optional.empty();
    private Optional<String> scope = Optional.empty();

    MeterMaker(String name) {
        this.name = name;
    }

    /** Makes the meter. */
    abstract M make();

    final MeterIdentity identityOfMeter() {
        return MeterIdentity.of(name, tags);
    }

    @Override
    public B tags(Iterable<Tag> all) {
        tags.clear();
        all.forEach(this::addTag);
        return identity();
    }

    @Override
    public B addTag(Tag tag) {
        tags.put(tag.key(), tag.value());
        return identity();
    }

    @Override
    public B description(String text) {
        description = Optional.of(text);
        return identity();
    }

    @Override
    public B baseUnit(String unit) {
        baseUnit = Optional.of(unit);
        return identity();
    }

    @Override
    public B scope(String name) {
        scope = Optional.of(name);
        return identity();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, String> tags() {
        return Map.copyOf(tags);
    }

    @Override
    public Optional<String> description() {
        return description;
    }

    @Override
    public Optional<String> baseUnit() {
        return baseUnit;
    }

    @Override
    public Optional<String> scope() {
        return scope;
    }

    @Override
    public <R> R unwrap(Class<? extends R> type) {
        return type.cast(this);
    }
}
