package sluice.admin;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Requests of the admin port that are under way, so that one that does not end can be ended: who does not read an answer keeps its
 * thread in a write, and its connection from others. An interrupted write of a virtual thread closes its socket. Thread-safe.
 */
public final class Visits {
    /** Longer than the answer to the slowest request takes. */
    static final long LIMIT_NANOS = 30_000_000_000L;

    private final LongSupplier nanoClock;
    private final Set<Visit> open = ConcurrentHashMap.newKeySet();

    /** Nobody is here yet. */
    public Visits(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** One request, on its thread. Closing it ends that. */
    public final class Visit implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private volatile long sinceNanos = nanoClock.getAsLong();
        private boolean over;
        private boolean ended;

        /** Something was sent, and it goes on. */
        public void progress() {
            sinceNanos = nanoClock.getAsLong();
        }

        /** For how long nothing was sent. */
        public long stuckNanos() {
            return nanoClock.getAsLong() - sinceNanos;
        }

        /** Ends it from another thread. */
        public synchronized void end() {
            if (!over) {
                ended = true;
                thread.interrupt();
            }
        }

        /** Whether another thread has ended it. */
        public synchronized boolean isEnded() {
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
    public Visit begin() {
        Visit visit = new Visit();
        open.add(visit);
        return visit;
    }

    /** Ends what has been stuck for too long. */
    void sweep() {
        open.stream().filter(visit -> visit.stuckNanos() > LIMIT_NANOS).forEach(Visit::end);
    }
}
