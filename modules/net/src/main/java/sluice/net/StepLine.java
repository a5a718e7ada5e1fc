package sluice.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steps of virtual threads in line for the thread of an event loop. That one adds its own without synchronization; other threads hand
 * theirs in and wake it. A loop whose line is long gives half of it to one that has nothing to do: so few loops are enough for steady
 * work, and what comes all at once is nevertheless done on many cores. No call takes a monitor.
 */
final class StepLine {
    /** So many steps take much longer than waking a thread for half of them: fewer than that are done before it runs. */
    static final int LONG = 8;

    private final Runnable alarm;
    /** Only for the loop's thread. */
    private final ArrayDeque<Runnable> own = new ArrayDeque<>();
    private final Queue<Runnable> handed = new ConcurrentLinkedQueue<>();
    /** Whether the loop's thread waits for its sockets, or is about to, and nobody has woken it yet. */
    private final AtomicBoolean asleep = new AtomicBoolean();
    /** Threads that are about to wake it. */
    private final AtomicInteger waking = new AtomicInteger();

    /** {@code alarm} ends the wait of the loop's thread, also one that has not begun; any thread calls it. */
    StepLine(Runnable alarm) {
        this.alarm = alarm;
    }

    // ---- for the loop's thread

    /** At the end of the line. */
    void add(Runnable step) {
        own.add(step);
    }

    /** What other threads have handed in gets into line; how many there are now. */
    int gather() {
        for (Runnable step = handed.poll(); step != null; step = handed.poll()) {
            own.add(step);
        }
        return own.size();
    }

    /** The first in line, which leaves it; there must be one. */
    Runnable next() {
        return own.remove();
    }

    /** Every second step goes over to {@code idle}, if that one's thread sleeps; whether it does. */
    boolean giveHalfTo(StepLine idle) {
        idle.waking.incrementAndGet();
        boolean taken = idle.asleep.compareAndSet(true, false);
        if (taken) {
            for (int left = own.size(); left > 0; left--) {
                (left % 2 == 0 ? own : idle.handed).add(own.remove());
            }
            idle.alarm.run();
        }
        idle.waking.decrementAndGet();
        return taken;
    }

    /** Whether nothing is in line. Then, until {@link #awake}, the thread is woken by who has a step for it. */
    boolean sleeps() {
        if (own.isEmpty()) {
            asleep.set(true);
        }
        return own.isEmpty() && handed.isEmpty();
    }

    /** From now on the thread looks by itself what others have handed in. */
    void awake() {
        asleep.set(false);
    }

    /** Whether nothing is left, nor in the hands of a thread that is about to wake this one, which is {@link #awake}. */
    boolean hasEnded() {
        while (waking.get() > 0) {
            Thread.onSpinWait();
        }
        return own.isEmpty() && handed.isEmpty();
    }

    // ---- for every other thread

    /** The loop's thread will do {@code step}. */
    void hand(Runnable step) {
        handed.add(step);
        waking.incrementAndGet();
        if (asleep.compareAndSet(true, false)) {
            alarm.run();
        }
        waking.decrementAndGet();
    }
}
