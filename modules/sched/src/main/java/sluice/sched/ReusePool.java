package sluice.sched;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** Objects to reuse, so that a selection allocates none of them. Lock-free; when all are out, a new one is made. Thread-safe. */
final class ReusePool<T> {
    /** More threads than this seldom choose in the same microsecond; a power of two. */
    private static final int SLOTS = 32;
    private static final int PROBES = 4;
    /** References between two slots: each has a cache line of its own, or every thread would write to its neighbours' line. */
    private static final int STRIDE = 32;

    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS * STRIDE);
    private final Supplier<T> maker;

    ReusePool(Supplier<T> maker) {
        this.maker = maker;
    }

    T take() {
        int start = (int) Thread.currentThread().threadId();
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = (start + probe & SLOTS - 1) * STRIDE;
            if (slots.getPlain(slot) != null) {
                T object = slots.getAndSet(slot, null);
                if (object != null) {
                    return object;
                }
            }
        }
        return maker.get();
    }

    void give(T object) {
        int start = (int) Thread.currentThread().threadId();
        for (int probe = 0; probe < PROBES; probe++) {
            if (slots.compareAndSet((start + probe & SLOTS - 1) * STRIDE, null, object)) {
                return;
            }
        }
    }
}
