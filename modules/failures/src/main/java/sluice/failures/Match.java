package sluice.failures;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import sluice.api.UpstreamResult;

/**
 * The condition of one row of {@link FailureRules}, as data that can be printed. All parts that are given must hold; within a
 * part, one of the alternatives. Immutable.
 *
 * @param origin where the failure shows
 * @param statusRanges first and last status of each range; empty: any
 * @param codes error codes, lower-case; empty: any
 * @param types error types that do instead of a code; empty: none
 * @param orStatus a status that does instead of a code; 0: none
 * @param messages parts of the message, lower-case; empty: any
 * @param kinds reasons for not being reached; empty: any
 * @param onlyOpenAi whether the body must be an OpenAI error
 * @param onlyUnsent whether the request must not have been sent
 */
public record Match(Origin origin, List<int[]> statusRanges, Set<String> codes, Set<String> types, int orStatus, List<String> messages,
        Set<UpstreamResult.Kind> kinds, boolean onlyOpenAi, boolean onlyUnsent) {
    /** Where a failure shows. */
    public enum Origin {
        /** The status of an answer. */
        ANSWER,
        /** An event of a stream, or a message of a WebSocket. */
        EVENT,
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
        /** The client left. */
        CLIENT_GONE
    }

    static Match of(Origin origin) {
        return new Match(origin, List.of(), Set.of(), Set.of(), 0, List.of(), Set.of(), false, false);
    }

    Match status(int... statuses) {
        return withRanges(IntStream.of(statuses).mapToObj(status -> new int[] {status, status}).toList());
    }

    Match statuses(int first, int last) {
        return withRanges(List.of(new int[] {first, last}));
    }

    Match code(String... any) {
        return new Match(origin, statusRanges, Set.of(any), types, orStatus, messages, kinds, onlyOpenAi, onlyUnsent);
    }

    Match type(String... any) {
        return new Match(origin, statusRanges, codes, Set.of(any), orStatus, messages, kinds, onlyOpenAi, onlyUnsent);
    }

    Match orStatus(int status) {
        return new Match(origin, statusRanges, codes, types, status, messages, kinds, onlyOpenAi, onlyUnsent);
    }

    Match message(String... parts) {
        return new Match(origin, statusRanges, codes, types, orStatus, List.of(parts), kinds, onlyOpenAi, onlyUnsent);
    }

    Match kinds(UpstreamResult.Kind... any) {
        return new Match(origin, statusRanges, codes, types, orStatus, messages, Set.of(any), onlyOpenAi, onlyUnsent);
    }

    Match openAiBody() {
        return new Match(origin, statusRanges, codes, types, orStatus, messages, kinds, true, onlyUnsent);
    }

    Match sent(boolean sent) {
        return new Match(origin, statusRanges, codes, types, orStatus, messages, kinds, onlyOpenAi, !sent);
    }

    boolean matches(Failure failure) {
        return failure.origin() == origin
                && (statusRanges.isEmpty() || inRange(failure.status()))
                && codeMatches(failure)
                && (messages.isEmpty() || messages.stream().anyMatch(failure.message()::contains))
                && (kinds.isEmpty() || kinds.contains(failure.kind()))
                && (!onlyOpenAi || failure.openAiBody())
                && (!onlyUnsent || !failure.requestSent());
    }

    private boolean codeMatches(Failure failure) {
        if (codes.isEmpty() && types.isEmpty()) {
            return true;
        }
        return codes.contains(failure.code()) || codes.contains(failure.type()) || types.contains(failure.type())
                || orStatus != 0 && orStatus == failure.status();
    }

    private boolean inRange(int status) {
        return statusRanges.stream().anyMatch(range -> status >= range[0] && status <= range[1]);
    }

    private Match withRanges(List<int[]> more) {
        List<int[]> all = new ArrayList<>(statusRanges);
        all.addAll(more);
        return new Match(origin, List.copyOf(all), codes, types, orStatus, messages, kinds, onlyOpenAi, onlyUnsent);
    }

    /** The condition in words. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        parts.add(origin.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        if (!statusRanges.isEmpty()) {
            parts.add("status " + statusRanges.stream()
                    .map(range -> range[0] == range[1] ? "" + range[0] : range[0] + "–" + range[1])
                    .collect(Collectors.joining(", ")));
        }
        if (!codes.isEmpty()) {
            parts.add("code " + codes.stream().sorted().collect(Collectors.joining(" | ")));
        }
        if (!types.isEmpty()) {
            parts.add("or type " + types.stream().sorted().collect(Collectors.joining(" | ")));
        }
        if (orStatus != 0) {
            parts.add("or status " + orStatus);
        }
        if (!messages.isEmpty()) {
            parts.add("message with \"" + String.join("\" or \"", messages) + "\"");
        }
        if (!kinds.isEmpty()) {
            parts.add(kinds.stream().map(Enum::name).sorted().collect(Collectors.joining(" | ")));
        }
        if (onlyOpenAi) {
            parts.add("body is an OpenAI error");
        }
        if (onlyUnsent) {
            parts.add("request not sent");
        }
        return String.join(", ", parts);
    }
}
