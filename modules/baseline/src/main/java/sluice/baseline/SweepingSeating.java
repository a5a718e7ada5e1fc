package sluice.baseline;

import java.util.function.LongSupplier;
import sluice.api.TurnPool;

/** Provides seats that sweep in every acquire. */
public final class SweepingSeating implements TurnPool.Seats.Factory {
    /** For the service loader. */
    public SweepingSeating() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "sweeping";
    }

    @Override
    public <C> TurnPool.Seats<C> create(String account, TurnPool.Settings settings, int capacity, LongSupplier nanoClock) {
        return new SweepingSeats<>(account, settings, capacity, nanoClock);
    }
}
