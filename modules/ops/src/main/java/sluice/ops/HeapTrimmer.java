package sluice.ops;

import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Keeps the heap near what lives in it, where the collector would let it grow to a quarter of the machine before it looks. When a load
 * has gone, what is kept for later requests is let go too, and one collection is asked for, after which the heap shrinks. Under load one
 * is asked for when the heap has grown by far more than the requests under way explain: it is full of what ended requests left. Such a
 * collection stops everything for some tens of milliseconds, so it is rare. Its thread sleeps until it is closed.
 */
public final class HeapTrimmer implements AutoCloseable {
    /** How often it looks; two looks without a request are an idle process. */
    public static final Duration STEP = Duration.ofSeconds(5);
    /** A heap below this is not worth a collection. */
    private static final long WORTH_BYTES = 48L * 1024 * 1024;
    /** So much more than what lived may lie in the heap of a gateway at work, or twice as much as lived. */
    private static final long ROOM_BYTES = 96L * 1024 * 1024;
    /** What a request under way may hold: threads, buffers, a body of usual size. */
    private static final long REQUEST_BYTES = 64L * 1024;

    private final IntSupplier underWay;
    private final LongSupplier ended;
    private final LongSupplier heapBytes;
    private final Work work;
    private final Thread thread;
    private long lastEnded;
    private boolean idle;
    private boolean done = true;
    /** The heap, and the requests under way, after the last collection that was asked for. */
    private long keptBytes = WORTH_BYTES;
    private int keptRequests;

    /** What is done about it. */
    interface Work {
        /** Lets go what is kept for later requests. */
        void trim();

        /** Collects all garbage. */
        void collect();
    }

    /**
     * Begins to watch.
     *
     * @param underWay requests under way
     * @param ended requests that have ended since the start
     * @param trim lets go what is kept for later requests
     */
    public static HeapTrimmer watch(IntSupplier underWay, LongSupplier ended, Runnable trim) {
        HeapTrimmer trimmer = new HeapTrimmer(underWay, ended, Runtime.getRuntime()::totalMemory, new Work() {
            @Override
            public void trim() {
                trim.run();
            }

            @Override
            public void collect() {
                System.gc();
            }
        });
        trimmer.thread.start();
        return trimmer;
    }

    HeapTrimmer(IntSupplier underWay, LongSupplier ended, LongSupplier heapBytes, Work work) {
        this.underWay = underWay;
        this.ended = ended;
        this.heapBytes = heapBytes;
        this.work = work;
        thread = Thread.ofVirtual().name("heap-trimmer").unstarted(this::run);
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
                work.trim();
                collect();
            }
        } else if (!quiet && isFullOfThePast()) {
            collect();
        }
        idle = quiet;
    }

    private boolean isFullOfThePast() {
        long explained = keptBytes + Math.max(0, underWay.getAsInt() - keptRequests) * REQUEST_BYTES;
        return heapBytes.getAsLong() > explained + Math.max(ROOM_BYTES, 2 * keptBytes);
    }

    private void collect() {
        work.collect();
        keptBytes = heapBytes.getAsLong();
        keptRequests = underWay.getAsInt();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
