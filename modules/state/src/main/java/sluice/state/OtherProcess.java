package sluice.state;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Another process that has the same file, as while a restart hands over: whether there is one, and up to when its knowledge is known here.
 * A client may ask this process for what the other one has answered a moment ago. Thread-safe.
 */
final class OtherProcess {
    /** Nobody else can have a state that is in no file. */
    static final OtherProcess NONE = new OtherProcess(() -> false, () -> 0, 0);

    /** One that is there sees within a second that this one has begun, and saves. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** It saves every two seconds at least; where it has not for so long, it is gone, or cannot. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How often those who wait look, and how often the folder is looked at for all of them: thousands may wait at a time. */
    static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final BooleanSupplier hasSaved;
    private final LongSupplier epochMillis;
    private final AtomicLong lookedNanos = new AtomicLong(System.nanoTime() - PAUSE_NANOS);
    private volatile long thereUntilNanos;
    private volatile long toldEpochMillis = Long.MIN_VALUE;

    private OtherProcess(BooleanSupplier hasSaved, LongSupplier epochMillis, long waitNanos) {
        this.hasSaved = hasSaved;
        this.epochMillis = epochMillis;
        thereUntilNanos = System.nanoTime() + waitNanos;
    }

    /** Until it has had time to answer it counts as there. */
    static OtherProcess of(BooleanSupplier hasSaved, LongSupplier epochMillis) {
        return new OtherProcess(hasSaved, epochMillis, ANSWER_NANOS);
    }

    /** Whether there is one, as far as can be known. */
    boolean isThere() {
        if (isTimeToLook() && hasSaved.getAsBoolean()) {
            thereUntilNanos = System.nanoTime() + PATIENCE_NANOS;
            return true;
        }
        return thereUntilNanos - System.nanoTime() > 0;
    }

    private boolean isTimeToLook() {
        long now = System.nanoTime();
        long looked = lookedNanos.get();
        return now - looked >= PAUSE_NANOS && lookedNanos.compareAndSet(looked, now);
    }

    /** What it knew at this time is known here. */
    void told(long savedEpochMillis) {
        toldEpochMillis = Math.max(toldEpochMillis, savedEpochMillis);
        thereUntilNanos = System.nanoTime() + PATIENCE_NANOS;
    }

    /** Waits until what it knows now is known here; not at all where nobody is there, and some seconds at most. */
    void catchUp() {
        long asked = epochMillis.getAsLong();
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (isThere() && toldEpochMillis <= asked && until - System.nanoTime() > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
