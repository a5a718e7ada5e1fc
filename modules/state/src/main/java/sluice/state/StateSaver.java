package sluice.state;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Saves the state every now and then, and at its end, on a thread of its own. While another process saves to the same file, as in a
 * restart that hands over, each saves within moments, so that the other knows what it has learnt.
 */
final class StateSaver implements AutoCloseable {
    /** How often it is seen whether another process has saved. */
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final long SHARED_LOOK_NANOS = 100_000_000;
    /** A save that takes long is not repeated for so many times as long, so that sharing takes a twentieth of a core. */
    private static final long REST_TIMES = 20;
    /** Longer than this nobody waits for what the other has learnt: one save may have been held up by something else. */
    private static final long MOST_REST_NANOS = 2_000_000_000;
    /** What is saved. */
    interface Saving {
        /** Takes in what another process has saved, and saves all. */
        void save() throws IOException;
    }

    private final Saving saving;
    private final OtherProcess other;
    private final long everyNanos;
    /** Whether the last save failed: a full disk is told once. Confined to the thread. */
    private boolean failing;
    /** How long the last save took. Confined to the thread once it runs. */
    private long tookNanos;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("sluice-state-save").unstarted(this::run);

    StateSaver(Saving saving, OtherProcess other, long everyNanos) {
        this.saving = saving;
        this.other = other;
        this.everyNanos = everyNanos;
    }

    /** Saves: another process sees that there is this one, and what cannot be written is said at the start. Goes on by itself. */
    void start() {
        tookNanos = save();
        thread.start();
    }

    private void run() {
        long savedNanos = System.nanoTime();
        boolean shared = other.isThere();
        try {
            while (!end.await(Math.min(everyNanos, shared ? SHARED_LOOK_NANOS : LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                shared = other.isThere();
                if (now - savedNanos >= (shared ? Math.min(Math.min(everyNanos, MOST_REST_NANOS), REST_TIMES * tookNanos)
                        : everyNanos)) {
                    tookNanos = save();
                    savedNanos = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it; the last save is made all the same.
        }
        save();
    }

    private long save() {
        long began = System.nanoTime();
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
        return System.nanoTime() - began;
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
