package sluice.clients;

import java.util.concurrent.atomic.AtomicBoolean;
import sluice.api.Sweeper;

/** Has written down each minute when keys were used last. Confined to the sweeper's thread, which does not wait for the disk. */
public final class KeptUses implements Sweeper.Watched {
    private static final long EVERY_NANOS = 60_000_000_000L;

    private final Runnable save;
    private final AtomicBoolean writing = new AtomicBoolean();
    private long nextNanos;
    private boolean begun;

    /** Has {@code save} write them, on a thread of its own. */
    public KeptUses(Runnable save) {
        this.save = save;
    }

    @Override
    public void sweep(long nowNanos) {
        if (!begun) {
            begun = true;
            nextNanos = nowNanos + EVERY_NANOS;
        }
        if (nowNanos - nextNanos >= 0 && writing.compareAndSet(false, true)) {
            nextNanos = nowNanos + EVERY_NANOS;
            Thread.ofVirtual().name("sluice-key-uses").start(() -> {
                try {
                    save.run();
                } finally {
                    writing.set(false);
                }
            });
        }
    }
}
