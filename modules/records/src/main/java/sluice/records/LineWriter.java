package sluice.records;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes lines that many threads hand over, from one thread of its own: who hands a line over never waits for whoever reads
 * the output. A line is written at once when none was for a moment; those that come close behind it leave together. When the
 * reader falls so far behind that {@link #MAX_WAITING_BYTES} are full, further lines are lost and counted. Thread-safe.
 */
public final class LineWriter implements AutoCloseable {
    /** Some ten thousand lines: seconds of a reader that stands still, at thousands of requests a second. */
    static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;
    /** What is kept of a buffer that a burst has made large. */
    private static final int KEEP_BYTES = 64 * 1024;
    /** So long lines gather after a write: nobody sees the difference, and a busy gateway writes 40 times a second at most. */
    private static final long GATHER_NANOS = 25_000_000;

    private final OutputStream out;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    /** There is something to do for the thread. */
    private final Condition work = lock.newCondition();
    /** All that was handed over is out. */
    private final Condition written = lock.newCondition();
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream(KEEP_BYTES);
    private ByteArrayOutputStream leaving = new ByteArrayOutputStream(KEEP_BYTES);
    private boolean writing;
    private boolean hurry;
    private boolean closed;
    private long lost;
    /** Whether the last write failed. Confined to the thread. */
    private boolean failing;

    /** Lines go to {@code out}, which is not closed. */
    public LineWriter(OutputStream out) {
        this.out = out;
        thread = Thread.ofPlatform().daemon().name("sluice-log").start(this::run);
    }

    /** Hands over a line with its end. It is lost if too much waits already, or after {@link #close}. */
    public void write(byte[] line) {
        lock.lock();
        try {
            if (closed || waiting.size() + line.length > MAX_WAITING_BYTES) {
                lost++;
                return;
            }
            waiting.writeBytes(line);
            if (!writing) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lines lost since the start. */
    public long lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all lines that were handed over before are out. */
    public void flush() {
        lock.lock();
        try {
            while (writing || waiting.size() > 0) {
                hurry = true;
                work.signal();
                written.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what was handed over, and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (take()) {
            try {
                leaving.writeTo(out);
                out.flush();
                failing = false;
            } catch (IOException e) {
                lost(leaving.toByteArray(), e);
            }
            gather();
        }
    }

    /** The lines are gone; the first time that is said where it can be read. */
    private void lost(byte[] lines, IOException why) {
        int count = 0;
        for (byte b : lines) {
            count += b == '\n' ? 1 : 0;
        }
        lock.lock();
        try {
            lost += count;
        } finally {
            lock.unlock();
        }
        if (!failing) {
            failing = true;
            System.getLogger("sluice.records").log(System.Logger.Level.ERROR,
                    "lines of requests cannot be written to standard output and are lost: " + why.getMessage());
        }
    }

    /** Waits for lines and takes them; false at the end. */
    private boolean take() {
        lock.lock();
        try {
            writing = false;
            if (waiting.size() == 0) {
                written.signalAll();
            }
            while (waiting.size() == 0 && !closed) {
                work.awaitUninterruptibly();
            }
            ByteArrayOutputStream taken = waiting;
            waiting = leaving.size() > KEEP_BYTES ? new ByteArrayOutputStream(KEEP_BYTES) : leaving;
            waiting.reset();
            leaving = taken;
            writing = leaving.size() > 0;
            return writing;
        } finally {
            lock.unlock();
        }
    }

    private void gather() {
        lock.lock();
        try {
            long left = GATHER_NANOS;
            while (left > 0 && !hurry && !closed) {
                left = work.awaitNanos(left);
            }
            hurry = false;
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; lines would only gather less.
        } finally {
            lock.unlock();
        }
    }
}
