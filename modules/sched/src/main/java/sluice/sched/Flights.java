package sluice.sched;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Guessed sessions of which a request is under way. A conversation has one request at a time; a second one that begins alike is
 * another conversation, such as a sub-agent's, and is balanced like a stranger. As many as requests are under way. Thread-safe.
 */
final class Flights {
    /** The session named none, or it was somebody else's turn. */
    static final long NONE = 0;

    private final Set<Long> sessions = ConcurrentHashMap.newKeySet();

    /** Whether this request is the only one of its session; if so, {@link #leave} must follow. */
    boolean enter(long session) {
        return sessions.add(session);
    }

    boolean has(long session) {
        return sessions.contains(session);
    }

    void leave(long session) {
        if (session != NONE) {
            sessions.remove(session);
        }
    }
}
