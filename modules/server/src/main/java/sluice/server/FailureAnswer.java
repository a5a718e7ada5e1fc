package sluice.server;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.api.GatewayError;
import sluice.api.Selection;

/**
 * The answer to a request that no account could serve: the last failure, in its own words where they are the client's
 * business, else in the gateway's. Where a stream's head is out already, the same is told as {@code response.failed}.
 */
final class FailureAnswer {
    /** No account can be had; {@code last} is what the accounts that were tried said. */
    void unavailable(PooledRequest request, Optional<FailedAttempt> last, Selection.Unavailable none) {
        if (last.isPresent() && mayStillBeThere(last.get(), none)) {
            send(request, GatewayError.gateway(503, "no_account_available", "An account that may hold '" + request.boundTo
                    + "' cannot be asked now: " + reasons(none) + ".").withRetryAfter(none.retryAfter()), last.get().detail());
            return;
        }
        if (last.isPresent()) {
            giveUp(request, last.get(), last.get().rule().fault() == FailureRules.Fault.REQUEST ? Duration.ZERO : none.retryAfter());
            return;
        }
        GatewayError error = GatewayError.gateway(503, "no_account_available", request.model.isEmpty()
                ? "No account can take this request: " + reasons(none) + "."
                : "No account can serve the model '" + request.model + "' now: " + reasons(none) + ".");
        send(request, error.withRetryAfter(none.retryAfter()), reasons(none));
    }

    /** "Not found" is final for a client, so it must not be said while an account that was not asked may know better. */
    private static boolean mayStillBeThere(FailedAttempt last, Selection.Unavailable none) {
        return last.rule().effect() == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && !none.retryAfter().isZero();
    }

    /** No further attempt is possible; {@code soonest} is when an account can be had again, zero if that is not known. */
    void giveUp(PooledRequest request, FailedAttempt failure, Duration soonest) {
        Duration told = failure.rule().fault() == FailureRules.Fault.REQUEST ? Duration.ZERO : failure.retryAfter();
        answer(request, failure, soonest.isZero() ? told : soonest);
    }

    /** The client left before any account was called. */
    void clientGone(PooledRequest request) {
        request.record.failed(499, "client_gone", "the client left while its request waited for a slot");
        request.abandon();
    }

    private static void send(PooledRequest request, GatewayError error, String detail) {
        request.record.failed(error.status(), error.code(), detail);
        request.fail(error);
    }

    private void answer(PooledRequest request, FailedAttempt failure, Duration retryAfter) {
        switch (failure.rule().answer()) {
            case AS_IT_IS -> {
                String code = failure.error().code();
                request.record.failed(failure.status(), code.isEmpty() ? "upstream_error" : code, failure.detail());
                request.passOn(failure, wrapped(failure).withRetryAfter(retryAfter));
            }
            case UNAVAILABLE -> send(request, GatewayError.gateway(503, "no_account_available",
                    "The account that could serve this request is not usable at the moment; the operator has to look at it.")
                    .withRetryAfter(retryAfter), failure.detail());
            case MODEL_NOT_FOUND -> send(request, GatewayError.upstream(404, "model_not_found", "No account can serve the model '"
                    + request.model + "'."), failure.detail());
            case RATE_LIMITED -> send(request, GatewayError.upstream(429, "rate_limit_exceeded",
                    "All accounts that could serve this request are rate limited. Try again later.")
                    .withRetryAfter(retryAfter.isZero() ? Duration.ofSeconds(1) : retryAfter), failure.detail());
            case UNREACHABLE -> send(request, GatewayError.upstream(502, "upstream_unreachable",
                    "The upstream could not be reached or broke the connection.").withRetryAfter(retryAfter), failure.detail());
            case TIMEOUT -> send(request, GatewayError.upstream(504, timeoutCode(failure), "The upstream did not answer in time.")
                    .withRetryAfter(retryAfter), failure.detail());
            case NO_WEBSOCKET -> send(request, GatewayError.gateway(503, "websocket_unavailable",
                    "No account that serves the model '" + request.model + "' offers WebSocket; send POST /v1/responses with "
                            + "\"stream\": true."), failure.detail());
            case NONE -> {
                request.record.failed(499, "client_gone", failure.detail());
                request.abandon();
            }
        }
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
                .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
