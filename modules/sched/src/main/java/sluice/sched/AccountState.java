package sluice.sched;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/** What changes about an account: its slots, statistics and health. Outlives reloads by name. Thread-safe, without a lock. */
final class AccountState {
    final Holders holders = new Holders();
    final FadingMean errors = new FadingMean();
    final FadingMean ttftNanos = new FadingMean();
    /** How long a slot is held. */
    final FadingMean heldNanos = new FadingMean();
    final PartStates models = new PartStates();
    final Quotas quotas = new Quotas();
    final PartStates routes = new PartStates();
    final AtomicReference<Condition> condition = new AtomicReference<>(Condition.CLEAR);
    final LongAdder succeeded = new LongAdder();
    final LongAdder failed = new LongAdder();
    /** Requests that can be served here only, and wait. */
    final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean disabled;

    int inFlight() {
        return inFlight.get();
    }

    /** Takes a slot, unless {@code concurrency} are taken. */
    boolean tryTake(int concurrency) {
        int taken;
        do {
            taken = inFlight.get();
            if (taken >= concurrency) {
                return false;
            }
        } while (!inFlight.compareAndSet(taken, taken + 1));
        return true;
    }

    void release() {
        inFlight.decrementAndGet();
    }

    boolean disabled() {
        return disabled;
    }

    void disable(boolean now) {
        disabled = now;
    }

    /** Becomes the one request that finds out whether the trouble has passed; false if another is, or it is not time yet. */
    boolean tryProbe(long nowNanos) {
        Condition old;
        do {
            old = condition.get();
            if (!old.needsProbe() || old.probing() || old.resting(nowNanos)) {
                return false;
            }
        } while (!condition.compareAndSet(old, old.probing(true)));
        return true;
    }

    /**
     * Becomes that request before its time, while no account of the pool can be had at all; false if another is.
     */
    boolean tryEarlyProbe() {
        Condition old;
        do {
            old = condition.get();
            if (!old.isBreaker() || old.probing()) {
                return false;
            }
        } while (!condition.compareAndSet(old, old.probing(true)));
        return true;
    }

    /** Forgets what went wrong and how fast it was; slots stay. */
    void reset() {
        condition.set(Condition.CLEAR);
        errors.clear();
        ttftNanos.clear();
        heldNanos.clear();
        models.clear();
        routes.clear();
        quotas.clear();
    }
}
