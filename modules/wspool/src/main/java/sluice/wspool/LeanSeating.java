package sluice.wspool;

import java.util.function.LongSupplier;
import sluice.api.TurnPool;

/** Provides seats that are never swept on a request's way. */
public final class LeanSeating implements TurnPool.Seats.Factory {
    /** For the service loader. */
    public LeanSeating() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "lean";
    }

    @Override
    public <C> TurnPool.Seats<C> create(String account, TurnPool.Settings settings, int capacity, LongSupplier nanoClock) {
        return new LeanSeats<>(account, settings, capacity, nanoClock);
    }
}
