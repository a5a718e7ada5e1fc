package sluice.net;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import sluice.api.Sweeper;

/** A sweeper that visits only when the test says so. */
final class HandSweeper implements Sweeper {
    private final BlockingQueue<Watched> watched = new LinkedBlockingQueue<>();

    @Override
    public Registration watch(Watched visited) {
        watched.add(visited);
        return () -> watched.remove(visited);
    }

    /** Waits until something is watched, and visits it. */
    void visitOne(long nowNanos) throws InterruptedException {
        Watched one = watched.take();
        watched.add(one);
        one.sweep(nowNanos);
    }

    int size() {
        return watched.size();
    }

    @Override
    public void close() {
        watched.clear();
    }
}
