package sluice.api;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets another thread end what a request is blocked in. The request's thread names the thing to close before it blocks; a
 * watcher or a sweeper that calls {@link #cancel()} closes it, once. Thread-safe.
 */
public final class Cancellation {
    /** Told apart by identity, which a lambda would not promise. */
    private enum Mark implements Runnable {
        NOTHING, CANCELLED;

        @Override
        public void run() {
            // there is nothing to close
        }
    }

    private final AtomicReference<Runnable> closer = new AtomicReference<>(Mark.NOTHING);

    /** Nothing is named yet. */
    public Cancellation() {
        // starts in the state NOTHING
    }

    /** Whether {@link #cancel()} was called. */
    public boolean isCancelled() {
        return closer.get() == Mark.CANCELLED;
    }

    /** Names what to close from now on, in place of what was named before; closes it at once if already cancelled. */
    public void onCancel(Runnable close) {
        Runnable before = closer.get();
        while (before != Mark.CANCELLED) {
            if (closer.compareAndSet(before, close)) {
                return;
            }
            before = closer.get();
        }
        close.run();
    }

    /** There is nothing to close any more. */
    public void clear() {
        Runnable before = closer.get();
        while (before != Mark.CANCELLED && !closer.compareAndSet(before, Mark.NOTHING)) {
            before = closer.get();
        }
    }

    /** Closes what is named now and whatever is named later. The closing must not block for long. */
    public void cancel() {
        closer.getAndSet(Mark.CANCELLED).run();
    }
}
