package sluice.simulator;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the upstream knows of one API key: its organisation, responses, conversations, prompt cache and load. Thread-safe. */
final class SimulatedAccount {
    /** Most responses, conversations and cache keys that are remembered; the oldest is forgotten. */
    private static final int MAX_REMEMBERED = 10_000;
    /** The API caches prompts from this size on, in steps. */
    private static final int MIN_CACHED_TOKENS = 1024;
    private static final int CACHE_STEP_TOKENS = 128;

    private final String organization;
    private final Map<String, SimulatedResponse> responses = bounded();
    private final Map<String, Set<String>> conversations = bounded();
    private final Map<String, Integer> cache = bounded();
    private int active;
    private int peak;

    SimulatedAccount(String organization) {
        this.organization = organization;
    }

    String organization() {
        return organization;
    }

    synchronized void store(SimulatedResponse response) {
        responses.put(response.id(), response);
    }

    synchronized Optional<SimulatedResponse> response(String id) {
        return Optional.ofNullable(responses.get(id));
    }

    synchronized boolean delete(String id) {
        return responses.remove(id) != null;
    }

    synchronized void openConversation(String id) {
        conversations.put(id, Set.of());
    }

    /** The calls of tools that a conversation holds; none if there is no such conversation. */
    synchronized Optional<Set<String>> callsOf(String conversation) {
        return Optional.ofNullable(conversations.get(conversation));
    }

    /** Keeps what a response has added to its conversation. */
    synchronized void extend(String conversation, Set<String> calls) {
        conversations.put(conversation, new HashSet<>(calls));
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
