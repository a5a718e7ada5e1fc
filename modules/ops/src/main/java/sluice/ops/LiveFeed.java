package sluice.ops;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import sluice.records.EndedRequest;

/**
 * Tells listeners of requests as they end. A listener that does not keep up loses requests and is told how many; nobody waits
 * for it. Thread-safe.
 */
final class LiveFeed {
    /** More dashboards than a team has open. */
    static final int MAX_LISTENERS = 16;
    /** A second of a busy gateway. */
    private static final int QUEUE = 512;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    /** One who listens. Closing it ends that. */
    final class Listener implements AutoCloseable {
        private final BlockingQueue<EndedRequest> queue = new ArrayBlockingQueue<>(QUEUE);
        private final AtomicLong lost = new AtomicLong();

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
            if (listeners.remove(this)) {
                open.decrementAndGet();
            }
        }
    }

    /** A new listener; empty if there are as many as there may be. */
    Optional<Listener> listen() {
        if (open.incrementAndGet() > MAX_LISTENERS) {
            open.decrementAndGet();
            return Optional.empty();
        }
        Listener listener = new Listener();
        listeners.add(listener);
        return Optional.of(listener);
    }

    void ended(EndedRequest request) {
        for (Listener listener : listeners) {
            listener.offer(request);
        }
    }
}
