package sluice.failures;

import java.util.Locale;
import sluice.api.UpstreamResult;

/**
 * A failed attempt, as {@link FailureRules} sees it.
 *
 * @param origin where it showed
 * @param status HTTP status of the answer, or the status that an event names; 0 if there is none
 * @param code OpenAI's error code; empty if there is none
 * @param type OpenAI's error type; empty if there is none
 * @param message the error's message, lower-case; empty if there is none
 * @param openAiBody whether the answer's body is an OpenAI error
 * @param kind why there was no answer; {@code CANCELLED} where that is not the case
 * @param requestSent whether the account may have executed the request
 */
public record Failure(Match.Origin origin, int status, String code, String type, String message, boolean openAiBody,
        UpstreamResult.Kind kind, boolean requestSent) {
    /** An answer with an error status. */
    public static Failure answer(int status, UpstreamError error) {
        return new Failure(Match.Origin.ANSWER, status, error.code(), error.type(), error.message().toLowerCase(Locale.ROOT),
                error.openAi(), UpstreamResult.Kind.CANCELLED, true);
    }

    /** An event that tells of a failure; {@code status} is 0 where it names none. */
    public static Failure event(int status, String code, String type, String message) {
        return new Failure(Match.Origin.EVENT, status, code, type, message.toLowerCase(Locale.ROOT), true,
                UpstreamResult.Kind.CANCELLED, true);
    }

    /** There was no answer. */
    public static Failure unreachable(UpstreamResult.Kind kind, boolean requestSent) {
        return new Failure(Match.Origin.UNREACHABLE, 0, "", "", "", false, kind, requestSent);
    }

    /** A failure of which nothing is known but where it showed. */
    public static Failure of(Match.Origin origin) {
        return new Failure(origin, 0, "", "", "", false, UpstreamResult.Kind.CANCELLED, true);
    }
}
