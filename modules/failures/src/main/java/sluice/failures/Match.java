package sluice.failures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sluice.api.UpstreamResult;

/**
 * The condition of one row of {@link FailureRules}, as data that can be printed. All parts that are given must hold. Immutable.
 *
 * @param origins where the failure shows: one of these
 * @param statusRanges first and last status of each range; empty: any. Of a closed WebSocket it is the close code
 * @param words what the failure says; nothing: anything
 * @param kinds reasons for not being reached; empty: any
 * @param also what else must hold
 */
public record Match(Set<Origin> origins, List<int[]> statusRanges, Words words, Set<UpstreamResult.Kind> kinds, Set<Also> also) {
    /** Where a failure shows. */
    public enum Origin {
        /** The status of an answer, or of a refused handshake. */
        ANSWER,
        /** An event of a stream, or a message of a WebSocket. */
        EVENT,
        /** The account closed the WebSocket. */
        CLOSE,
        /** The account's address does not know WebSocket. */
        NO_WEBSOCKET,
        /** There was no answer. */
        UNREACHABLE,
        /** The limit for the first output passed. */
        NO_OUTPUT_IN_TIME,
        /** The stream broke before the client had a byte of it. */
        BROKEN_BEFORE_OUTPUT,
        /** The stream broke later. */
        BROKEN_AFTER_OUTPUT,
        /** We have no memory for what must be kept whole of the answer. */
        NO_ROOM,
        /** The client left. */
        CLIENT_GONE
    }

    /** What else must hold. */
    public enum Also {
        /** The body is an OpenAI error. */
        OPENAI_ERROR,
        /** The body is no OpenAI error: a page, or another server's words. */
        NO_OPENAI_ERROR,
        /** The request asks for something new, and names no response or conversation. */
        NEW_WORK,
        /** The request was not sent. */
        UNSENT
    }

    /**
     * What a failure says: one of these codes, or types, or phrases.
     *
     * @param codes error codes, lower-case; what has no code may say them as its type
     * @param types error types, lower-case
     * @param phrases parts of the message, lower-case; an ellipsis stands for anything within a sentence
     */
    public record Words(Set<String> codes, Set<String> types, List<String> phrases) {
        private static final Words ANY = new Words(Set.of(), Set.of(), List.of());
        private static final String ANYTHING = "…";
        /** Between two sentences, or a name and what is said about it. An ellipsis in the message is none. */
        private static final Pattern BREAK = Pattern.compile("(?<![.])[.] |[;\n]|(?<! )[^ ]: ");

        boolean isSaidBy(Failure failure) {
            return isAny() || codes.contains(failure.code()) || failure.code().isEmpty() && codes.contains(failure.type())
                    || types.contains(failure.type()) || phrases.stream().anyMatch(phrase -> contains(failure.message(), phrase));
        }

        private boolean isAny() {
            return codes.isEmpty() && types.isEmpty() && phrases.isEmpty();
        }

        private static boolean contains(String message, String phrase) {
            String[] parts = phrase.split(ANYTHING);
            for (int at = message.indexOf(parts[0]); at >= 0; at = message.indexOf(parts[0], at + 1)) {
                if (goesOn(message, at + parts[0].length(), parts)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether the other parts follow in the same sentence. */
        private static boolean goesOn(String message, int from, String[] parts) {
            int at = from;
            for (int i = 1; i < parts.length; i++) {
                int found = message.indexOf(parts[i], at);
                if (found < 0 || BREAK.matcher(message).region(at, found).find()) {
                    return false;
                }
                at = found + parts[i].length();
            }
            return true;
        }

        private String describe() {
            List<String> parts = new ArrayList<>();
            if (!codes.isEmpty()) {
                parts.add("code " + codes.stream().sorted().collect(Collectors.joining(" | ")));
            }
            if (!types.isEmpty()) {
                parts.add("type " + types.stream().sorted().collect(Collectors.joining(" | ")));
            }
            if (!phrases.isEmpty()) {
                parts.add("message with \"" + String.join("\" or \"", phrases) + "\"");
            }
            return String.join(", or ", parts);
        }
    }

    static Match of(Origin origin, Origin... more) {
        Set<Origin> all = java.util.EnumSet.of(origin, more);
        return new Match(all, List.of(), Words.ANY, Set.of(), Set.of());
    }

    /** Whatever way the account says it. */
    static Match told() {
        return of(Origin.ANSWER, Origin.EVENT, Origin.CLOSE);
    }

    Match status(int... statuses) {
        return withRanges(IntStream.of(statuses).mapToObj(status -> new int[] {status, status}).toList());
    }

    Match statuses(int first, int last) {
        return withRanges(List.of(new int[] {first, last}));
    }

    Match code(String... any) {
        return with(new Words(Set.of(any), words.types, words.phrases));
    }

    Match type(String... any) {
        return with(new Words(words.codes, Set.of(any), words.phrases));
    }

    Match phrase(String... any) {
        return with(new Words(words.codes, words.types, List.of(any)));
    }

    Match kinds(UpstreamResult.Kind... any) {
        return new Match(origins, statusRanges, words, Set.of(any), also);
    }

    Match also(Also... all) {
        return new Match(origins, statusRanges, words, kinds, Set.of(all));
    }

    boolean matches(Failure failure) {
        return origins.contains(failure.origin())
                && (statusRanges.isEmpty() || inRange(failure.status()))
                && words.isSaidBy(failure)
                && (kinds.isEmpty() || kinds.contains(failure.kind()))
                && also.stream().allMatch(failure::holds);
    }

    private boolean inRange(int status) {
        return statusRanges.stream().anyMatch(range -> status >= range[0] && status <= range[1]);
    }

    private Match with(Words other) {
        return new Match(origins, statusRanges, other, kinds, also);
    }

    private Match withRanges(List<int[]> more) {
        List<int[]> all = new ArrayList<>(statusRanges);
        all.addAll(more);
        return new Match(origins, List.copyOf(all), words, kinds, also);
    }

    /** The condition in words. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        parts.add(origins.stream().sorted().map(Match::lower).collect(Collectors.joining(" | ")));
        if (!statusRanges.isEmpty()) {
            parts.add((origins.equals(Set.of(Origin.CLOSE)) ? "" : "status ") + statusRanges.stream()
                    .map(range -> range[0] == range[1] ? "" + range[0] : range[0] + "–" + range[1])
                    .collect(Collectors.joining(", ")));
        }
        if (!words.isAny()) {
            parts.add(words.describe());
        }
        if (!kinds.isEmpty()) {
            parts.add(kinds.stream().map(Enum::name).sorted().collect(Collectors.joining(" | ")));
        }
        also.stream().sorted().map(Match::lower).forEach(parts::add);
        return String.join("; ", parts);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
