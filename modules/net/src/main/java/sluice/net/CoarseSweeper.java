package sluice.net;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;

/**
 * The process's one timer: a daemon thread that visits everything watched at a fixed interval. Where the process itself was late, it
 * waits before it finds others so ({@link SweepPace}). Watching and leaving are lock-free. Thread-safe.
 */
public final class CoarseSweeper implements Sweeper {
    /** Fine enough for limits of a second, coarse enough to cost nothing: 10 visits a second. */
    public static final Duration INTERVAL = Duration.ofMillis(100);

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final LongSupplier nanoClock;
    private final Thread thread;
    private volatile boolean closed;

    /** Starts the thread. */
    public CoarseSweeper(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        thread = Thread.ofPlatform().daemon().name("sluice-sweeper").start(this::run);
    }

    @Override
    public Registration watch(Watched watched) {
        Watch watch = new Watch(watched);
        watches.add(watch);
        return watch;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        SweepPace pace = new SweepPace(INTERVAL.toNanos(), nanoClock.getAsLong());
        while (!closed) {
            LockSupport.parkNanos(INTERVAL.toNanos());
            long now = nanoClock.getAsLong();
            if (!pace.visits(now)) {
                continue;
            }
            for (Watch watch : watches) {
                visit(watch, now);
            }
        }
    }

    private static void visit(Watch watch, long now) {
        try {
            watch.watched.sweep(now);
        } catch (RuntimeException e) {
            // One broken visitor must not stop the deadlines of all others.
            System.getLogger(CoarseSweeper.class.getName()).log(System.Logger.Level.ERROR, "a deadline check failed", e);
        }
    }

    /** Compared by identity: the same object may be watched twice. */
    private final class Watch implements Registration {
        private final Watched watched;

        private Watch(Watched watched) {
            this.watched = watched;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }
}
