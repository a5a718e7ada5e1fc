package sluice.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.files.WritingThread;

/**
 * A queue before a store. Requests put records in without waking anybody; one thread writes what has gathered every half second,
 * so that a killed process loses at most that. A record that finds the queue full, because the disk does not follow, waits a
 * moment and is then counted as lost, and at once if nothing can be written: clients are served even if the disk is full. Thread-safe.
 */
final class LedgerSink implements UsageSink {
    /** Where records are kept. Confined to one thread. */
    interface Store extends AutoCloseable {
        /** Makes sure that records can be written; throws if not. */
        void open() throws IOException;

        /** Takes out of {@code batch} what is kept for good; throws if that is not all. */
        void write(List<UsageRecord> batch) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** A second of records at the highest rate that one process has been seen to serve. */
    static final int QUEUE = 16 * 1024;
    private static final long WRITE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long FULL_WAIT_MILLIS = 1000;
    private static final int MAX_BATCH = 4096;

    private final Store store;
    private final BlockingQueue<UsageRecord> queue = new ArrayBlockingQueue<>(QUEUE);
    /** Records that the queue has taken; those not yet in {@link #settled} wait there or with the thread. */
    private final LongAdder taken = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final WritingThread writer;
    /** Whether the last write failed; so that a full disk is told once, not twice a second. */
    private volatile boolean failing;
    /** Records that were written, or given up at the end. Written by the thread alone. */
    private volatile long settled;

    LedgerSink(Store store) {
        this.store = store;
        writer = new WritingThread("sluice-usage", this::run);
        writer.start();
    }

    @Override
    public void record(UsageRecord usage) {
        (queue.offer(usage) || offeredAgain(usage) ? taken : lost).increment();
    }

    private boolean offeredAgain(UsageRecord usage) {
        writer.wake();
        try {
            // Where nothing leaves the queue soon, a request must not wait for a disk that is full.
            return !failing && queue.offer(usage, FULL_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public long lost() {
        // In this order: a record that is written in between counts once more, never once less.
        long done = settled;
        return lost.sum() + (failing ? Math.max(0, taken.sum() - done) : 0);
    }

    /** Writes out what is queued; what cannot be written now is lost, and said so. */
    @Override
    public void close() {
        writer.close();
    }

    private void run() {
        List<UsageRecord> batch = new ArrayList<>();
        try (store) {
            written(batch);
            while (!writer.isClosing() || !queue.isEmpty() || !batch.isEmpty()) {
                if (batch.isEmpty()) {
                    queue.drainTo(batch, MAX_BATCH);
                }
                boolean more = batch.size() == MAX_BATCH;
                // A try that began before the end was known may have met a fault that has gone since: one more follows it.
                boolean last = writer.isClosing();
                if ((failing || !batch.isEmpty()) && !written(batch) && last && !batch.isEmpty()) {
                    giveUp(batch);
                    return;
                }
                if (!writer.isClosing() && (!more || failing)) {
                    writer.sleep(WRITE_EVERY_NANOS);
                }
            }
        } catch (IOException e) {
            tell("usage could not be closed: " + e.getMessage());
        }
    }

    private void giveUp(List<UsageRecord> batch) {
        queue.drainTo(batch);
        lost.add(batch.size());
        settled += batch.size();
        tell(batch.size() + " usage records are lost");
    }

    private boolean written(List<UsageRecord> batch) {
        int before = batch.size();
        try {
            if (batch.isEmpty()) {
                store.open();
            } else {
                store.write(batch);
            }
            if (failing) {
                System.getLogger("sluice.ledger").log(System.Logger.Level.WARNING, "usage.path: usage is written again");
            }
            failing = false;
            return true;
        } catch (IOException e) {
            if (!failing) {
                tell("usage cannot be written and waits in memory: " + e.getMessage());
            }
            failing = true;
            return false;
        } finally {
            settled += before - batch.size();
        }
    }

    private static void tell(String message) {
        System.getLogger("sluice.ledger").log(System.Logger.Level.ERROR, "usage.path: " + message);
    }
}
