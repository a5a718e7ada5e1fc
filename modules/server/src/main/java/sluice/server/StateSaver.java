package sluice.server;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.config.StateSettings;

/** Saves sessions and owners every now and then, on a thread of its own, for the sweeper must not write. */
final class StateSaver implements Sweeper.Watched {
    private final Assembly assembly;
    private final StateSettings settings;
    private final AtomicBoolean saving = new AtomicBoolean();
    private volatile long lastNanos;

    StateSaver(Assembly assembly, StateSettings settings, LongSupplier clock) {
        this.assembly = assembly;
        this.settings = settings;
        lastNanos = clock.getAsLong();
    }

    @Override
    public void sweep(long nowNanos) {
        if (settings.path().isEmpty() || nowNanos - lastNanos < settings.saveEvery().toNanos()) {
            return;
        }
        lastNanos = nowNanos;
        if (saving.compareAndSet(false, true)) {
            Thread.startVirtualThread(this::save);
        }
    }

    private void save() {
        try {
            assembly.save(settings.path().orElseThrow());
        } catch (IOException e) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING,
                    "state.path: sessions could not be saved: " + e.getMessage());
        } finally {
            saving.set(false);
        }
    }
}
