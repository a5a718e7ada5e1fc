package sluice.server;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.AccountLease;
import sluice.api.AttemptOutcome;
import sluice.api.EventFacts;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.TurnPool;
import sluice.api.UpstreamResult;
import sluice.failures.FailedAttempt;
import sluice.failures.Failure;
import sluice.failures.FailureRules;
import sluice.failures.Match;
import sluice.failures.RetryHints;
import sluice.failures.UpstreamError;
import sluice.records.RequestRecord;
import sluice.responses.ErrorMessage;

/**
 * What an attempt at a turn came to: judged by the one table of failures, reported to the lease, and noted in the record.
 * Stateless.
 */
final class TurnVerdict {
    /** Bytes of text per token, for the estimate of an answer that was broken off. */
    private static final int BYTES_PER_TOKEN = 4;
    /** The upstream ends connections after an hour; what came then was not executed. */
    private static final String TOO_OLD = "websocket_connection_limit_reached";

    private final Attempt.Rules rules;
    private final WebSocketRefusals refusals;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    TurnVerdict(Attempt.Rules rules, WebSocketRefusals refusals, RelayOptions options) {
        this.rules = rules;
        this.refusals = refusals;
        clock = options.nanoClock();
        epochMillis = options.epochMillis();
    }

    /** Whether encrypted reasoning may be taken out for another try. */
    boolean mayStrip(Turn turn, boolean stripped) {
        return rules.mayStrip() && !stripped && turn.encryptedContent;
    }

    /** The account could not be reached, or did not answer. */
    Optional<FailedAttempt> unreachable(AccountLease lease, UpstreamResult.Kind kind, boolean sent, String detail) {
        FailureRules.Rule rule = FailureRules.judge(kind == UpstreamResult.Kind.CANCELLED ? Failure.of(Match.Origin.CLIENT_GONE)
                : Failure.unreachable(kind, sent));
        Attempt.report(lease, rule, Duration.ZERO);
        return Optional.of(failed(lease, rule, sent, rule.what() + ": " + kind + ": " + detail));
    }

    /** The account answered a request with an error. */
    Optional<FailedAttempt> answered(Turn turn, AccountLease lease, boolean strip, UpstreamResult.Answered answer) {
        byte[] body = Attempt.errorBody(answer.body());
        UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
        FailureRules.Rule rule = FailureRules.judge(Failure.answer(answer.status(), error));
        Duration retryAfter = RetryHints.read(answer.headers(), error.resetsIn(), epochMillis.getAsLong());
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStrip(turn, strip)) {
            Attempt.report(lease, rule, retryAfter);
        }
        return Optional.of(new FailedAttempt(rule, lease.account().name(), answer.status(), answer.headers(), new byte[0], error,
                retryAfter, true, rule.what() + ": " + answer.status() + " " + error.code() + " " + error.message()));
    }

    /** Whether only the connection was too old, which another one mends. */
    static boolean isTooOld(Turn turn, EventFacts facts) {
        return turn.portable() && facts.error().code().equals(TOO_OLD);
    }

    /** Whether the error is kept back, because another account, or another try, might do better. */
    boolean movesOn(Turn turn, boolean strip, EventFacts facts) {
        return isTooOld(turn, facts) || switch (FailureRules.judge(failure(facts)).effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> turn.resendAllowed;
            case NEXT_IF_OWNER_UNKNOWN -> turn.ownerUnknown;
            case STRIP_ONCE -> mayStrip(turn, strip);
            case BY_HTTP, PASS, END -> false;
        };
    }

    /** An {@code error} with a status is what an HTTP answer with that status would be. */
    private static Failure failure(EventFacts facts) {
        RelayOutcome.StreamError error = facts.error();
        return facts.type().equals("error") && error.status() >= 400
                ? Failure.answer(error.status(), told(error))
                : Failure.event(error.status(), error.code(), error.type(), error.message());
    }

    private static UpstreamError told(RelayOutcome.StreamError error) {
        return new UpstreamError(error.code(), error.type(), error.message(), true, true, Duration.ZERO);
    }

    /** There is no connection to the account. */
    Optional<FailedAttempt> notOpened(Turn turn, AccountLease lease, TurnPool.Opening why) {
        return switch (why) {
            case TurnPool.Opening.Unreachable(UpstreamResult.Kind kind, String detail) -> unreachable(lease, kind, false, detail);
            case TurnPool.Opening.Refused(int status, Headers headers, byte[] body) -> {
                turn.record.headersNanos = clock.getAsLong();
                UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
                boolean aboutTheAccount = status == 401 || status == 402 || status == 403 || status == 429 || status >= 500;
                if (!aboutTheAccount) {
                    refusals.note(lease.account());
                }
                FailureRules.Rule rule = FailureRules.judge(aboutTheAccount ? Failure.answer(status, error)
                        : Failure.of(Match.Origin.NO_WEBSOCKET));
                Duration retryAfter = RetryHints.read(headers, error.resetsIn(), epochMillis.getAsLong());
                Attempt.report(lease, rule, retryAfter);
                yield Optional.of(new FailedAttempt(rule, lease.account().name(), status, headers, new byte[0], error,
                        retryAfter, false, rule.what() + ": handshake answered with " + status + " " + error.code()));
            }
            case TurnPool.Opening.Opened opened -> throw new IllegalStateException("opened, and not");
        };
    }

    /** There is no other connection to an account that may have executed the turn already. */
    Optional<FailedAttempt> notOpenedAgain(AccountLease lease, TurnPool.Opening why) {
        UpstreamResult.Unreachable none = switch (why) {
            case TurnPool.Opening.Unreachable(UpstreamResult.Kind kind, String detail) ->
                    UpstreamResult.Unreachable.afterReset(kind, detail);
            case TurnPool.Opening.Refused refused ->
                UpstreamResult.Unreachable.afterReset(UpstreamResult.Kind.FRAMING, "status " + refused.status());
            case TurnPool.Opening.Opened opened -> throw new IllegalStateException("opened, and not");
        };
        return unreachable(lease, none.kind(), true, none.detail());
    }

    /** The client has the whole answer, which may tell of a failure. */
    void completed(Turn turn, AccountLease lease, TurnRelay relay, EventFacts last, boolean stripped) {
        RequestRecord record = turn.record;
        record.status = 200;
        record.responseId = relay.responseId();
        record.firstOutputNanos = relay.firstOutputNanos();
        record.usage = last.usage();
        if (last.kind() != EventFacts.Kind.FAILED) {
            long ttft = relay.firstOutputNanos() == 0 ? 0 : relay.firstOutputNanos() - record.sentNanos;
            lease.report(new AttemptOutcome.Succeeded(ttft, last.usage(), relay.responseId(), last.conversationId(),
                    stripped));
            return;
        }
        FailureRules.Rule rule = FailureRules.judge(failure(last));
        record.failed(last.error().status() >= 400 ? last.error().status() : 200, last.error().code(),
                rule.what() + ": the turn ended with " + last.type());
        record.failedTry(lease.account().name(), rule.reason());
        Attempt.report(lease, rule, RetryHints.inMessage(last.error().message()));
    }

    /** The first event was an error that the client knows nothing of. */
    Optional<FailedAttempt> refused(Turn turn, AccountLease lease, boolean strip, EventFacts facts, byte[] raw) {
        FailureRules.Rule rule = FailureRules.judge(failure(facts));
        UpstreamError error = UpstreamError.read(raw, raw.length, epochMillis.getAsLong());
        Duration named = error.resetsIn().isZero() ? RetryHints.inMessage(facts.error().message()) : error.resetsIn();
        Duration retryAfter = RetryHints.read(ErrorMessage.headers(raw), named, epochMillis.getAsLong());
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStrip(turn, strip)) {
            Attempt.report(lease, rule, retryAfter);
        }
        int status = facts.error().status() >= 400 ? facts.error().status()
                : rule.fault() == FailureRules.Fault.REQUEST ? 400 : rule.fault() == FailureRules.Fault.ACCOUNT ? 429 : 503;
        return Optional.of(new FailedAttempt(rule, lease.account().name(), status, Headers.EMPTY, raw, told(facts.error()),
                retryAfter, true, rule.what() + ": " + facts.error().code() + " " + facts.error().message()));
    }

    /** One side broke off; a client that has seen a part is told by an event. */
    Optional<FailedAttempt> brokeOff(Turn turn, AccountLease lease, TurnRelay relay, boolean sent,
            RelayOutcome.Cause cause, String detail) {
        RequestRecord record = turn.record;
        record.responseId = relay.responseId();
        record.firstOutputNanos = relay.firstOutputNanos();
        record.usage = relay.estimate(BYTES_PER_TOKEN);
        boolean begun = turn.outputSent();
        Failure failure = switch (cause) {
            case CLIENT_GONE, CLIENT_STALLED, CANCELLED -> Failure.of(Match.Origin.CLIENT_GONE);
            case FIRST_OUTPUT_TIMEOUT -> Failure.of(begun ? Match.Origin.BROKEN_AFTER_OUTPUT : Match.Origin.NO_OUTPUT_IN_TIME);
            case UPSTREAM_IDLE -> begun ? Failure.of(Match.Origin.BROKEN_AFTER_OUTPUT)
                    : Failure.unreachable(UpstreamResult.Kind.TIMEOUT, sent);
            case UPSTREAM_CUT, UPSTREAM_FRAMING, NO_ANSWER -> begun ? Failure.of(Match.Origin.BROKEN_AFTER_OUTPUT)
                    : Failure.unreachable(UpstreamResult.Kind.RESET, sent);
        };
        FailureRules.Rule rule = FailureRules.judge(failure);
        Attempt.report(lease, rule, Duration.ZERO);
        FailedAttempt failed = failed(lease, rule, sent, rule.what() + ": " + cause + ": " + detail);
        if (failure.origin() != Match.Origin.BROKEN_AFTER_OUTPUT) {
            return Optional.of(failed);
        }
        record.failedTry(lease.account().name(), rule.reason());
        record.failed(200, "upstream_stream_broken", failed.detail());
        turn.socket.tellFailed(turn, GatewayError.upstream(502, "upstream_stream_broken",
                "The upstream broke off before the answer was complete."));
        return Optional.empty();
    }

    static FailedAttempt failed(AccountLease lease, FailureRules.Rule rule, boolean sent, String detail) {
        return new FailedAttempt(rule, lease.account().name(), 0, Headers.EMPTY, new byte[0],
                new UpstreamError("", "", "", false, false, Duration.ZERO), Duration.ZERO, sent, detail);
    }
}
