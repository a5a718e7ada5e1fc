package sluice.clients;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers that are free; the one that was given back last is taken first, so that few are in use. Lock-free. Thread-safe. */
final class FreeSlots {
    /** There is none. */
    static final int NONE = -1;
    private static final long TAG = 1L << 32;

    /** The first free number and one more; above it a count of changes, so that a number that went and came back is told apart. */
    private final AtomicLong head = new AtomicLong();
    /** Behind each number the next free one, and one more. */
    private final AtomicIntegerArray next;

    /** Of numbers below {@code most}, none of which is free yet. */
    FreeSlots(int most) {
        next = new AtomicIntegerArray(most);
    }

    int take() {
        while (true) {
            long before = head.get();
            int first = (int) before;
            if (first == 0) {
                return NONE;
            }
            if (head.compareAndSet(before, tagged(before, next.get(first - 1)))) {
                return first - 1;
            }
        }
    }

    boolean isEmpty() {
        return (int) head.get() == 0;
    }

    void give(int number) {
        while (true) {
            long before = head.get();
            next.set(number, (int) before);
            if (head.compareAndSet(before, tagged(before, number + 1))) {
                return;
            }
        }
    }

    private static long tagged(long before, int first) {
        return (before & -TAG) + TAG | first;
    }
}
