package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the upstream knows of one API key: its organisation, responses, conversations, prompt cache and load. Thread-safe. */
final class Account {
    /** Most responses, conversations and cache keys that are remembered; the oldest is forgotten. */
    private static final int MAX_REMEMBERED = 10_000;
    /** The API caches prompts from this size on, in steps. */
    private static final int MIN_CACHED_TOKENS = 1024;
    private static final int CACHE_STEP_TOKENS = 128;

    private final String organization;
    private final Map<String, Turn> responses = bounded();
    private final Map<String, Boolean> conversations = bounded();
    private final Map<String, Integer> cache = bounded();
    private int active;
    private int peak;

    Account(String organization) {
        this.organization = organization;
    }

    String organization() {
        return organization;
    }

    synchronized void store(Turn turn) {
        responses.put(turn.id(), turn);
    }

    synchronized Optional<Turn> response(String id) {
        return Optional.ofNullable(responses.get(id));
    }

    synchronized boolean delete(String id) {
        return responses.remove(id) != null;
    }

    synchronized void openConversation(String id) {
        conversations.put(id, true);
    }

    synchronized boolean hasConversation(String id) {
        return conversations.containsKey(id);
    }

    /** Tokens of this prompt that were cached by the last one with the same key. */
    synchronized int cachedTokens(String key, int inputTokens) {
        int last = cache.getOrDefault(key, 0);
        cache.put(key, inputTokens);
        int shared = Math.min(last, inputTokens) / CACHE_STEP_TOKENS * CACHE_STEP_TOKENS;
        return shared < MIN_CACHED_TOKENS ? 0 : shared;
    }

    synchronized void enter() {
        peak = Math.max(peak, ++active);
    }

    synchronized void leave() {
        active--;
    }

    synchronized int active() {
        return active;
    }

    synchronized int peak() {
        return peak;
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };
    }
}
