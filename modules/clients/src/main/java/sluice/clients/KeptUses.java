package sluice.clients;

import java.util.concurrent.atomic.AtomicBoolean;
import sluice.api.Sweeper;

/**
 * Has the file of keys looked at each second, for another process may have changed it, and has written down each minute when keys were
 * used last. Confined to the sweeper's thread, which does not wait for the disk.
 */
public final class KeptUses implements Sweeper.Watched {
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final long SAVE_NANOS = 60_000_000_000L;

    private final Runnable look;
    private final Runnable save;
    private final AtomicBoolean working = new AtomicBoolean();
    private long lookedNanos;
    private long savedNanos;
    private boolean begun;

    /** Has {@code look} and {@code save} done on a thread of their own. */
    public KeptUses(Runnable look, Runnable save) {
        this.look = look;
        this.save = save;
    }

    @Override
    public void sweep(long nowNanos) {
        if (!begun) {
            begun = true;
            lookedNanos = nowNanos;
            savedNanos = nowNanos;
        }
        if (nowNanos - lookedNanos >= LOOK_NANOS && working.compareAndSet(false, true)) {
            lookedNanos = nowNanos;
            boolean saves = nowNanos - savedNanos >= SAVE_NANOS;
            savedNanos = saves ? nowNanos : savedNanos;
            Thread.ofVirtual().name("sluice-key-uses").start(() -> work(saves));
        }
    }

    private void work(boolean saves) {
        try {
            look.run();
            if (saves) {
                save.run();
            }
        } finally {
            working.set(false);
        }
    }
}
