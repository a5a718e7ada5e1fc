package sluice.wspool;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.SessionKeys;

/**
 * The {@code x-codex-turn-state} that upstreams gave in their handshakes, by session: our own handshake with the client is
 * over by then, so it goes into the session's next one with the upstream. Bounded; the least recently used goes.
 * Thread-safe: one lock guards the map.
 */
final class TurnStates {
    private final SessionKeys keys = SessionKeys.random();
    /** As many sessions as can be in the middle of a turn, with room to spare. */
    static final int MAX_SESSIONS = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, String> states = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    void keep(String account, long sessionKey, String state) {
        if (sessionKey != 0) {
            lock.lock();
            try {
                states.put(key(account, sessionKey), state);
            } finally {
                lock.unlock();
            }
        }
    }

    Optional<String> of(String account, long sessionKey) {
        if (sessionKey == 0) {
            return Optional.empty();
        }
        lock.lock();
        try {
            return Optional.ofNullable(states.get(key(account, sessionKey)));
        } finally {
            lock.unlock();
        }
    }

    /** The session's key holds the client already. */
    private long key(String account, long sessionKey) {
        return keys.key(account, Long.toHexString(sessionKey));
    }
}
