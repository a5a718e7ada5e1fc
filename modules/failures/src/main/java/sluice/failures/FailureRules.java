package sluice.failures;

import java.util.List;
import java.util.Optional;
import sluice.api.AttemptOutcome;
import sluice.api.UpstreamResult;
import sluice.records.EndedRequest;

/**
 * The one table that says who is at fault when an attempt fails, and what happens next. The first row that matches wins. What an
 * account says counts before the status that it says it by, so that the same refusal has the same effect however it is told: by
 * any status, as an event of a stream, in a message of a WebSocket or in the reason of its close. Thread-safe.
 */
public final class FailureRules {
    /** Who is at fault. */
    public enum Fault {
        REQUEST, ACCOUNT, ACCOUNT_MODEL, ACCOUNT_ROUTE, UPSTREAM, TRANSPORT, CLIENT;

        /** Whether it passes with time: a request that is wrong stays so, and a client that has left is not told anything. */
        public boolean isTransient() {
            return this != REQUEST && this != CLIENT;
        }
    }

    /** What happens next, as long as no output has gone to the client. */
    public enum Effect {
        /** The answer passes through as it is. */
        PASS,
        /** Another account is tried. */
        NEXT_ACCOUNT,
        /** Another account is tried if sending again is allowed though the request may have been executed. */
        NEXT_IF_RESEND_ALLOWED,
        /** Another account is tried if nobody knows which one holds what the request is bound to; else the answer passes. */
        NEXT_IF_OWNER_UNKNOWN,
        /** The same account is tried once more, without encrypted reasoning; then the answer passes. */
        STRIP_ONCE,
        /** No other account is tried: HTTP has been, or cannot take the turn. */
        NOT_BY_WEBSOCKET,
        /** Nothing more is done. */
        END
    }

    /** What the client gets when no account is left to try. */
    public enum Answer {
        /** The upstream's own answer. */
        AS_IT_IS,
        /** 503 of the gateway's own: the upstream's words name the operator's account. */
        UNAVAILABLE,
        /** 403 of the gateway's own: the upstream said no more, or said it in words about the operator. */
        REFUSED,
        /** 404 of the gateway's own: the upstream's words may name the operator's project. */
        MODEL_NOT_FOUND,
        /** 429 of the gateway's own. */
        RATE_LIMITED,
        /** 429 {@code usage_limit_reached} of the gateway's own, with the time at which the limit ends. */
        USAGE_LIMIT,
        /** 503 with the upstream's own code. */
        OVERLOADED,
        /** 502 of the gateway's own. */
        UNREACHABLE,
        /** 504 of the gateway's own. */
        TIMEOUT,
        /** 503 of the gateway's own, upon which the client is to use HTTP. */
        NO_WEBSOCKET,
        /** 503 of the gateway's own: there is no memory for the answer. */
        NO_ROOM,
        /** Nobody is there to get one. */
        NONE
    }

    /**
     * One row.
     *
     * @param what the failure, for people
     * @param when what must hold for the row to match
     * @param fault who is at fault
     * @param effect what happens next
     * @param outcome what the account's statistics learn; empty: nothing
     * @param answer what the client gets in the end
     */
    public record Rule(String what, Match when, Fault fault, Effect effect, Optional<AttemptOutcome.Kind> outcome, Answer answer) {
        /** Why the attempt failed, as metrics and operations tell it. */
        public EndedRequest.Reason reason() {
            return outcome.map(EndedRequest.Reason::of).orElse(
                    fault == Fault.CLIENT ? EndedRequest.Reason.CLIENT_GONE : EndedRequest.Reason.REQUEST);
        }
    }

    private static final List<Rule> RULES = List.of(
            row("client gone", Match.of(Match.Origin.CLIENT_GONE), Fault.CLIENT, Effect.END, Answer.NONE),

            row("no memory for the answer", Match.of(Match.Origin.NO_ROOM), Fault.TRANSPORT, Effect.END, Answer.NO_ROOM),

            // What is said, in whatever way it is told.
            row("encrypted reasoning of another organisation", Match.told().code("invalid_encrypted_content")
                            .phrase("encrypted content…could not be verified", "encrypted content…could not be decrypted",
                                    "encrypted content…organization", "encrypted_content…could not be"),
                    Fault.REQUEST, Effect.STRIP_ONCE, Answer.AS_IT_IS),
            row("organisation not verified", Match.told().phrase("organization must be verified"),
                    Fault.ACCOUNT_MODEL, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.MODEL_UNSERVED, Answer.MODEL_NOT_FOUND),
            // What such an error says of limits and keys it says of the request's own tools, or in the request's words.
            row("parameter, file or tool of the request", Match.told().code(RequestFault.codes()).type("external_connector_error")
                            .phrase("mcp server", "error while downloading", "failed to download"),
                    Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("too long, against a policy, not valid", Match.told().code("context_length_exceeded", "invalid_prompt",
                            "content_policy_violation", "cyber_policy_violation", "cyber_policy", "bio_policy")
                            .phrase("exceeds the context window", "maximum context length"),
                    Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("request too large for the rate limit", Match.told().phrase("request too large"),
                    Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("previous response not in the account", Match.told().code("previous_response_not_found")
                            .phrase("previous response…not found"),
                    Fault.REQUEST, Effect.NEXT_IF_OWNER_UNKNOWN, Answer.AS_IT_IS),
            row("usage limit of a plan", Match.told().code("usage_limit_reached").type("usage_limit_reached")
                            .phrase("usage limit…reached", "reached…usage limit", "hit your usage limit"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.USAGE_LIMIT, Answer.USAGE_LIMIT),
            row("quota used up", Match.told().code("insufficient_quota", "billing_hard_limit_reached",
                            "billing_not_active", "quota_exceeded", "usage_not_included")
                            .type("insufficient_quota").phrase("exceeded your current quota", "billing hard limit", "insufficient quota",
                                    "insufficient balance", "credit balance is too low", "out of credits"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.QUOTA, Answer.USAGE_LIMIT),
            row("model not in the account", Match.told().code("model_not_found", "model_not_supported", "model_not_available",
                            "unsupported_model", "invalid_model", "deploymentnotfound", "deployment_not_found")
                            .phrase("model…does not exist", "model…is not supported when using", "not have access to…model",
                                    "no access to…model", "model…not available…your", "deployment…does not exist",
                                    "model not found", "model…' not found", "model…` not found", "model…\" not found", "unknown model",
                                    "no such model"),
                    Fault.ACCOUNT_MODEL, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.MODEL_UNSERVED, Answer.MODEL_NOT_FOUND),
            row("overloaded", Match.told().code("server_is_overloaded", "slow_down", "engine_overloaded", "overloaded_error", "overloaded")
                            .type("overloaded_error", "service_unavailable_error")
                            .phrase("model at capacity", "model is at capacity", "currently overloaded", "model…overloaded",
                                    "server…overloaded", "service…overloaded", "engine…overloaded", "system…overloaded",
                                    "upstream…overloaded", "we are overloaded"),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.OVERLOADED),
            row("rate limit", Match.told().code("rate_limit_exceeded", "rate_limit_reached", "too_many_requests")
                            .type("rate_limit_error", "rate_limit_exceeded", "too_many_requests")
                            .phrase("rate limit reached", "rate limit exceeded", "exceeded…rate limit", "too many requests"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.RATE_LIMITED, Answer.RATE_LIMITED),
            row("key or account refused", Match.told().code("invalid_api_key", "token_expired", "token_revoked", "token_invalidated",
                            "account_deactivated", "account_disabled", "account_suspended", "access_terminated", "deactivated_workspace",
                            "invalid_token")
                            .type("authentication_error").phrase("incorrect api key provided", "invalid api key", "invalidated oauth token",
                                    "token has been invalidated", "token has been revoked", "token is expired", "token has expired"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNAUTHORIZED, Answer.UNAVAILABLE),
            row("refused from this address or country", Match.told().code("ip_not_authorized", "unsupported_country_region_territory")
                            .phrase("ip is not authorized", "country, region, or territory not supported"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.FORBIDDEN, Answer.UNAVAILABLE),

            // What a status says, be it of an answer or of an event that names one.
            row("route not in the account", Match.of(Match.Origin.ANSWER).status(405).also(Match.Also.NEW_WORK),
                    Fault.ACCOUNT_ROUTE, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.ROUTE_UNSERVED, Answer.AS_IT_IS),
            row("route not in the account, in OpenAI's words", Match.of(Match.Origin.ANSWER).status(404).code("unknown_url")
                            .phrase("invalid url", "unknown request url").also(Match.Also.NEW_WORK),
                    Fault.ACCOUNT_ROUTE, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.ROUTE_UNSERVED, Answer.AS_IT_IS),
            row("route not in the account, in other words", Match.of(Match.Origin.ANSWER).status(404)
                            .also(Match.Also.NEW_WORK, Match.Also.NO_OPENAI_ERROR),
                    Fault.ACCOUNT_ROUTE, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.ROUTE_UNSERVED, Answer.AS_IT_IS),
            row("key refused", status(401), Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNAUTHORIZED, Answer.UNAVAILABLE),
            row("payment required", status(402), Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.QUOTA, Answer.USAGE_LIMIT),
            row("forbidden, in OpenAI's words", status(403).also(Match.Also.OPENAI_ERROR),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.FORBIDDEN, Answer.UNAVAILABLE),
            // A page of a proxy before the account may be about this account, this address or this request.
            row("forbidden, in other words", status(403), Fault.ACCOUNT, Effect.NEXT_ACCOUNT, Answer.REFUSED),
            row("too many requests", status(429), Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.RATE_LIMITED,
                    Answer.RATE_LIMITED),
            row("request timeout, server errors", status(408).statuses(500, 599),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("response or conversation not in the account", status(404),
                    Fault.REQUEST, Effect.NEXT_IF_OWNER_UNKNOWN, Answer.AS_IT_IS),
            row("redirect, any other refusal", Match.of(Match.Origin.ANSWER), Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("server error told as an event", Match.of(Match.Origin.EVENT)
                            .code("server_error", "internal_error", "internal_server_error").type("server_error", "api_error"),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("any other failure told as an event", Match.of(Match.Origin.EVENT), Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),

            // What breaks without a word.
            row("request too large for the account's WebSocket", Match.of(Match.Origin.CLOSE).status(UpstreamResult.Close.TOO_LARGE),
                    Fault.REQUEST, Effect.NOT_BY_WEBSOCKET, Answer.NO_WEBSOCKET),
            row("WebSocket closed in the turn", Match.of(Match.Origin.CLOSE),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.TRANSPORT, Answer.UNREACHABLE),
            row("no WebSocket at the account's address", Match.of(Match.Origin.NO_WEBSOCKET),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, Answer.NO_WEBSOCKET),
            row("not reached: address, connection, TLS, proxy",
                    Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.DNS, UpstreamResult.Kind.CONNECT,
                            UpstreamResult.Kind.TLS, UpstreamResult.Kind.PROXY),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNREACHABLE, Answer.UNREACHABLE),
            row("reset before the request was sent", Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.RESET)
                            .also(Match.Also.UNSENT),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNREACHABLE, Answer.UNREACHABLE),
            row("reset or nonsense after the request was sent",
                    Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.RESET, UpstreamResult.Kind.FRAMING),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.TRANSPORT, Answer.UNREACHABLE),
            row("request not read in time", Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.TIMEOUT).also(Match.Also.UNSENT),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.TIMEOUT),
            row("no headers in time", Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.TIMEOUT),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.UPSTREAM, Answer.TIMEOUT),
            row("no output in time", Match.of(Match.Origin.NO_OUTPUT_IN_TIME),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.UPSTREAM, Answer.TIMEOUT),
            row("stream broken before its first byte was passed on", Match.of(Match.Origin.BROKEN_BEFORE_OUTPUT),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.UPSTREAM, Answer.UNREACHABLE),
            row("stream broken later", Match.of(Match.Origin.BROKEN_AFTER_OUTPUT),
                    Fault.UPSTREAM, Effect.END, AttemptOutcome.Kind.UPSTREAM, Answer.NONE));

    private FailureRules() {
    }

    /** All rows, in order. */
    public static List<Rule> rules() {
        return RULES;
    }

    /** The first row that matches. */
    public static Rule judge(Failure failure) {
        for (Rule rule : RULES) {
            if (rule.when().matches(failure)) {
                return rule;
            }
        }
        throw new IllegalStateException("no failure rule matches " + failure);
    }

    private static Match status(int status) {
        return Match.of(Match.Origin.ANSWER, Match.Origin.EVENT).status(status);
    }

    private static Rule row(String what, Match when, Fault fault, Effect effect, AttemptOutcome.Kind outcome, Answer answer) {
        return new Rule(what, when, fault, effect, Optional.of(outcome), answer);
    }

    private static Rule row(String what, Match when, Fault fault, Effect effect, Answer answer) {
        return new Rule(what, when, fault, effect, Optional.empty(), answer);
    }
}
