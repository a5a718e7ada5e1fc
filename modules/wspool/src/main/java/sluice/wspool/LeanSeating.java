package sluice.wspool;

import java.util.function.LongSupplier;
import sluice.api.ConnectionSeats;
import sluice.api.WebSocketSettings;

/** Provides seats that are never swept on a request's way. */
public final class LeanSeating implements ConnectionSeats.Factory {
    /** For the service loader. */
    public LeanSeating() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "lean";
    }

    @Override
    public <C> ConnectionSeats<C> create(String account, WebSocketSettings settings, int capacity, LongSupplier nanoClock) {
        return new LeanSeats<>(account, settings, capacity, nanoClock);
    }
}
