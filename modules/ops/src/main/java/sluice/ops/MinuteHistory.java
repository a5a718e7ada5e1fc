package sluice.ops;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Requests and errors of the last minutes, in steps of some seconds. Counting takes no lock; a step that begins anew may lose a
 * count to a race, which a curve for people can bear. Thread-safe.
 */
final class MinuteHistory {
    /** Ten minutes in steps of five seconds. */
    static final int STEPS = 120;
    static final int STEP_SECONDS = 5;

    private final LongSupplier epochMillis;
    private final AtomicLongArray step = new AtomicLongArray(STEPS);
    private final AtomicLongArray requests = new AtomicLongArray(STEPS);
    private final AtomicLongArray errors = new AtomicLongArray(STEPS);
    private final AtomicLongArray refused = new AtomicLongArray(STEPS);

    MinuteHistory(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    void add(Ending ending) {
        long now = epochMillis.getAsLong() / 1000 / STEP_SECONDS;
        int slot = (int) (now % STEPS);
        long before = step.get(slot);
        if (before != now && step.compareAndSet(slot, before, now)) {
            requests.set(slot, 0);
            errors.set(slot, 0);
            refused.set(slot, 0);
        }
        requests.incrementAndGet(slot);
        switch (ending) {
            case FAILED -> errors.incrementAndGet(slot);
            case REFUSED -> refused.incrementAndGet(slot);
            case GOOD -> { }
        }
    }

    /** Requests of each step, oldest first. */
    long[] requests() {
        return read(requests);
    }

    /** Errors of each step, oldest first. */
    long[] errors() {
        return read(errors);
    }

    /** Requests of each step that were refused for the client's own fault, oldest first. */
    long[] refused() {
        return read(refused);
    }

    private long[] read(AtomicLongArray counts) {
        long now = epochMillis.getAsLong() / 1000 / STEP_SECONDS;
        long[] values = new long[STEPS];
        for (int i = 0; i < STEPS; i++) {
            long wanted = now - STEPS + 1 + i;
            int slot = (int) Math.floorMod(wanted, (long) STEPS);
            values[i] = step.get(slot) == wanted ? counts.get(slot) : 0;
        }
        return values;
    }
}
