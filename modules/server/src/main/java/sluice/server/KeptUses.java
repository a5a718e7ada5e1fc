package sluice.server;

import java.util.concurrent.atomic.AtomicBoolean;
import sluice.api.Sweeper;

/** Has written down each minute when keys were used last. Confined to the sweeper's thread, which does not wait for the disk. */
final class KeptUses implements Sweeper.Watched {
    private static final long EVERY_NANOS = 60_000_000_000L;

    private final ClientKeys keys;
    private final AtomicBoolean writing = new AtomicBoolean();
    private long nextNanos;
    private boolean begun;

    KeptUses(ClientKeys keys) {
        this.keys = keys;
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
                    keys.saveUses();
                } finally {
                    writing.set(false);
                }
            });
        }
    }
}
