package sluice.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import sluice.api.UsageRecord;
import sluice.records.EndedRequest;

/**
 * A search for requests in words, all of which must fit: {@code client:ci status:4xx gpt-5}. A word with a name before it looks there,
 * any other one everywhere; letters may be large or small. Immutable and thread-safe.
 */
final class RequestSearch implements Predicate<EndedRequest> {
    /** Longer texts are no search. */
    static final int MAX_CHARS = 200;
    private static final Set<String> NAMES = Set.of("id", "client", "team", "account", "model", "status", "error", "route");

    private final List<Word> words = new ArrayList<>();

    /**
     * What one word asks for.
     *
     * @param name where to look; empty: everywhere
     * @param text what to find, in small letters
     */
    private record Word(String name, String text) { }

    /** The search that {@code text} describes; an empty one finds everything. */
    RequestSearch(String text) {
        for (String word : text.toLowerCase(Locale.ROOT).strip().split("\\s+")) {
            int colon = word.indexOf(':');
            boolean named = colon > 0 && NAMES.contains(word.substring(0, colon));
            if (!word.isEmpty()) {
                words.add(named ? new Word(word.substring(0, colon), word.substring(colon + 1)) : new Word("", word));
            }
        }
    }

    @Override
    public boolean test(EndedRequest request) {
        for (Word word : words) {
            boolean found = word.name().isEmpty() ? NAMES.stream().anyMatch(name -> fits(request, name, word.text()))
                    : fits(request, word.name(), word.text());
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(EndedRequest request, String name, String text) {
        UsageRecord usage = request.usage();
        return switch (name) {
            case "id" -> has(usage.requestId(), text) || has(usage.responseId(), text);
            case "client" -> has(usage.client(), text);
            case "team" -> has(usage.team(), text);
            case "account" -> has(usage.account(), text)
                    || request.failures().stream().anyMatch(failed -> has(failed.account(), text));
            case "model" -> has(usage.model(), text) || has(usage.upstreamModel(), text);
            case "status" -> text.matches("[1-5]xx") ? usage.status() / 100 == text.charAt(0) - '0'
                    : text.equals(Integer.toString(usage.status()));
            case "error" -> has(usage.errorCode(), text);
            default -> has(usage.route(), text);
        };
    }

    private static boolean has(String where, String text) {
        return where.toLowerCase(Locale.ROOT).contains(text);
    }
}
