package sluice.api;

import java.time.Duration;

/**
 * A failure that a client may see, in OpenAI's error shape, with the party that caused it.
 *
 * @param source who is at fault
 * @param status HTTP status, 400..599
 * @param type OpenAI's error type, such as {@code invalid_request_error}
 * @param code stable code, listed in {@code docs/errors.md}
 * @param message what happened and what to do, without secrets
 * @param param the field at fault, or empty
 * @param retryAfter how long to wait before another try; zero if unknown
 * @param resetsAtSeconds when the limit ends that was hit, in seconds of the epoch; 0 if that is not to be told
 */
public record GatewayError(Source source, int status, String type, String code, String message, String param,
        Duration retryAfter, long resetsAtSeconds) {
    /** The type of a refusal that waiting a moment does not help against; clients are told not to try again. */
    public static final String FINAL_TYPE = "insufficient_quota";

    /** Who is at fault. */
    public enum Source {
        /** The request is at fault. */
        CLIENT,
        /** An account has answered so. */
        UPSTREAM,
        /** The gateway cannot, or must not, serve it now. */
        GATEWAY
    }

    /** Longer than any message of ours: what a client has sent may stand in one, and is not to be sent back whole. */
    private static final int MAX_MESSAGE_CHARS = 1000;

    /** Checks the status, and cuts a message that is longer than anybody reads. */
    public GatewayError {
        if (message.length() > MAX_MESSAGE_CHARS) {
            int end = Character.isHighSurrogate(message.charAt(MAX_MESSAGE_CHARS - 1)) ? MAX_MESSAGE_CHARS - 1 : MAX_MESSAGE_CHARS;
            message = message.substring(0, end) + "\u2026";
        }
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("GatewayError.status: 400..599, not " + status);
        }
    }

    /** An error that has nothing to do with a limit that ends. */
    public GatewayError(Source source, int status, String type, String code, String message, String param, Duration retryAfter) {
        this(source, status, type, code, message, param, retryAfter, 0);
    }

    /** A client's own fault: status 4xx. */
    public static GatewayError client(int status, String code, String message) {
        return new GatewayError(Source.CLIENT, status, typeOf(status), code, message, "", Duration.ZERO);
    }

    /** The gateway's own refusal, such as an empty pool or a full queue. */
    public static GatewayError gateway(int status, String code, String message) {
        return new GatewayError(Source.GATEWAY, status, typeOf(status), code, message, "", Duration.ZERO);
    }

    /** A failure of the upstream or of the way to it. */
    public static GatewayError upstream(int status, String code, String message) {
        return new GatewayError(Source.UPSTREAM, status, typeOf(status), code, message, "", Duration.ZERO);
    }

    /** There is no memory for an answer that must be kept whole. */
    public static GatewayError noRoomForAnswer() {
        return gateway(503, "memory_budget", "The answer is so large that there is no memory to keep it whole beside others. A stream of"
                + " events over HTTP needs none.").withRetryAfter(Duration.ofSeconds(1));
    }

    /** The same error with the field at fault. */
    public GatewayError withParam(String field) {
        return new GatewayError(source, status, type, code, message, field, retryAfter, resetsAtSeconds);
    }

    /** The same error with a time to wait. */
    public GatewayError withRetryAfter(Duration wait) {
        return new GatewayError(source, status, type, code, message, param, wait, resetsAtSeconds);
    }

    /** The same error with the second of the epoch at which the limit ends. */
    public GatewayError withResetsAt(long seconds) {
        return new GatewayError(source, status, type, code, message, param, retryAfter, seconds);
    }

    /** Whether the same request would be refused again for long, so that clients should not repeat it by themselves. */
    public boolean isFinal() {
        return type.equals(FINAL_TYPE) && source == Source.GATEWAY;
    }

    /** The time to wait in whole seconds, rounded up, as {@code Retry-After} wants it; 0 if it is unknown. */
    public long retryAfterSeconds() {
        return retryAfter.isZero() ? 0 : Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }

    /** OpenAI's error type for an HTTP status. */
    public static String typeOf(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }
}
