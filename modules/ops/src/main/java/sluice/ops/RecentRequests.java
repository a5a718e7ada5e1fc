package sluice.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import sluice.records.EndedRequest;

/** The requests that ended last. Adding one takes no lock. Thread-safe. */
final class RecentRequests {
    private final AtomicReferenceArray<EndedRequest> ring;
    private final AtomicLong next = new AtomicLong();

    RecentRequests(int most) {
        ring = new AtomicReferenceArray<>(most);
    }

    void add(EndedRequest request) {
        ring.set((int) (next.getAndIncrement() % ring.length()), request);
    }

    /** The one with this id, or whose response has it, if it is still known. */
    Optional<EndedRequest> byId(String id) {
        return newest(1, request -> request.usage().requestId().equals(id) || request.usage().responseId().equals(id)).stream()
                .findFirst();
    }

    /** The last ones that {@code wanted} takes, newest first. */
    List<EndedRequest> newest(int limit, Predicate<EndedRequest> wanted) {
        List<EndedRequest> found = new ArrayList<>();
        long end = next.get();
        for (long i = end - 1; i >= Math.max(0, end - ring.length()) && found.size() < limit; i--) {
            EndedRequest request = ring.get((int) (i % ring.length()));
            if (request != null && wanted.test(request)) {
                found.add(request);
            }
        }
        return found;
    }
}
