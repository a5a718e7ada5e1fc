package sluice.failures;

import java.time.Duration;
import java.util.Locale;
import sluice.api.UpstreamResult;

/**
 * A failed attempt, as {@link FailureRules} sees it.
 *
 * @param origin where it showed
 * @param status HTTP status of the answer, the status that an event names, or the code of a close; 0 if there is none
 * @param code OpenAI's error code, lower-case; empty if there is none
 * @param type OpenAI's error type, lower-case; empty if there is none
 * @param message the error's message, lower-case and without what it quotes; empty if there is none
 * @param openAiBody whether the answer's body is an OpenAI error
 * @param kind why there was no answer; {@code CANCELLED} where that is not the case
 * @param requestSent whether the account may have executed the request
 * @param newWork whether the request asks for something new, and names no response or conversation
 */
public record Failure(Match.Origin origin, int status, String code, String type, String message, boolean openAiBody,
        UpstreamResult.Kind kind, boolean requestSent, boolean newWork) {
    /** Makes the words lower-case. */
    public Failure {
        code = code.toLowerCase(Locale.ROOT);
        type = type.toLowerCase(Locale.ROOT);
        message = OwnWords.of(message.toLowerCase(Locale.ROOT));
    }

    private Failure(Match.Origin origin, int status, UpstreamError said, UpstreamResult.Kind kind, boolean requestSent) {
        this(origin, status, said.code(), said.type(), said.message(), said.openAi(), kind, requestSent, false);
    }

    /** An answer with an error status. */
    public static Failure answer(int status, UpstreamError error) {
        return new Failure(Match.Origin.ANSWER, status, error, UpstreamResult.Kind.CANCELLED, true);
    }

    /** An event that tells of a failure; {@code status} is 0 where it names none. */
    public static Failure event(int status, String code, String type, String message) {
        UpstreamError said = new UpstreamError(code, type, message, true, true, Duration.ZERO).unquoted(0);
        return new Failure(Match.Origin.EVENT, status, said, UpstreamResult.Kind.CANCELLED, true);
    }

    /** The account closed the WebSocket in a turn: with this code, and a reason that may be empty. */
    public static Failure close(int code, String reason) {
        return new Failure(Match.Origin.CLOSE, code, "", "", reason, false, UpstreamResult.Kind.CANCELLED, true, false);
    }

    /** As {@link #close(int, String)}, where the reason was read as what it says of an error. */
    public static Failure close(int code, UpstreamError said) {
        return new Failure(Match.Origin.CLOSE, code, said, UpstreamResult.Kind.CANCELLED, true);
    }

    /** There was no answer, for a reason that may have an origin of its own. */
    public static Failure unreachable(UpstreamResult.Kind kind, boolean requestSent) {
        return switch (kind) {
            case CANCELLED -> of(Match.Origin.CLIENT_GONE);
            case NO_WEBSOCKET -> of(Match.Origin.NO_WEBSOCKET);
            case NO_ROOM -> of(Match.Origin.NO_ROOM);
            case TOO_LARGE -> close(UpstreamResult.Close.TOO_LARGE, "");
            case HELD -> new Failure(Match.Origin.UNREACHABLE, 0, UpstreamError.NONE, UpstreamResult.Kind.RESET, false);
            case DNS, CONNECT, TLS, PROXY, RESET, TIMEOUT, FRAMING ->
                new Failure(Match.Origin.UNREACHABLE, 0, UpstreamError.NONE, kind, requestSent);
        };
    }

    /** A failure of which nothing is known but where it showed. */
    public static Failure of(Match.Origin origin) {
        return new Failure(origin, 0, UpstreamError.NONE, UpstreamResult.Kind.CANCELLED, true);
    }

    /** The same of a request that asks for something new, and names no response or conversation. */
    public Failure ofNewWork() {
        return new Failure(origin, status, code, type, message, openAiBody, kind, requestSent, true);
    }

    boolean holds(Match.Also what) {
        return switch (what) {
            case OPENAI_ERROR -> openAiBody;
            case NO_OPENAI_ERROR -> !openAiBody;
            case NEW_WORK -> newWork;
            case UNSENT -> !requestSent;
        };
    }
}
