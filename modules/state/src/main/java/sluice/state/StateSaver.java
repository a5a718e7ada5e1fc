package sluice.state;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Saves the state every now and then, and at its end, on a thread of its own. */
final class StateSaver implements AutoCloseable {
    /** What is saved. */
    @FunctionalInterface
    interface Saving {
        void save() throws IOException;
    }

    private final Saving saving;
    private final long everyNanos;
    /** Whether the last save failed: a full disk is told once. Confined to the thread. */
    private boolean failing;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("sluice-state-save").unstarted(this::run);

    StateSaver(Saving saving, long everyNanos) {
        this.saving = saving;
        this.everyNanos = everyNanos;
    }

    void start() {
        thread.start();
    }

    private void run() {
        // What cannot be written is said at the start, and not a minute later.
        save();
        try {
            while (!end.await(everyNanos, TimeUnit.NANOSECONDS)) {
                save();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it; the last save is made all the same.
        }
        save();
    }

    private void save() {
        try {
            saving.save();
            failing = false;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                System.getLogger("sluice.state").log(System.Logger.Level.ERROR,
                        "state.path: sessions, owners and sums cannot be saved, and would be lost at a restart: " + e);
            }
            failing = true;
        }
    }

    /** Saves once more, and waits for it. */
    @Override
    public void close() {
        end.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
