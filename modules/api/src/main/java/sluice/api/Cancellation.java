package sluice.api;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets another thread end what a request is blocked in. The request's thread names the thing to close before it blocks; a
 * watcher or a sweeper that calls {@link #cancel()} closes it, once: nobody is there any more to be told. Who ends requests whose
 * clients are still there calls {@link #end} instead. Thread-safe.
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

    /** Ended, with words for the client. */
    private record Ended(GatewayError told) implements Runnable {
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

    /** Whether {@link #cancel()} or {@link #end} was called. */
    public boolean isCancelled() {
        return isOver(closer.get());
    }

    /** What the client is to be told; empty if {@link #end} was not called before {@link #cancel()}. */
    public Optional<GatewayError> told() {
        return closer.get() instanceof Ended ended ? Optional.of(ended.told) : Optional.empty();
    }

    private static boolean isOver(Runnable state) {
        return state == Mark.CANCELLED || state instanceof Ended;
    }

    /** Names what to close from now on, in place of what was named before; closes it at once if already cancelled. */
    public void onCancel(Runnable close) {
        Runnable before = closer.get();
        while (!isOver(before)) {
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
        while (!isOver(before) && !closer.compareAndSet(before, Mark.NOTHING)) {
            before = closer.get();
        }
    }

    /** Closes what is named now and whatever is named later. The closing must not block for long. */
    public void cancel() {
        over(Mark.CANCELLED);
    }

    /** As {@link #cancel()}, but the client is there, and is to be told {@code error}. */
    public void end(GatewayError error) {
        over(new Ended(error));
    }

    private void over(Runnable how) {
        Runnable before = closer.get();
        while (!isOver(before)) {
            if (closer.compareAndSet(before, how)) {
                before.run();
                return;
            }
            before = closer.get();
        }
    }
}
