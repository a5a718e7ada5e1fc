package sluice.state;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The settings of the local state.
 *
 * @param file where it is kept
 * @param sessionTtl how long a session is remembered after its last use
 * @param maxSessions most sessions
 * @param ownerTtl how long the maker of a stored object is remembered after its last use
 * @param maxOwners most stored objects, of all clients together
 */
record LocalSettings(Kept file, Duration sessionTtl, int maxSessions, Duration ownerTtl, int maxOwners) {
    private static final Set<String> KNOWN = Set.of("path", "save-every", "session-ttl", "max-sessions", "owner-ttl", "max-owners");

    /** Where the state is kept. */
    sealed interface Kept {
        /** In memory only. */
        record Nowhere() implements Kept { }

        /** In a file, written every now and then. */
        record InFile(Path path, Duration saveEvery) implements Kept { }
    }

    static LocalSettings of(Map<String, String> texts) {
        Set<String> unknown = new TreeSet<>(texts.keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("state: unknown settings " + unknown + "; there is " + new TreeSet<>(KNOWN));
        }
        Duration saveEvery = duration(texts, "save-every", Duration.ofMinutes(1));
        Kept kept = Optional.ofNullable(texts.get("path")).filter(text -> !text.isEmpty())
                .<Kept>map(text -> new Kept.InFile(Path.of(text), saveEvery)).orElseGet(Kept.Nowhere::new);
        return new LocalSettings(kept, duration(texts, "session-ttl", Duration.ofHours(1)), count(texts, "max-sessions", 100_000),
                duration(texts, "owner-ttl", Duration.ofDays(30)), count(texts, "max-owners", 500_000));
    }

    private static Duration duration(Map<String, String> texts, String key, Duration fallback) {
        String text = texts.getOrDefault(key, fallback.toString());
        try {
            Duration duration = Duration.parse(text);
            if (duration.isPositive()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // told below
        }
        throw new IllegalArgumentException("state: " + key + " must be a duration such as PT1H, not '" + text + "'");
    }

    private static int count(Map<String, String> texts, String key, int fallback) {
        String text = texts.getOrDefault(key, Integer.toString(fallback));
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("state: " + key + " must be a count of 1 or more, not '" + text + "'");
    }
}
