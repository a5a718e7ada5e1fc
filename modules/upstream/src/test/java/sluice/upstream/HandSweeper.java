package sluice.upstream;

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

    void visitAll(long nowNanos) {
        watched.forEach(one -> one.sweep(nowNanos));
    }

    int size() {
        return watched.size();
    }

    @Override
    public void close() {
        watched.clear();
    }
}
