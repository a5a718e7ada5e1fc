package sluice.server;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import sluice.api.ClientGoneException;
import sluice.api.ErrorEvent;
import sluice.api.GatewayError;
import sluice.api.Selection;

/**
 * The answer to a request that no account could serve: the last failure, in its own words where they are the client's
 * business, else in the gateway's. Where a stream's head is out already, the same is told as {@code response.failed}.
 */
final class FailureAnswer {
    private final LongSupplier epochMillis;

    FailureAnswer(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** No account can be had; {@code last} is what the accounts that were tried said. */
    void unavailable(Call call, Optional<FailedAttempt> last, Selection.Unavailable none) {
        if (last.isPresent() && mayStillBeThere(last.get(), none)) {
            send(call, GatewayError.gateway(503, "no_account_available", "An account that may hold '" + call.boundTo
                    + "' cannot be asked now: " + reasons(none) + ".").withRetryAfter(none.retryAfter()), last.get().detail());
            return;
        }
        if (last.isPresent()) {
            giveUp(call, last.get(), last.get().rule().fault() == FailureRules.Fault.REQUEST ? Duration.ZERO : none.retryAfter());
            return;
        }
        GatewayError error = GatewayError.gateway(503, "no_account_available", call.model.isEmpty()
                ? "No account can take this request: " + reasons(none) + "."
                : "No account can serve the model '" + call.model + "' now: " + reasons(none) + ".");
        send(call, error.withRetryAfter(none.retryAfter()), reasons(none));
    }

    /** "Not found" is final for a client, so it must not be said while an account that was not asked may know better. */
    private static boolean mayStillBeThere(FailedAttempt last, Selection.Unavailable none) {
        return last.rule().effect() == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && !none.retryAfter().isZero();
    }

    /** No further attempt is possible; {@code soonest} is when an account can be had again, zero if that is not known. */
    void giveUp(Call call, FailedAttempt failure, Duration soonest) {
        Duration told = failure.rule().fault() == FailureRules.Fault.REQUEST ? Duration.ZERO : failure.retryAfter();
        answer(call, failure, soonest.isZero() ? told : soonest);
    }

    /** The client left before any account was called. */
    void clientGone(Call call) {
        call.record.failed(499, "client_gone", "the client left while its request waited for a slot");
        call.exchange.response().abort();
    }

    /** Tells the client an error: as the whole answer, or as the end of a stream that is under way. */
    void send(Call call, GatewayError error, String detail) {
        ClientResponse response = call.exchange.response();
        response.letSleep();
        call.record.failed(error.status(), error.code(), detail);
        try {
            if (!response.headersSent()) {
                response.sendError(error);
            } else {
                byte[] event = ErrorEvent.frame(error, call.record.responseId, 0, epochMillis.getAsLong() / 1000);
                response.write(event, 0, event.length, true);
                response.abort();
            }
        } catch (ClientGoneException e) {
            response.abort();
        }
    }

    private void answer(Call call, FailedAttempt failure, Duration retryAfter) {
        switch (failure.rule().answer()) {
            case AS_IT_IS -> asItIs(call, failure, retryAfter);
            case UNAVAILABLE -> send(call, GatewayError.gateway(503, "no_account_available",
                    "The account that could serve this request is not usable at the moment; the operator has to look at it.")
                    .withRetryAfter(retryAfter), failure.detail());
            case MODEL_NOT_FOUND -> send(call, GatewayError.upstream(404, "model_not_found", "No account can serve the model '"
                    + call.model + "'."), failure.detail());
            case RATE_LIMITED -> send(call, GatewayError.upstream(429, "rate_limit_exceeded",
                    "All accounts that could serve this request are rate limited. Try again later.")
                    .withRetryAfter(retryAfter.isZero() ? Duration.ofSeconds(1) : retryAfter), failure.detail());
            case UNREACHABLE -> send(call, GatewayError.upstream(502, "upstream_unreachable",
                    "The upstream could not be reached or broke the connection.").withRetryAfter(retryAfter), failure.detail());
            case TIMEOUT -> send(call, GatewayError.upstream(504, timeoutCode(failure), "The upstream did not answer in time.")
                    .withRetryAfter(retryAfter), failure.detail());
            case NONE -> {
                call.record.failed(499, "client_gone", failure.detail());
                call.exchange.response().abort();
            }
        }
    }

    private static String timeoutCode(FailedAttempt failure) {
        return failure.rule().when().origin() == Match.Origin.NO_OUTPUT_IN_TIME ? "first_output_timeout" : "upstream_timeout";
    }

    /** The upstream's own answer, if it was one and is JSON; wrapped otherwise. */
    private void asItIs(Call call, FailedAttempt failure, Duration retryAfter) {
        UpstreamError error = failure.error();
        if (failure.body().length == 0 || !error.json() || call.exchange.response().headersSent()) {
            send(call, wrapped(failure).withRetryAfter(retryAfter), failure.detail());
            return;
        }
        ClientResponse response = call.exchange.response();
        call.record.failed(failure.status(), error.code().isEmpty() ? "upstream_error" : error.code(), failure.detail());
        response.letSleep();
        response.begin(failure.status(), failure.body().length, lines -> {
            HeaderPolicy.toClient(failure.headers(), HeaderPolicy.Form.AS_IT_IS, lines);
            lines.ascii("x-sluice-error: upstream\r\n");
            if (!retryAfter.isZero() && !failure.headers().has("retry-after")) {
                lines.ascii("retry-after: ").decimal(retryAfter.plusMillis(999).toSeconds()).crlf();
            }
        });
        try {
            response.sendWhole(failure.body());
        } catch (ClientGoneException e) {
            response.abort();
        }
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
