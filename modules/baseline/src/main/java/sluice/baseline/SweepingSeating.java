package sluice.baseline;

import java.util.function.LongSupplier;
import sluice.api.ConnectionSeats;
import sluice.api.WebSocketSettings;

/** Provides seats that sweep in every acquire. */
public final class SweepingSeating implements ConnectionSeats.Factory {
    /** For the service loader. */
    public SweepingSeating() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "sweeping";
    }

    @Override
    public <C> ConnectionSeats<C> create(String account, WebSocketSettings settings, int capacity, LongSupplier nanoClock) {
        return new SweepingSeats<>(account, settings, capacity, nanoClock);
    }
}
