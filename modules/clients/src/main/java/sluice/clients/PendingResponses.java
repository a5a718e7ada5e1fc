package sluice.clients;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Background work whose usage nobody has seen yet, the oldest first. Bounded: where there is too much of it, the oldest is given up,
 * and settled by its estimate. Thread-safe; {@code lock} guards the map and is held for one operation on it.
 */
final class PendingResponses {
    /** A day of one piece of work every eight seconds. */
    static final int MOST = 10_000;

    /** Response ids are one client's own: nobody settles what another one made. */
    private record Key(String client, String responseId) { }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Pending> waiting = new LinkedHashMap<>();

    private static Key key(Pending pending) {
        return new Key(pending.whose().client(), pending.responseId());
    }

    /** Keeps one more; returns those that had to go for it. */
    List<Pending> add(Pending pending) {
        lock.lock();
        try {
            List<Pending> gone = new ArrayList<>(0);
            Pending before = waiting.put(key(pending), pending);
            if (before != null) {
                gone.add(before);
            }
            if (waiting.size() > MOST) {
                gone.add(waiting.remove(waiting.keySet().iterator().next()));
            }
            return gone;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the work behind a response, for good: of two who see its usage one gets it. */
    Optional<Pending> take(String client, String responseId) {
        lock.lock();
        try {
            return Optional.ofNullable(waiting.remove(new Key(client, responseId)));
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is none. */
    boolean isEmpty() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** All that is waiting. */
    List<Pending> all() {
        lock.lock();
        try {
            return List.copyOf(waiting.values());
        } finally {
            lock.unlock();
        }
    }
}
