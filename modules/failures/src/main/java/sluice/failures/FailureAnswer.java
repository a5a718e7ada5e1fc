package sluice.failures;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import sluice.api.GatewayError;
import sluice.api.Selection;

/**
 * Decides what the client is told when no account could serve its request: the last failure, in the account's words where they
 * are the client's business, else in the gateway's. Thread-safe.
 */
public final class FailureAnswer {
    private FailureAnswer() {
    }

    /**
     * What the client asked for, as far as an answer names it.
     *
     * @param model empty where the request names no model
     * @param boundTo a response or conversation that the request belongs to; empty without one
     */
    public record Asked(String model, String boundTo) { }

    /** No account was asked, because none can be had. */
    public static Told untried(Asked asked, Selection.Unavailable none) {
        GatewayError error = GatewayError.gateway(503, "no_account_available", asked.model().isEmpty()
                ? "No account can take this request: " + reasons(none) + "."
                : "No account can serve the model '" + asked.model() + "' now: " + reasons(none) + ".");
        return new Told.InOwnWords(error.withRetryAfter(none.retryAfter()), reasons(none));
    }

    /** After {@code last} no other account can be had. */
    public static Told exhausted(Asked asked, FailedAttempt last, Selection.Unavailable none) {
        if (mayStillBeThere(last, none)) {
            return new Told.InOwnWords(GatewayError.gateway(503, "no_account_available", "An account that may hold '" + asked.boundTo()
                    + "' cannot be asked now: " + reasons(none) + ".").withRetryAfter(none.retryAfter()), last.detail());
        }
        return of(asked, last, none.retryAfter());
    }

    /** "Not found" is final for a client, so it must not be said while an account that was not asked may know better. */
    private static boolean mayStillBeThere(FailedAttempt last, Selection.Unavailable none) {
        return last.rule().effect() == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && !none.retryAfter().isZero();
    }

    /**
     * No further attempt is possible after {@code failure}.
     *
     * @param soonest when an account can be had again; zero if that is not known
     */
    public static Told of(Asked asked, FailedAttempt failure, Duration soonest) {
        // A fault of the request does not pass with time.
        Duration retryAfter = failure.rule().fault() == FailureRules.Fault.REQUEST ? Duration.ZERO
                : soonest.isZero() ? failure.retryAfter() : soonest;
        return switch (failure.rule().answer()) {
            case AS_IT_IS -> {
                String code = failure.error().code();
                yield new Told.AsItIs(failure, wrapped(failure).withRetryAfter(retryAfter), code.isEmpty() ? "upstream_error" : code);
            }
            case UNAVAILABLE -> own(failure, GatewayError.gateway(503, "no_account_available",
                    "The account that could serve this request is not usable at the moment; the operator has to look at it."), retryAfter);
            case MODEL_NOT_FOUND -> own(failure, GatewayError.upstream(404, "model_not_found", "No account can serve the model '"
                    + asked.model() + "'."), Duration.ZERO);
            case RATE_LIMITED -> own(failure, GatewayError.upstream(429, "rate_limit_exceeded",
                    "All accounts that could serve this request are rate limited. Try again later."),
                    retryAfter.isZero() ? Duration.ofSeconds(1) : retryAfter);
            case UNREACHABLE -> own(failure, GatewayError.upstream(502, "upstream_unreachable",
                    "The upstream could not be reached or broke the connection."), retryAfter);
            case TIMEOUT -> own(failure, GatewayError.upstream(504, timeoutCode(failure), "The upstream did not answer in time."),
                    retryAfter);
            case NO_WEBSOCKET -> own(failure, GatewayError.gateway(503, "websocket_unavailable",
                    "No account that serves the model '" + asked.model() + "' offers WebSocket; send POST /v1/responses with "
                            + "\"stream\": true."), Duration.ZERO);
            case NONE -> new Told.Nothing(failure.detail());
        };
    }

    private static Told own(FailedAttempt failure, GatewayError error, Duration retryAfter) {
        return new Told.InOwnWords(error.withRetryAfter(retryAfter), failure.detail());
    }

    private static String timeoutCode(FailedAttempt failure) {
        return failure.rule().when().origin() == Match.Origin.NO_OUTPUT_IN_TIME ? "first_output_timeout" : "upstream_timeout";
    }

    private static GatewayError wrapped(FailedAttempt failure) {
        UpstreamError error = failure.error();
        int status = failure.status() >= 400 ? failure.status() : 502;
        String code = error.code().isEmpty() ? "upstream_error" : error.code();
        String message = error.message().isEmpty() ? "The upstream answered " + status + " without a usable error body."
                : error.message();
        String type = error.type().isEmpty() ? GatewayError.typeOf(status) : error.type();
        return new GatewayError(GatewayError.Source.UPSTREAM, status, type, code, message, "", Duration.ZERO);
    }

    private static String reasons(Selection.Unavailable none) {
        if (none.reasons().isEmpty()) {
            return "there are no accounts";
        }
        return none.reasons().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
