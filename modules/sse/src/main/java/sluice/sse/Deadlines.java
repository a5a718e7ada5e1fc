package sluice.sse;

import java.util.concurrent.atomic.AtomicReference;
import sluice.api.ByteSource;
import sluice.api.Sweeper;

/**
 * The limits of one stream, for the one sweeper of the process. While the stream's thread waits in a read, only the sweeper
 * can see that a time is over; it then aborts the source, and the thread finds here why. Thread-safe, without locks.
 */
final class Deadlines implements Sweeper.Watched {
    /** What ended the waiting. */
    enum Expired { NOTHING, FIRST_OUTPUT, END }

    /** A clock reading that stands for no limit; a limit that falls on it is moved by a nanosecond. */
    private static final long NONE = 0;

    private final ByteSource source;
    private final Runnable releaseHeld;
    private final AtomicReference<Expired> expired = new AtomicReference<>(Expired.NOTHING);
    private volatile long firstOutputAt = NONE;
    private volatile long endAt = NONE;
    private volatile long releaseAt = NONE;

    /** Limits of {@code source}; {@code releaseHeld} is run, without blocking, when the hold is over. */
    Deadlines(ByteSource source, Runnable releaseHeld) {
        this.source = source;
        this.releaseHeld = releaseHeld;
    }

    void firstOutputAt(long nanos) {
        firstOutputAt = notNone(nanos);
    }

    /** The output came, unless {@link #expired} says that it came too late. */
    void noFirstOutput() {
        firstOutputAt = NONE;
    }

    void releaseAt(long nanos) {
        releaseAt = notNone(nanos);
    }

    void endAt(long nanos) {
        endAt = notNone(nanos);
    }

    Expired expired() {
        return expired.get();
    }

    @Override
    public void sweep(long nowNanos) {
        if (over(releaseAt, nowNanos)) {
            releaseAt = NONE;
            releaseHeld.run();
        }
        if (over(firstOutputAt, nowNanos) && expired.compareAndSet(Expired.NOTHING, Expired.FIRST_OUTPUT)
                || over(endAt, nowNanos) && expired.compareAndSet(Expired.NOTHING, Expired.END)) {
            source.abort();
        }
    }

    private static boolean over(long limit, long now) {
        return limit != NONE && now - limit >= 0;
    }

    private static long notNone(long nanos) {
        return nanos == NONE ? 1 : nanos;
    }
}
