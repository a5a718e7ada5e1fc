package sluice.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import sluice.api.Decision;

/** The last decisions. Lock-free; a reader may see one that is newer than its neighbours. Thread-safe. */
final class DecisionRing {
    private final AtomicReferenceArray<Decision> ring;
    private final AtomicLong next = new AtomicLong();

    DecisionRing(int maxDecisions) {
        ring = new AtomicReferenceArray<>(Math.max(1, maxDecisions));
    }

    void add(Decision decision) {
        ring.setRelease((int) (next.getAndIncrement() % ring.length()), decision);
    }

    /** Newest first. */
    List<Decision> latest(int limit) {
        List<Decision> latest = new ArrayList<>();
        long newest = next.get() - 1;
        for (long i = newest; i >= 0 && i > newest - ring.length() && latest.size() < limit; i--) {
            Decision decision = ring.getAcquire((int) (i % ring.length()));
            if (decision != null) {
                latest.add(decision);
            }
        }
        return latest;
    }
}
