package sluice.sched;

import java.time.Duration;
import sluice.api.StateStore;

/** Provides {@code state: local}. */
public final class LocalStateFactory implements StateStore.Factory {
    /** For the service loader. */
    public LocalStateFactory() {
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public StateStore create(Duration ttl, int maxEntries) {
        return new LocalStateStore(ttl, maxEntries, System::nanoTime, System::currentTimeMillis);
    }
}
