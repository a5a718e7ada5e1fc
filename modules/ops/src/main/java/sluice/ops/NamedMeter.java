package sluice.ops;

import io.helidon.metrics.api.Meter;
import java.util.Optional;

/** What all meters have. Thread-safe. */
abstract class NamedMeter implements Meter {
    private final MeterIdentity identity;
    private final Optional<String> description;
    private final Optional<String> baseUnit;
    private final Optional<String> scope;

    NamedMeter(MeterMaker<?, ?> maker) {
        identity = maker.identityOfMeter();
        description = maker.description();
        baseUnit = maker.baseUnit();
        scope = maker.scope();
    }

    /** Name and labels. */
    final MeterIdentity identity() {
        return identity;
    }

    @Override
    public final Id id() {
        return identity;
    }

    @Override
    public final Optional<String> baseUnit() {
        return baseUnit;
    }

    @Override
    public final Optional<String> description() {
        return description;
    }

    @Override
    public final Optional<String> scope() {
        return scope;
    }

    @Override
    public final <R> R unwrap(Class<? extends R> type) {
        return type.cast(this);
    }
}
