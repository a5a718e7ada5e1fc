package sluice.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import sluice.api.Decision;

/** The last decisions. Lock-free; a reader may see one that is newer than its neighbours. Thread-safe. */
final class DecisionRing {
    /** Enough to look back at a moment of trouble; a power of two. */
    static final int MAX_DECISIONS = 256;

    private final AtomicReferenceArray<Decision> ring = new AtomicReferenceArray<>(MAX_DECISIONS);
    private final AtomicLong next = new AtomicLong();

    void add(Decision decision) {
        ring.setRelease((int) next.getAndIncrement() & MAX_DECISIONS - 1, decision);
    }

    /** Newest first. */
    List<Decision> latest(int limit) {
        List<Decision> latest = new ArrayList<>();
        long newest = next.get() - 1;
        for (long i = newest; i >= 0 && i > newest - MAX_DECISIONS && latest.size() < limit; i--) {
            Decision decision = ring.getAcquire((int) i & MAX_DECISIONS - 1);
            if (decision != null) {
                latest.add(decision);
            }
        }
        return latest;
    }
}
