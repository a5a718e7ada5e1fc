package sluice.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AttemptOutcome;
import sluice.api.BodyEdit;
import sluice.api.ByteSource;
import sluice.api.EventFacts;
import sluice.api.EventInspector;
import sluice.api.Headers;
import sluice.api.ModelNames;
import sluice.api.OutboundBody;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.SelectionRequest;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.wire.WebSocketHandshake;

/**
 * One account's turn at a turn: edit the message, send it on the client's connection to the account, wait for the end of its
 * events, report to the lease. Stateless; {@link #run} runs on the turn's thread.
 */
final class TurnAttempt implements FailoverLoop.Attempts<Turn> {
    /** Bytes of text per token, for the estimate of an answer that was broken off. */
    private static final int BYTES_PER_TOKEN = 4;
    /** DESIGN §8: a connection that stood open and breaks sooner after sending had gone stale. */
    private static final long STALE_NANOS = 1_000_000_000;
    /** The upstream ends connections after an hour; what came then was not executed. */
    private static final String TOO_OLD = "websocket_connection_limit_reached";

    /** What makes a request of a turn. */
    private static final List<BodyEdit> AS_REQUEST = List.of(new BodyEdit.Remove("type"), new BodyEdit.Remove("stream_id"),
            new BodyEdit.Remove("generate"), new BodyEdit.Put("stream", "true"));

    private final RelayOptions options;
    private final Attempt.Rules rules;
    private final WebSocketRefusals refusals;
    private final Upstream http;
    private final EventInspector inspector;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /** Attempts by the client's connection to an account, or by {@code http} where the turn was told to use it. */
    TurnAttempt(RelayOptions options, Attempt.Rules rules, WebSocketRefusals refusals, Upstream http, EventInspector inspector) {
        this.options = options;
        this.rules = rules;
        this.refusals = refusals;
        this.http = http;
        this.inspector = inspector;
        clock = options.nanoClock();
        epochMillis = options.epochMillis();
    }

    @Override
    public Optional<FailedAttempt> run(Turn turn, AccountLease lease) {
        boolean strip = lease.stripEncryptedReasoning();
        if (strip && !rules.mayStrip()) {
            lease.report(new AttemptOutcome.Ignored());
            return Optional.of(Attempt.bound(lease));
        }
        Optional<FailedAttempt> failed = once(turn, lease, strip);
        if (mayStripNow(turn, strip) && failed.isPresent()
                && failed.get().rule().effect() == FailureRules.Effect.STRIP_ONCE) {
            failed = once(turn, lease, true);
        }
        return failed;
    }

    private boolean mayStripNow(Turn turn, boolean stripped) {
        return rules.mayStrip() && !stripped && turn.encryptedContent;
    }

    /** A connection that had stood open may have ended unnoticed: then the turn is sent once more, on a fresh one. */
    private Optional<FailedAttempt> once(Turn turn, AccountLease lease, boolean strip) {
        turn.record.account = lease.account().name();
        turn.record.upstreamModel = lease.upstreamModel();
        if (turn.transport() == SelectionRequest.Transport.HTTP) {
            return byHttp(turn, lease, strip);
        }
        Round first = round(turn, lease, strip, true);
        if (!first.stale) {
            return first.failed;
        }
        turn.record.resends++;
        return round(turn, lease, strip, false).failed;
    }

    /** What came of sending once. */
    private record Round(Optional<FailedAttempt> failed, boolean stale) {
        static Round of(Optional<FailedAttempt> failed) {
            return new Round(failed, false);
        }
    }

    private Round round(Turn turn, AccountLease lease, boolean strip, boolean mayRepeat) {
        Account account = lease.account();
        OutboundBody message = edited(turn, lease, strip, List.of());
        Headers headers = HeaderPolicy.toUpstream(turn.socket.head().headers(), account, false);
        return switch (turn.socket.binding().join(turn, account, headers)) {
            case UpstreamBinding.Joined.Failed(TurnPool.Opening why) -> Round.of(notOpened(turn, lease, why));
            case UpstreamBinding.Joined.Elsewhere elsewhere -> {
                lease.report(new AttemptOutcome.Ignored());
                yield Round.of(Optional.of(failed(lease, FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.RESET, false)),
                        false, "turns of other streams hold the client's connection to another account")));
            }
            case UpstreamBinding.Joined.Ready ready -> {
                turn.record.connectNanos = ready.connectNanos();
                turn.record.sentNanos = clock.getAsLong();
                yield play(turn, lease, strip, ready, message, mayRepeat);
            }
        };
    }

    /** An account without WebSocket answers with a stream, whose events are the messages; the turn's thread reads it. */
    private Optional<FailedAttempt> byHttp(Turn turn, AccountLease lease, boolean strip) {
        OutboundBody body = edited(turn, lease, strip, AS_REQUEST);
        Account account = lease.account();
        turn.record.sentNanos = clock.getAsLong();
        UpstreamResult result = http.send(new UpstreamRequest(account, "POST", turn.target, requestHeaders(turn, account), body,
                account.timeouts().headersStreaming().toNanos(), account.timeouts().idle().toNanos(), turn.client,
                turn.sessionKey, turn.cancellation()));
        switch (result) {
            case UpstreamResult.Unreachable(boolean sent, UpstreamResult.Kind kind, String detail) -> {
                FailureRules.Rule rule = FailureRules.judge(kind == UpstreamResult.Kind.CANCELLED
                        ? Failure.of(Match.Origin.CLIENT_GONE) : Failure.unreachable(kind, sent));
                Attempt.report(lease, rule, Duration.ZERO);
                return Optional.of(failed(lease, rule, sent, rule.what() + ": " + kind + ": " + detail));
            }
            case UpstreamResult.Answered answer -> {
                try (ByteSource source = answer.body()) {
                    turn.record.connectNanos = answer.connectNanos();
                    return answer.status() < 300 ? stream(turn, lease, strip, source) : answered(turn, lease, strip, answer);
                }
            }
        }
    }

    private Optional<FailedAttempt> stream(Turn turn, AccountLease lease, boolean strip, ByteSource source) {
        TurnRelay relay = relay(turn, lease, strip);
        relay.onBroken(source::abort);
        try {
            new EventMessages(relay, inspector, options.maxEventBytes()).relay(source);
            relay.broken(RelayOutcome.Cause.UPSTREAM_CUT, "the stream ended without a terminal event");
        } catch (IOException e) {
            relay.broken(RelayOutcome.Cause.UPSTREAM_CUT, String.valueOf(e.getMessage()));
        }
        return switch (relay.await()) {
            case TurnRelay.End.Completed(EventFacts last) -> {
                completed(turn, lease, relay, last, strip && turn.encryptedContent);
                yield Optional.empty();
            }
            case TurnRelay.End.Refused(EventFacts facts, byte[] raw) -> refused(turn, lease, strip, facts, raw);
            case TurnRelay.End.Broken(RelayOutcome.Cause cause, String detail) -> brokeOff(turn, lease, relay, true, cause, detail);
        };
    }

    private Optional<FailedAttempt> answered(Turn turn, AccountLease lease, boolean strip, UpstreamResult.Answered answer) {
        byte[] body = Attempt.errorBody(answer.body());
        UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
        FailureRules.Rule rule = FailureRules.judge(Failure.answer(answer.status(), error));
        Duration retryAfter = RetryHints.read(answer.headers(), error.resetsIn(), epochMillis.getAsLong());
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStripNow(turn, strip)) {
            Attempt.report(lease, rule, retryAfter);
        }
        return Optional.of(new FailedAttempt(rule, lease.account().name(), answer.status(), answer.headers(), new byte[0], error,
                retryAfter, true, rule.what() + ": " + answer.status() + " " + error.code() + " " + error.message()));
    }

    /** The handshake's headers, without those that are the handshake's own. */
    private static Headers requestHeaders(Turn turn, Account account) {
        Headers all = HeaderPolicy.toUpstream(turn.socket.head().headers(), account, false);
        Headers.Builder kept = Headers.builder();
        for (int i = 0; i < all.size(); i++) {
            if (!WebSocketHandshake.isOwn(all, i) && !all.nameIs(i, "content-type") && !all.nameIs(i, "openai-beta")) {
                kept.add(all, i);
            }
        }
        return kept.add("Content-Type", "application/json").add("Accept", "text/event-stream").build();
    }

    private TurnRelay relay(Turn turn, AccountLease lease, boolean strip) {
        TurnRelay relay = new TurnRelay(turn, new ModelNames(lease.upstreamModel(), turn.model), options,
                lease.account().timeouts(), facts -> movesOn(turn, strip, facts), lease::began);
        turn.relay(relay);
        return relay;
    }

    private OutboundBody edited(Turn turn, AccountLease lease, boolean strip, List<BodyEdit> more) {
        List<BodyEdit> edits = new ArrayList<>(
                BodyRules.edits(lease.account(), turn.body(), turn.model, lease.upstreamModel(), strip));
        edits.addAll(more);
        OutboundBody message = turn.body().edited(edits);
        if (rules.verifyEdits()) {
            Fidelity.firstDifference(turn.body(), message).ifPresent(where -> {
                throw new IllegalStateException("an edit changed bytes that it must not: " + where);
            });
        }
        return message;
    }

    private Round play(Turn turn, AccountLease lease, boolean strip, UpstreamBinding.Joined.Ready ready, OutboundBody message,
            boolean mayRepeat) {
        TurnRelay relay = relay(turn, lease, strip);
        boolean sent = true;
        try {
            ready.bound().send(message);
        } catch (IOException e) {
            sent = false;
            relay.broken(RelayOutcome.Cause.UPSTREAM_CUT, String.valueOf(e.getMessage()));
        }
        return switch (relay.await()) {
            case TurnRelay.End.Completed(EventFacts last) -> {
                turn.socket.binding().leave(turn);
                completed(turn, lease, relay, last, strip && turn.encryptedContent);
                yield Round.of(Optional.empty());
            }
            case TurnRelay.End.Refused(EventFacts facts, byte[] raw) -> {
                boolean tooOld = mayRepeat && isTooOld(turn, facts);
                if (tooOld) {
                    turn.socket.binding().drop(ready.bound(), "too old");
                }
                yield tooOld ? new Round(Optional.empty(), true) : Round.of(refused(turn, lease, strip, facts, raw));
            }
            case TurnRelay.End.Broken(RelayOutcome.Cause cause, String detail) -> {
                turn.socket.binding().drop(ready.bound(), detail);
                boolean soon = !sent || clock.getAsLong() - turn.record.sentNanos < STALE_NANOS;
                if (cause == RelayOutcome.Cause.UPSTREAM_CUT && ready.doubtful() && soon && mayRepeat && !relay.anyEvent()) {
                    yield new Round(Optional.empty(), true);
                }
                yield Round.of(brokeOff(turn, lease, relay, sent, cause, detail));
            }
        };
    }

    private static boolean isTooOld(Turn turn, EventFacts facts) {
        return turn.portable() && facts.error().code().equals(TOO_OLD);
    }

    /** Whether the error is kept back, because another account, or another try, might do better. */
    private boolean movesOn(Turn turn, boolean strip, EventFacts facts) {
        return isTooOld(turn, facts) || switch (FailureRules.judge(failure(facts)).effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> turn.resendAllowed;
            case NEXT_IF_OWNER_UNKNOWN -> turn.ownerUnknown;
            case STRIP_ONCE -> mayStripNow(turn, strip);
            case PASS, END -> false;
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

    private Optional<FailedAttempt> notOpened(Turn turn, AccountLease lease, TurnPool.Opening why) {
        return switch (why) {
            case TurnPool.Opening.Unreachable(UpstreamResult.Kind kind, String detail) -> {
                Failure failure = kind == UpstreamResult.Kind.CANCELLED ? Failure.of(Match.Origin.CLIENT_GONE)
                        : Failure.unreachable(kind, false);
                FailureRules.Rule rule = FailureRules.judge(failure);
                Attempt.report(lease, rule, Duration.ZERO);
                yield Optional.of(failed(lease, rule, false, rule.what() + ": " + kind + ": " + detail));
            }
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

    private void completed(Turn turn, AccountLease lease, TurnRelay relay, EventFacts last, boolean stripped) {
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
        record.failedTry(lease.account().name(), rule);
        Attempt.report(lease, rule, RetryHints.inMessage(last.error().message()));
    }

    private Optional<FailedAttempt> refused(Turn turn, AccountLease lease, boolean strip, EventFacts facts, byte[] raw) {
        FailureRules.Rule rule = FailureRules.judge(failure(facts));
        UpstreamError error = UpstreamError.read(raw, raw.length, epochMillis.getAsLong());
        Duration named = error.resetsIn().isZero() ? RetryHints.inMessage(facts.error().message()) : error.resetsIn();
        Duration retryAfter = RetryHints.read(ErrorMessage.headers(raw), named, epochMillis.getAsLong());
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStripNow(turn, strip)) {
            Attempt.report(lease, rule, retryAfter);
        }
        int status = facts.error().status() >= 400 ? facts.error().status()
                : rule.fault() == FailureRules.Fault.REQUEST ? 400 : rule.fault() == FailureRules.Fault.ACCOUNT ? 429 : 503;
        return Optional.of(new FailedAttempt(rule, lease.account().name(), status, Headers.EMPTY, raw, told(facts.error()),
                retryAfter, true, rule.what() + ": " + facts.error().code() + " " + facts.error().message()));
    }

    private Optional<FailedAttempt> brokeOff(Turn turn, AccountLease lease, TurnRelay relay, boolean sent,
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
            case UPSTREAM_CUT, UPSTREAM_FRAMING -> begun ? Failure.of(Match.Origin.BROKEN_AFTER_OUTPUT)
                    : Failure.unreachable(UpstreamResult.Kind.RESET, sent);
        };
        FailureRules.Rule rule = FailureRules.judge(failure);
        Attempt.report(lease, rule, Duration.ZERO);
        FailedAttempt failed = failed(lease, rule, sent, rule.what() + ": " + cause + ": " + detail);
        if (failure.origin() != Match.Origin.BROKEN_AFTER_OUTPUT) {
            return Optional.of(failed);
        }
        record.failedTry(lease.account().name(), rule);
        record.failed(200, "upstream_stream_broken", failed.detail());
        turn.socket.tellFailed(turn, sluice.api.GatewayError.upstream(502, "upstream_stream_broken",
                "The upstream broke off before the answer was complete."));
        return Optional.empty();
    }

    private static FailedAttempt failed(AccountLease lease, FailureRules.Rule rule, boolean sent, String detail) {
        return new FailedAttempt(rule, lease.account().name(), 0, Headers.EMPTY, new byte[0],
                new UpstreamError("", "", "", false, false, Duration.ZERO), Duration.ZERO, sent, detail);
    }
}
