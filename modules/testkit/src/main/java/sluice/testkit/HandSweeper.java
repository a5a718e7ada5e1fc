package sluice.testkit;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import sluice.api.Sweeper;

/** A sweeper that visits only when the test says so. Thread-safe. */
public final class HandSweeper implements Sweeper {
    private final BlockingQueue<Watched> watched = new LinkedBlockingQueue<>();

    /** Nothing is watched yet. */
    public HandSweeper() {
        // its tests watch
    }

    @Override
    public Registration watch(Watched visited) {
        watched.add(visited);
        return () -> watched.remove(visited);
    }

    /** Visits all that is watched now. */
    public void sweep(long nowNanos) {
        watched.forEach(one -> one.sweep(nowNanos));
    }

    /** Waits until something is watched, and visits what has been visited least lately. */
    public void visitOne(long nowNanos) throws InterruptedException {
        Watched one = watched.take();
        watched.add(one);
        one.sweep(nowNanos);
    }

    /** How much is watched now. */
    public int size() {
        return watched.size();
    }

    @Override
    public void close() {
        watched.clear();
    }
}
