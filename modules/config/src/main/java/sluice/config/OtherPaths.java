package sluice.config;

import java.util.List;
import sluice.api.NamePattern;

/**
 * Which paths are passed on that are no routes: {@code server.forward-other}.
 *
 * @param patterns paths, a trailing {@code *} matching any ending; empty: none
 */
public record OtherPaths(List<String> patterns) {
    private static final String EVERY = "/v1/*";

    /** Copies the list. */
    public OtherPaths {
        patterns = List.copyOf(patterns);
    }

    /** What {@code words} of a file say: paths, or {@code true} for all below {@code /v1}, or {@code false}. */
    static OtherPaths of(List<String> words) {
        return new OtherPaths(words.stream().filter(word -> !word.matches("(?i)false|off|no"))
                .map(word -> word.startsWith("/") ? word : EVERY).toList());
    }

    /** Whether any path is passed on. */
    public boolean any() {
        return !patterns().isEmpty();
    }

    /** Whether {@code path} is passed on. */
    public boolean passes(String path) {
        return patterns().stream().anyMatch(pattern -> new NamePattern(pattern).fits(path));
    }
}
