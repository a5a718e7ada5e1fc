package sluice.sched;

import java.util.concurrent.atomic.AtomicReferenceArray;
import sluice.api.SchedulerSettings;

/** Line-ups to reuse, so that a selection allocates none. Lock-free; when all are out, a new one is made. Thread-safe. */
final class LineupPool {
    /** More threads than this seldom choose in the same microsecond; a power of two. */
    private static final int SLOTS = 32;
    private static final int PROBES = 4;

    private final AtomicReferenceArray<Lineup> slots = new AtomicReferenceArray<>(SLOTS);
    private final int topK;
    private final SchedulerSettings.Weights weights;

    LineupPool(int topK, SchedulerSettings.Weights weights) {
        this.topK = topK;
        this.weights = weights;
    }

    Lineup take() {
        int start = (int) Thread.currentThread().threadId();
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = start + probe & SLOTS - 1;
            if (slots.getPlain(slot) != null) {
                Lineup lineup = slots.getAndSet(slot, null);
                if (lineup != null) {
                    return lineup;
                }
            }
        }
        return new Lineup(topK, weights);
    }

    void give(Lineup lineup) {
        int start = (int) Thread.currentThread().threadId();
        for (int probe = 0; probe < PROBES; probe++) {
            if (slots.compareAndSet(start + probe & SLOTS - 1, null, lineup)) {
                return;
            }
        }
    }
}
