package sluice.ops;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Requests of the admin port that are under way, so that one that does not end can be ended: who does not read an answer keeps its
 * thread in a write, and its connection from others. An interrupted write of a virtual thread closes its socket. Thread-safe.
 */
final class Visits {
    /** Longer than the answer to the slowest request takes. */
    static final long LIMIT_NANOS = 30_000_000_000L;

    private final LongSupplier nanoClock;
    private final Set<Visit> open = ConcurrentHashMap.newKeySet();

    Visits(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** One request, on its thread. Closing it ends that. */
    final class Visit implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private volatile long sinceNanos = nanoClock.getAsLong();
        private boolean over;
        private boolean ended;

        /** Something was sent, and it goes on. */
        void progress() {
            sinceNanos = nanoClock.getAsLong();
        }

        /** For how long nothing was sent. */
        long stuckNanos() {
            return nanoClock.getAsLong() - sinceNanos;
        }

        /** Ends it from another thread. */
        synchronized void end() {
            if (!over) {
                ended = true;
                thread.interrupt();
            }
        }

        /** Whether another thread has ended it. */
        synchronized boolean isEnded() {
            return ended;
        }

        @Override
        public synchronized void close() {
            over = true;
            open.remove(this);
            if (ended) {
                // The interruption was for this request alone.
                Thread.interrupted();
            }
        }
    }

    /** A request begins on this thread. */
    Visit begin() {
        Visit visit = new Visit();
        open.add(visit);
        return visit;
    }

    /** Ends what has been stuck for too long. */
    void sweep() {
        open.stream().filter(visit -> visit.stuckNanos() > LIMIT_NANOS).forEach(Visit::end);
    }
}
