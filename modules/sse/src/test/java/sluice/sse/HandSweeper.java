package sluice.sse;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import sluice.api.Sweeper;

/** Visits only when the test says so. */
final class HandSweeper implements Sweeper {
    private final List<Watched> watched = new CopyOnWriteArrayList<>();

    @Override
    public Registration watch(Watched one) {
        watched.add(one);
        return () -> watched.remove(one);
    }

    void sweep(long nowNanos) {
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
