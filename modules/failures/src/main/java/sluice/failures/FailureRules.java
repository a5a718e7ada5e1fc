package sluice.failures;

import java.util.List;
import java.util.Optional;
import sluice.api.AttemptOutcome;
import sluice.api.UpstreamResult;
import sluice.records.EndedRequest;

/**
 * The one table that says who is at fault when an attempt fails, and what happens next. The first row that
 * matches wins; rows that look at an error's code stand before rows that look at the status alone. Thread-safe.
 */
public final class FailureRules {
    /** Who is at fault. */
    public enum Fault { REQUEST, ACCOUNT, ACCOUNT_MODEL, UPSTREAM, TRANSPORT, CLIENT }

    /** What happens next, as long as nothing has been sent to the client. */
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
        /** Nothing more is done. */
        END
    }

    /** What the client gets when no account is left to try. */
    public enum Answer {
        /** The upstream's own answer. */
        AS_IT_IS,
        /** 503 of the gateway's own: the upstream's words name the operator's account. */
        UNAVAILABLE,
        /** 404 of the gateway's own: the upstream's words may name the operator's project. */
        MODEL_NOT_FOUND,
        /** 429 of the gateway's own. */
        RATE_LIMITED,
        /** 502 of the gateway's own. */
        UNREACHABLE,
        /** 504 of the gateway's own. */
        TIMEOUT,
        /** 503 of the gateway's own, upon which the client is to use HTTP. */
        NO_WEBSOCKET,
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
        /** What the record of the request says of an attempt that failed in this way. */
        public EndedRequest.Reason reason() {
            return outcome.map(EndedRequest.Reason::of)
                    .orElse(fault == Fault.CLIENT ? EndedRequest.Reason.CLIENT_GONE : EndedRequest.Reason.REQUEST);
        }
    }

    private static final Match.Origin ANSWER = Match.Origin.ANSWER;
    private static final Match.Origin EVENT = Match.Origin.EVENT;

    private static final List<Rule> RULES = List.of(
            row("client gone", Match.of(Match.Origin.CLIENT_GONE), Fault.CLIENT, Effect.END, Answer.NONE),
            row("encrypted reasoning of another organisation", Match.of(ANSWER).status(400).code("invalid_encrypted_content"),
                    Fault.REQUEST, Effect.STRIP_ONCE, Answer.AS_IT_IS),
            row("overloaded, told as 400", Match.of(ANSWER).status(400).code("server_is_overloaded", "slow_down"),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("model at capacity, told as 400", Match.of(ANSWER).status(400).message("model at capacity", "model is at capacity"),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("previous response not in the account", Match.of(ANSWER).status(400).code("previous_response_not_found"),
                    Fault.REQUEST, Effect.NEXT_IF_OWNER_UNKNOWN, Answer.AS_IT_IS),
            row("model unknown to the account", Match.of(ANSWER).status(403, 404).code("model_not_found"),
                    Fault.ACCOUNT_MODEL, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.MODEL_UNSERVED, Answer.MODEL_NOT_FOUND),
            row("no access to the model", Match.of(ANSWER).status(403, 404).message("access to model", "access to the model"),
                    Fault.ACCOUNT_MODEL, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.MODEL_UNSERVED, Answer.MODEL_NOT_FOUND),
            row("quota used up", Match.of(ANSWER).code("insufficient_quota", "billing_hard_limit_reached"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.QUOTA, Answer.UNAVAILABLE),
            row("payment required", Match.of(ANSWER).status(402),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.QUOTA, Answer.UNAVAILABLE),
            row("key refused", Match.of(ANSWER).status(401),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNAUTHORIZED, Answer.UNAVAILABLE),
            row("forbidden, in OpenAI's words", Match.of(ANSWER).status(403).openAiBody(),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.FORBIDDEN, Answer.UNAVAILABLE),
            row("forbidden, in other words", Match.of(ANSWER).status(403), Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("request too large for the rate limit", Match.of(ANSWER).status(429).message("request too large"),
                    Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("rate limit", Match.of(ANSWER).status(429),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.RATE_LIMITED, Answer.RATE_LIMITED),
            row("request timeout, server errors", Match.of(ANSWER).status(408).statuses(500, 599),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("response or conversation not in the account", Match.of(ANSWER).status(404),
                    Fault.REQUEST, Effect.NEXT_IF_OWNER_UNKNOWN, Answer.AS_IT_IS),
            row("redirect, any other refusal", Match.of(ANSWER).statuses(300, 499), Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("rate limit told as an event", Match.of(EVENT).code("rate_limit_exceeded", "rate_limit_error").orStatus(429),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.RATE_LIMITED, Answer.RATE_LIMITED),
            row("quota told as an event", Match.of(EVENT).code("insufficient_quota"),
                    Fault.ACCOUNT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.QUOTA, Answer.UNAVAILABLE),
            row("overloaded or server error told as an event",
                    Match.of(EVENT).code("server_is_overloaded", "slow_down", "server_error", "overloaded_error", "internal_error")
                            .type("server_error", "overloaded_error"),
                    Fault.UPSTREAM, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UPSTREAM, Answer.AS_IT_IS),
            row("previous response not in the account, told as an event", Match.of(EVENT).code("previous_response_not_found"),
                    Fault.REQUEST, Effect.NEXT_IF_OWNER_UNKNOWN, Answer.AS_IT_IS),
            row("any other failure told as an event", Match.of(EVENT), Fault.REQUEST, Effect.PASS, Answer.AS_IT_IS),
            row("no WebSocket at the account's address", Match.of(Match.Origin.NO_WEBSOCKET),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, Answer.NO_WEBSOCKET),
            row("not reached: address, connection, TLS, proxy",
                    Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.DNS, UpstreamResult.Kind.CONNECT,
                            UpstreamResult.Kind.TLS, UpstreamResult.Kind.PROXY),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNREACHABLE, Answer.UNREACHABLE),
            row("reset before the request was sent", Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.RESET).sent(false),
                    Fault.TRANSPORT, Effect.NEXT_ACCOUNT, AttemptOutcome.Kind.UNREACHABLE, Answer.UNREACHABLE),
            row("reset or nonsense after the request was sent",
                    Match.of(Match.Origin.UNREACHABLE).kinds(UpstreamResult.Kind.RESET, UpstreamResult.Kind.FRAMING),
                    Fault.UPSTREAM, Effect.NEXT_IF_RESEND_ALLOWED, AttemptOutcome.Kind.TRANSPORT, Answer.UNREACHABLE),
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

    private static Rule row(String what, Match when, Fault fault, Effect effect, AttemptOutcome.Kind outcome, Answer answer) {
        return new Rule(what, when, fault, effect, Optional.of(outcome), answer);
    }

    private static Rule row(String what, Match when, Fault fault, Effect effect, Answer answer) {
        return new Rule(what, when, fault, effect, Optional.empty(), answer);
    }
}
