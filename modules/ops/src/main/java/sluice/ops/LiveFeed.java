package sluice.ops;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import sluice.admin.Visits;
import sluice.records.EndedRequest;

/**
 * Tells listeners of requests as they end. A listener that does not keep up loses requests and is told how many; nobody waits
 * for it. Thread-safe.
 */
final class LiveFeed {
    /** More dashboards than a team has open. */
    static final int MAX_LISTENERS = 16;
    /** Who has taken nothing for so long does not read: the state of everything is sent each second. */
    private static final long STUCK_NANOS = 3_000_000_000L;
    /** Who has listened for so long gives way to somebody new; a dashboard opens its stream again by itself. */
    private static final long SETTLED_NANOS = 10_000_000_000L;
    /** A second of a busy gateway. */
    private static final int QUEUE = 512;

    private final LongSupplier nanoClock;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    LiveFeed(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** One who listens. Closing it ends that. */
    final class Listener implements AutoCloseable {
        private final BlockingQueue<EndedRequest> queue = new ArrayBlockingQueue<>(QUEUE);
        private final AtomicLong lost = new AtomicLong();
        private final Visits.Visit visit;
        private final long sinceNanos = nanoClock.getAsLong();

        private Listener(Visits.Visit visit) {
            this.visit = visit;
        }

        /** The next request, waiting at most {@code millis}; empty if there was none. */
        Optional<EndedRequest> next(long millis) throws InterruptedException {
            return Optional.ofNullable(queue.poll(millis, TimeUnit.MILLISECONDS));
        }

        /** How many were lost since this was last asked. */
        long takeLost() {
            return lost.getAndSet(0);
        }

        private void offer(EndedRequest request) {
            if (!queue.offer(request)) {
                lost.incrementAndGet();
            }
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }

    /** A new listener, whose events {@code visit} sends; empty if there are as many as there may be. */
    synchronized Optional<Listener> listen(Visits.Visit visit) {
        if (listeners.size() >= MAX_LISTENERS && !makeRoom()) {
            return Optional.empty();
        }
        Listener listener = new Listener(visit);
        listeners.add(listener);
        return Optional.of(listener);
    }

    /** Who does not read goes first, then who has been here longest. */
    private boolean makeRoom() {
        long now = nanoClock.getAsLong();
        Optional<Listener> leaving = listeners.stream().max(Comparator.comparingLong(one -> one.visit.stuckNanos()))
                .filter(one -> one.visit.stuckNanos() > STUCK_NANOS)
                .or(() -> listeners.stream().findFirst().filter(first -> now - first.sinceNanos > SETTLED_NANOS));
        leaving.ifPresent(one -> {
            one.visit.end();
            one.close();
        });
        return leaving.isPresent();
    }

    void ended(EndedRequest request) {
        for (Listener listener : listeners) {
            listener.offer(request);
        }
    }
}
