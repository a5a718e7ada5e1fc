package sluice.server;

import java.io.IOException;
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
import sluice.failures.FailedAttempt;
import sluice.failures.Failure;
import sluice.failures.FailureRules;
import sluice.websocket.WebSocketHandshake;

/**
 * One account's turn at a turn: edit the message, send it on the client's connection to the account, wait for the end of its
 * events, report to the lease. Stateless; {@link #run} runs on the turn's thread.
 */
final class TurnAttempt implements FailoverLoop.Attempts<Turn> {
    /** DESIGN §8: a connection that stood open and breaks sooner after sending had gone stale. */
    private static final long STALE_NANOS = 1_000_000_000;

    /** What makes a request of a turn. */
    private static final List<BodyEdit> AS_REQUEST = List.of(new BodyEdit.Remove("type"), new BodyEdit.Remove("stream_id"),
            new BodyEdit.Remove("generate"), new BodyEdit.Put("stream", "true"));

    private final RelayOptions options;
    private final Attempt.Rules rules;
    private final TurnVerdict verdict;
    private final Upstream http;
    private final EventInspector inspector;
    private final LongSupplier clock;

    /** Attempts by the client's connection to an account, or by {@code http} where the turn was told to use it. */
    TurnAttempt(RelayOptions options, Attempt.Rules rules, WebSocketRefusals refusals, Upstream http, EventInspector inspector) {
        this.options = options;
        this.rules = rules;
        verdict = new TurnVerdict(rules, refusals, options);
        this.http = http;
        this.inspector = inspector;
        clock = options.nanoClock();
    }

    @Override
    public Optional<FailedAttempt> run(Turn turn, AccountLease lease) {
        boolean strip = lease.stripEncryptedReasoning();
        if (strip && !rules.mayStrip()) {
            lease.report(new AttemptOutcome.Ignored());
            return Optional.of(Attempt.bound(lease));
        }
        Optional<FailedAttempt> failed = once(turn, lease, strip);
        if (verdict.mayStrip(turn, strip) && failed.isPresent()
                && failed.get().rule().effect() == FailureRules.Effect.STRIP_ONCE) {
            failed = once(turn, lease, true);
        }
        return failed;
    }

    /** A connection that had stood open may have ended unnoticed: then the turn is sent once more, on a fresh one. */
    private Optional<FailedAttempt> once(Turn turn, AccountLease lease, boolean strip) {
        turn.record.account = lease.account().name();
        turn.record.upstreamModel = lease.upstreamModel();
        if (turn.transport() == SelectionRequest.Transport.HTTP) {
            return byHttp(turn, lease, strip);
        }
        Round first = round(turn, lease, strip, Before.NOTHING);
        return first.again == Before.NOTHING ? first.failed : round(turn, lease, strip, first.again).failed;
    }

    /** What became of the message before, on another connection to the same account. */
    private enum Before {
        /** It was not sent. */
        NOTHING,
        /** The account had no use for it, or never got it. */
        REFUSED,
        /** The account may have executed it. */
        SENT
    }

    /**
     * What came of sending once.
     *
     * @param again if it is to be sent once more, what the next round must know of this one
     */
    private record Round(Optional<FailedAttempt> failed, Before again) {
        static Round of(Optional<FailedAttempt> failed) {
            return new Round(failed, Before.NOTHING);
        }
    }

    private Round round(Turn turn, AccountLease lease, boolean strip, Before before) {
        Account account = lease.account();
        OutboundBody message = edited(turn, lease, strip, List.of());
        Headers headers = HeaderPolicy.toUpstream(turn.socket.head().headers(), account, false);
        // As of a request: what opening a connection takes is the upstream's time, not the gateway's.
        turn.record.sentNanos = clock.getAsLong();
        return switch (turn.socket.binding().join(turn, account, headers)) {
            case UpstreamBinding.Joined.Failed(TurnPool.Opening why) -> Round.of(before == Before.SENT ? verdict.notOpenedAgain(lease, why)
                    : verdict.notOpened(turn, lease, why));
            case UpstreamBinding.Joined.Elsewhere elsewhere -> {
                lease.report(new AttemptOutcome.Ignored());
                yield Round.of(Optional.of(TurnVerdict.failed(lease,
                        FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.RESET, false)),
                        false, "turns of other streams hold the client's connection to another account")));
            }
            case UpstreamBinding.Joined.Ready ready -> {
                turn.record.connectNanos = ready.connectNanos();
                yield play(turn, lease, strip, ready, message, before);
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
            case UpstreamResult.Unreachable(boolean sent, boolean resent, UpstreamResult.Kind kind, String detail) -> {
                turn.record.resends += resent ? 1 : 0;
                return verdict.unreachable(lease, kind, sent, detail);
            }
            case UpstreamResult.Answered answer -> {
                try (ByteSource source = answer.body()) {
                    turn.record.resends += answer.resent() ? 1 : 0;
                    turn.record.connectNanos = answer.connectNanos();
                    return answer.status() < 300 ? stream(turn, lease, strip, source) : verdict.answered(turn, lease, strip, answer);
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
                verdict.completed(turn, lease, relay, last, strip && turn.encryptedContent);
                yield Optional.empty();
            }
            case TurnRelay.End.Refused(EventFacts facts, byte[] raw) -> verdict.refused(turn, lease, strip, facts, raw);
            case TurnRelay.End.Broken(RelayOutcome.Cause cause, String detail) -> verdict.brokeOff(turn, lease, relay, true, cause, detail);
        };
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
                lease.account().timeouts(), facts -> verdict.movesOn(turn, strip, facts), lease::began);
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
            Before before) {
        boolean mayRepeat = before == Before.NOTHING;
        TurnRelay relay = relay(turn, lease, strip);
        long sentNanos = clock.getAsLong();
        boolean sent = true;
        try {
            ready.bound().send(message);
            turn.record.resends += before == Before.SENT ? 1 : 0;
        } catch (IOException e) {
            sent = false;
            relay.broken(RelayOutcome.Cause.UPSTREAM_CUT, String.valueOf(e.getMessage()));
        }
        return switch (relay.await()) {
            case TurnRelay.End.Completed(EventFacts last) -> {
                turn.socket.binding().leave(turn);
                verdict.completed(turn, lease, relay, last, strip && turn.encryptedContent);
                yield Round.of(Optional.empty());
            }
            case TurnRelay.End.Refused(EventFacts facts, byte[] raw) -> {
                boolean tooOld = mayRepeat && TurnVerdict.isTooOld(turn, facts);
                if (tooOld) {
                    turn.socket.binding().drop(ready.bound(), "too old");
                }
                yield tooOld ? new Round(Optional.empty(), Before.REFUSED) : Round.of(verdict.refused(turn, lease, strip, facts, raw));
            }
            case TurnRelay.End.Broken(RelayOutcome.Cause cause, String detail) -> {
                turn.socket.binding().drop(ready.bound(), detail);
                boolean soon = !sent || clock.getAsLong() - sentNanos < STALE_NANOS;
                if (cause == RelayOutcome.Cause.UPSTREAM_CUT && ready.doubtful() && soon && mayRepeat && !relay.anyEvent()) {
                    yield new Round(Optional.empty(), sent ? Before.SENT : Before.REFUSED);
                }
                yield Round.of(verdict.brokeOff(turn, lease, relay, sent || before == Before.SENT, cause, detail));
            }
        };
    }
}
