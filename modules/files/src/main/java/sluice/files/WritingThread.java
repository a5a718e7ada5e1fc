package sluice.files;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread that writes behind those who change things: it sleeps until there is something to write, and whoever closes it waits until
 * it has written all. Thread-safe.
 */
public final class WritingThread implements AutoCloseable {
    private final Thread thread;
    private volatile boolean closing;

    /** One that is not started; {@code work} goes on until it {@link #isClosing}, and then ends by itself. */
    public WritingThread(String name, Runnable work) {
        thread = Thread.ofPlatform().daemon().name(name).unstarted(work);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** There is something to write: ends its sleep, or the next one if it does not sleep. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Whether it shall come to its end. */
    public boolean isClosing() {
        return closing;
    }

    /** Sleeps until it is woken; may also end before. By this thread itself. */
    public void sleep() {
        LockSupport.park(this);
    }

    /** Sleeps until it is woken, but for so long at most. By this thread itself. */
    public void sleep(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    /** Has it come to its end, and waits for that; not for longer than until the caller is interrupted. */
    @Override
    public void close() {
        closing = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
