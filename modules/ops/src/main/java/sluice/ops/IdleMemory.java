package sluice.ops;

import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Gives memory back to the system when the load has gone: what is kept for later requests is let go and one collection is asked
 * for, after which the heap shrinks. Only while no request is under way, for a collection of all stops everything for some tens of
 * milliseconds; and only once after each load. Its thread sleeps until it is closed.
 */
public final class IdleMemory implements AutoCloseable {
    /** How often it looks; two looks without a request are an idle process. */
    public static final Duration STEP = Duration.ofSeconds(5);
    /** A heap below this is not worth a collection. */
    private static final long WORTH_BYTES = 48L * 1024 * 1024;

    private final IntSupplier underWay;
    private final LongSupplier ended;
    private final LongSupplier heapBytes;
    private final Runnable collect;
    private final Thread thread;
    private long lastEnded;
    private boolean idle;
    private boolean done = true;

    /**
     * Begins to watch.
     *
     * @param underWay requests under way
     * @param ended requests that have ended since the start
     * @param trim lets go what is kept for later requests
     */
    public static IdleMemory watch(IntSupplier underWay, LongSupplier ended, Runnable trim) {
        IdleMemory memory = new IdleMemory(underWay, ended, Runtime.getRuntime()::totalMemory, () -> {
            trim.run();
            System.gc();
        });
        memory.thread.start();
        return memory;
    }

    IdleMemory(IntSupplier underWay, LongSupplier ended, LongSupplier heapBytes, Runnable collect) {
        this.underWay = underWay;
        this.ended = ended;
        this.heapBytes = heapBytes;
        this.collect = collect;
        thread = Thread.ofVirtual().name("idle-memory").unstarted(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(STEP);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look, {@link #STEP} after the one before. */
    void look() {
        long now = ended.getAsLong();
        boolean quiet = now == lastEnded && underWay.getAsInt() == 0;
        done &= now == lastEnded;
        lastEnded = now;
        if (quiet && idle && !done) {
            done = true;
            if (heapBytes.getAsLong() > WORTH_BYTES) {
                collect.run();
            }
        }
        idle = quiet;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
