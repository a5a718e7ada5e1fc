package sluice.ops;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.records.EndedRequest;

/**
 * The requests that ended last. Of each {@link Ending} at most {@link #PER_SECOND} a second are kept, evenly spread: thousands a second
 * would wash out what people look for before they can look, and one that is kept for a moment costs the garbage collector a copy.
 * Adding one takes no lock. Thread-safe.
 */
final class RecentRequests {
    /** Nobody reads faster; a thousand places last for a second and a half at least, whatever the load. */
    static final int PER_SECOND = 200;

    private final AtomicReferenceArray<EndedRequest> ring;
    private final AtomicLong next = new AtomicLong();
    private final Map<Ending, Pace> paces = new EnumMap<>(Ending.class);
    private final LongAdder skipped = new LongAdder();
    private final LongSupplier clock;

    /** Keeps {@code most} requests, by a monotonic clock in nanoseconds. */
    RecentRequests(int most, LongSupplier clock) {
        ring = new AtomicReferenceArray<>(most);
        this.clock = clock;
        for (Ending ending : Ending.values()) {
            paces.put(ending, new Pace(clock.getAsLong()));
        }
    }

    /** Adds a request that ended so. */
    void add(EndedRequest request, Ending ending) {
        if (paces.get(ending).admits(clock.getAsLong())) {
            ring.set((int) (next.getAndIncrement() % ring.length()), request);
        } else {
            skipped.increment();
        }
    }

    /** How many were not kept since the start, because so many ended at once. */
    long skipped() {
        return skipped.sum();
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

    /** So many a second and no more: a second's worth may come at once, then one is admitted at a time. Lock-free. */
    private static final class Pace {
        private static final long SECOND_NANOS = 1_000_000_000L;
        private static final long STEP_NANOS = SECOND_NANOS / PER_SECOND;

        /** When the place of the last one is free again, had they come one after another. */
        private final AtomicLong due;

        private Pace(long nowNanos) {
            due = new AtomicLong(nowNanos);
        }

        private boolean admits(long nowNanos) {
            long before = due.get();
            if (before - nowNanos > SECOND_NANOS) {
                return false;
            }
            long from = before - nowNanos > 0 ? before : nowNanos;
            // Of two at the same moment one may be left out: neither is missed.
            return due.compareAndSet(before, from + STEP_NANOS);
        }
    }
}
