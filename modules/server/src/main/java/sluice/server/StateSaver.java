package sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    /**
     * Reads what a former process saved. What cannot be read is set aside, for sessions that start anew are better than a
     * gateway that does not start.
     */
    static void restore(Assembly assembly, Path file) {
        try {
            assembly.restore(file);
        } catch (IOException | RuntimeException e) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            String what = "state.path: " + file + " cannot be read (" + e.getMessage() + "); sessions start anew";
            try {
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                what += ", and the file is kept as " + aside.getFileName();
            } catch (IOException kept) {
                what += ", and it could not be set aside (" + kept.getMessage() + ")";
            }
            System.getLogger("sluice.server").log(System.Logger.Level.ERROR, what);
        }
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
