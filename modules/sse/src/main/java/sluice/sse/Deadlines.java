package sluice.sse;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.Cause;
import sluice.api.Sweeper;

/**
 * The limits of one stream, for the one sweeper of the process, which hears of the stream with its first limit. While the
 * stream's thread waits in a read, only the sweeper can see that a time is over; it then aborts the source, and the thread finds
 * here why. Thread-safe, without locks; limits are set by the stream's thread.
 */
final class Deadlines implements Sweeper.Watched, AutoCloseable {
    /** What ended the waiting. */
    private enum Expired { NOTHING, FIRST_OUTPUT, END }

    /** A clock reading that stands for no limit; a limit that falls on it is moved by a nanosecond. */
    private static final long NONE = 0;

    private final ByteSource source;
    private final Runnable releaseHeld;
    private final RelayOptions.Clocks clocks;
    private final AtomicReference<Expired> expired = new AtomicReference<>(Expired.NOTHING);
    private volatile long firstOutputAt = NONE;
    private volatile long endAt = NONE;
    private volatile long releaseAt = NONE;
    /** Confined to the stream's thread. */
    private Sweeper.Registration watch = () -> { };
    private boolean watched;

    /** Limits of {@code source}; {@code releaseHeld} is run, without blocking, when the hold is over. */
    Deadlines(ByteSource source, Runnable releaseHeld, RelayOptions.Clocks clocks) {
        this.source = source;
        this.releaseHeld = releaseHeld;
        this.clocks = clocks;
    }

    /** The first output must come within this time; zero: whenever it likes. */
    void firstOutputIn(Duration limit) {
        if (!limit.isZero()) {
            firstOutputAt = in(limit);
        }
    }

    /** The output came. Each event says so: a look at the field costs less than a write that other threads must see. */
    void noFirstOutput() {
        if (firstOutputAt != NONE) {
            firstOutputAt = NONE;
        }
    }

    /** What is held back goes out after this time. */
    void releaseIn(Duration limit) {
        releaseAt = in(limit);
    }

    /** The stream ends after this time, whatever comes. */
    void endIn(Duration limit) {
        endAt = in(limit);
    }

    private long in(Duration limit) {
        if (!watched) {
            watched = true;
            watch = clocks.sweeper().watch(this);
        }
        long at = clocks.nanos().getAsLong() + limit.toNanos();
        return at == NONE ? 1 : at;
    }

    /** Why the source ended so. */
    Cause causeOf(ByteSource.Broken broken) {
        Cause cause = Cause.of(broken);
        return cause == Cause.CANCELLED && expired.get() == Expired.FIRST_OUTPUT ? Cause.FIRST_OUTPUT_TIMEOUT : cause;
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

    /** The sweeper forgets the stream. */
    @Override
    public void close() {
        watch.close();
    }

    private static boolean over(long limit, long now) {
        return limit != NONE && now - limit >= 0;
    }
}
