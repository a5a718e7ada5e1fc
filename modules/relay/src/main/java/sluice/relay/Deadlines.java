package sluice.relay;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.Cause;
import sluice.api.Sweeper;

/**
 * The times of one answer, for the one sweeper of the process, which hears of the answer with its first time. While the
 * answer's thread waits in a read, only the sweeper can see that a time is over; it then aborts the source, and the thread finds
 * here why. Thread-safe, without locks; times are set by the answer's thread.
 */
public final class Deadlines implements Sweeper.Watched, AutoCloseable {
    /** What ended the waiting. */
    private enum Expired { NOTHING, FIRST_OUTPUT, END }

    /** A clock reading that stands for no limit; a limit that falls on it is moved by a nanosecond. */
    private static final long NONE = 0;

    private final ByteSource source;
    private final HoldBack hold;
    private final RelayOptions.Clocks clocks;
    private final AtomicReference<Expired> expired = new AtomicReference<>(Expired.NOTHING);
    private volatile long firstOutputAt = NONE;
    private volatile long endAt = NONE;
    private volatile long releaseAt = NONE;
    /** Confined to the answer's thread. */
    private Sweeper.Registration watch = () -> { };
    private boolean watched;

    /** None so far, of {@code source} and of what is held back of it. */
    public Deadlines(ByteSource source, HoldBack hold, RelayOptions.Clocks clocks) {
        this.source = source;
        this.hold = hold;
        this.clocks = clocks;
    }

    /** The first output must come within this time; zero: whenever it likes. */
    public void firstOutputIn(Duration limit) {
        if (!limit.isZero()) {
            firstOutputAt = in(limit);
        }
    }

    /** The output came. Each event says so: a look at the field costs less than a write that other threads must see. */
    public void noFirstOutput() {
        if (firstOutputAt != NONE) {
            firstOutputAt = NONE;
        }
    }

    /** Begins to hold back, if the options say so, and for no longer than they say. */
    public void holdBack(RelayOptions.Held held) {
        if (held.commit() == RelayOptions.Commit.FIRST_OUTPUT) {
            hold.begin();
            releaseAt = in(held.time());
        }
    }

    /** The answer ends after this time, whatever comes. */
    public void endIn(Duration limit) {
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
    public Cause causeOf(ByteSource.Broken broken) {
        Cause cause = Cause.of(broken);
        return cause == Cause.CANCELLED && expired.get() == Expired.FIRST_OUTPUT ? Cause.FIRST_OUTPUT_TIMEOUT : cause;
    }

    @Override
    public void sweep(long nowNanos) {
        if (over(releaseAt, nowNanos)) {
            releaseAt = NONE;
            hold.releaseSoon();
        }
        if (over(firstOutputAt, nowNanos) && expired.compareAndSet(Expired.NOTHING, Expired.FIRST_OUTPUT)
                || over(endAt, nowNanos) && expired.compareAndSet(Expired.NOTHING, Expired.END)) {
            source.abort();
        }
    }

    /** The sweeper forgets the answer, and nothing of it is held back any more. */
    @Override
    public void close() {
        hold.open();
        watch.close();
    }

    private static boolean over(long limit, long now) {
        return limit != NONE && now - limit >= 0;
    }
}
