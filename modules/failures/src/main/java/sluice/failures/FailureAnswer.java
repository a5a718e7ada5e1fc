package sluice.failures;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.api.AccountScheduler.Selection;
import sluice.api.Decision;
import sluice.api.GatewayError;

/**
 * Decides what the client is told when no account could serve its request: the last failure, in the account's words where they
 * are the client's business, else in the gateway's. Thread-safe.
 */
public final class FailureAnswer {
    private static final Set<String> KNOWN_OVERLOADS = Set.of("server_is_overloaded", "slow_down");

    private FailureAnswer() {
    }

    /**
     * What the client asked for, as far as an answer names it.
     *
     * @param model empty where the request names no model; cut to 200 characters
     * @param boundTo a response or conversation that the request belongs to; empty without one; cut to 200 characters
     * @param nowEpochMillis when the client is told
     */
    public record Subject(String model, String boundTo, long nowEpochMillis) {
        /** Most characters of a client's own text that it is told. */
        private static final int MAX_CHARS = 200;

        /** Cuts the texts. */
        public Subject {
            model = cut(model);
            boundTo = cut(boundTo);
        }

        private static String cut(String text) {
            return text.length() <= MAX_CHARS ? text
                    : text.substring(0, Character.isHighSurrogate(text.charAt(MAX_CHARS - 1)) ? MAX_CHARS - 1 : MAX_CHARS) + "…";
        }

        private String nameOfModel() {
            return model.isEmpty() ? "" : " '" + model + "'";
        }
    }

    /** No account was asked, because none can be had. */
    public static Told untried(Subject subject, Selection.Unavailable unavailable) {
        GatewayError error = withoutTheRoute(unavailable) ? GatewayError.upstream(404, "unknown_path", "No account knows this path.")
                : switch (unavailable.cause()) {
                    case Selection.Cause.UsageLimit(long resetsAtEpochMillis) -> usageLimit(unavailable.retryAfter(), resetsAtEpochMillis);
                    case Selection.Cause.RateLimit() -> rateLimited(unavailable.retryAfter());
                    case Selection.Cause.ModelUnknown() -> modelNotFound(subject);
                    case Selection.Cause.Busy(), Selection.Cause.Broken() -> GatewayError.gateway(503, "no_account_available",
                            subject.model().isEmpty() ? "No account can take this request: " + reasons(unavailable) + "."
                                    : "No account can serve the model '" + subject.model() + "' now: " + reasons(unavailable) + ".")
                            .withRetryAfter(unavailable.retryAfter());
                };
        return new Told.InOwnWords(error, reasons(unavailable));
    }

    /** Whether the accounts that serve the model have all refused the route. */
    private static boolean withoutTheRoute(Selection.Unavailable unavailable) {
        Set<Decision.FilterReason> reasons = unavailable.reasons().keySet();
        return reasons.contains(Decision.FilterReason.ROUTE_NOT_SERVED)
                && Set.of(Decision.FilterReason.ROUTE_NOT_SERVED, Decision.FilterReason.MODEL_NOT_SERVED).containsAll(reasons);
    }

    /** After {@code last} no other account can be had. */
    public static Told exhausted(Subject subject, FailedAttempt last, Selection.Unavailable unavailable) {
        if (mayStillBeThere(last, unavailable)) {
            return new Told.InOwnWords(GatewayError.gateway(503, "no_account_available", "An account that may hold '" + subject.boundTo()
                    + "' cannot be asked now: " + reasons(unavailable) + ".").withRetryAfter(unavailable.retryAfter()), last.detail());
        }
        return of(subject, last, unavailable.retryAfter());
    }

    /** "Not found" is final for a client, so it must not be said while an account that was not asked may know better. */
    private static boolean mayStillBeThere(FailedAttempt last, Selection.Unavailable unavailable) {
        return last.rule().effect() == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && !unavailable.retryAfter().isZero();
    }

    /**
     * No further attempt is possible after {@code failure}.
     *
     * @param soonest when an account can be had again; zero if that is not known
     */
    public static Told of(Subject subject, FailedAttempt failure, Duration soonest) {
        Duration retryAfter = !failure.rule().fault().isTransient() ? Duration.ZERO : soonest.isZero() ? failure.retryAfter() : soonest;
        return switch (failure.rule().answer()) {
            case AS_IT_IS -> {
                String code = failure.error().code();
                yield new Told.AsItIs(failure, wrapped(failure).withRetryAfter(retryAfter), code.isEmpty() ? "upstream_error" : code);
            }
            case UNAVAILABLE -> own(failure, GatewayError.gateway(503, "no_account_available",
                    "The account that could serve this request is not usable at the moment; the operator has to look at it.")
                    .withRetryAfter(retryAfter));
            case REFUSED -> own(failure, GatewayError.upstream(403, "upstream_error",
                    "The upstream answered 403 without a usable error body."));
            case MODEL_NOT_FOUND -> own(failure, modelNotFound(subject));
            case RATE_LIMITED -> own(failure, rateLimited(retryAfter));
            case USAGE_LIMIT -> own(failure, usageLimit(retryAfter, subject.nowEpochMillis() + atLeastASecond(retryAfter).toMillis()));
            case OVERLOADED -> own(failure, overloaded(failure).withRetryAfter(retryAfter));
            case UNREACHABLE -> own(failure, GatewayError.upstream(502, "upstream_unreachable",
                    "The upstream could not be reached or broke the connection.").withRetryAfter(retryAfter));
            case TIMEOUT -> own(failure, GatewayError.upstream(504, timeoutCode(failure), "The upstream did not answer in time.")
                    .withRetryAfter(retryAfter));
            case NO_WEBSOCKET -> own(failure, GatewayError.gateway(503, "websocket_unavailable",
                    "No account that serves the model" + subject.nameOfModel() + " can take this request by WebSocket; "
                            + "send POST /v1/responses with \"stream\": true."));
            case NO_ROOM -> own(failure, GatewayError.noRoomForAnswer());
            case NONE -> new Told.Nothing(failure.detail());
        };
    }

    private static GatewayError modelNotFound(Subject subject) {
        return GatewayError.upstream(404, "model_not_found", "No account can serve the model" + subject.nameOfModel() + ".");
    }

    private static GatewayError rateLimited(Duration retryAfter) {
        return GatewayError.upstream(429, "rate_limit_exceeded",
                "All accounts that could serve this request are rate limited. Try again later.").withRetryAfter(atLeastASecond(retryAfter));
    }

    /** Codex knows this limit by its type, and tells its user when it ends. */
    private static GatewayError usageLimit(Duration retryAfter, long resetsAtEpochMillis) {
        return new GatewayError(GatewayError.Source.UPSTREAM, 429, "usage_limit_reached", "usage_limit_reached",
                "The usage limit of all accounts that could serve this request has been reached. Try again later.", "",
                atLeastASecond(retryAfter)).withResetsAt(resetsAtEpochMillis / 1000);
    }

    private static GatewayError overloaded(FailedAttempt failure) {
        UpstreamError error = failure.error();
        // Clients know what to do by OpenAI's own codes; other spellings of them, and codes that mean something else, they do not know.
        boolean known = KNOWN_OVERLOADS.contains(error.code());
        return GatewayError.upstream(503, known ? error.code() : "server_is_overloaded",
                error.message().isEmpty() ? "The upstream is overloaded." : error.message());
    }

    private static Duration atLeastASecond(Duration wait) {
        return wait.isZero() ? Duration.ofSeconds(1) : wait;
    }

    private static Told own(FailedAttempt failure, GatewayError error) {
        return new Told.InOwnWords(error, failure.detail());
    }

    private static String timeoutCode(FailedAttempt failure) {
        return failure.rule().when().origins().contains(Match.Origin.NO_OUTPUT_IN_TIME) ? "first_output_timeout" : "upstream_timeout";
    }

    private static GatewayError wrapped(FailedAttempt failure) {
        UpstreamError error = failure.error();
        int status = failure.status() >= 400 ? failure.status() : 502;
        // An error of OpenAI may have no code; a page has none of ours either.
        String code = error.code().isEmpty() && !error.json() ? "upstream_error" : error.code();
        String message = error.message().isEmpty() ? "The upstream answered " + status + " without a usable error body."
                : error.message();
        String type = error.type().isEmpty() ? GatewayError.typeOf(status) : error.type();
        return new GatewayError(GatewayError.Source.UPSTREAM, status, type, code, message, "", Duration.ZERO);
    }

    private static String reasons(Selection.Unavailable unavailable) {
        if (unavailable.reasons().isEmpty()) {
            return "there are no accounts";
        }
        return unavailable.reasons().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }
}
