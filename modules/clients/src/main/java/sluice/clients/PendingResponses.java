package sluice.clients;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Background work whose usage nobody has seen yet, the oldest first. Bounded: where there is too much of it, the oldest is given up,
 * and settled by its estimate. Thread-safe; {@code lock} guards the maps and is held for one operation on it.
 */
final class PendingResponses {
    /** A day of one piece of work every eight seconds. */
    static final int MOST = 10_000;

    /** Response ids are one client's own: nobody settles what another one made. */
    private record Key(String client, String responseId) { }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Pending> waiting = new LinkedHashMap<>();
    /** Output of what is waiting that its client has seen in streams, in tokens. */
    private final Map<Key, Long> seen = new HashMap<>();

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
                Key oldest = waiting.keySet().iterator().next();
                seen.remove(oldest);
                gone.add(waiting.remove(oldest));
            }
            return gone;
        } finally {
            lock.unlock();
        }
    }

    /** The client has seen so many tokens more of the output, if the work is waiting. */
    void saw(String client, String responseId, long tokens) {
        lock.lock();
        try {
            Key key = new Key(client, responseId);
            if (waiting.containsKey(key)) {
                seen.merge(key, tokens, Long::sum);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a client has seen of the output of work that waits; 0 where nothing is known. */
    long seen(String client, String responseId) {
        lock.lock();
        try {
            return seen.getOrDefault(new Key(client, responseId), 0L);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the work behind a response, for good: of two who see its usage one gets it. */
    Optional<Pending> take(String client, String responseId) {
        lock.lock();
        try {
            Key key = new Key(client, responseId);
            seen.remove(key);
            return Optional.ofNullable(waiting.remove(key));
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
