package sluice.forward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AttemptOutcome;
import sluice.api.BodyEdit;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.RelayOutcome;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.failures.AttemptResult;
import sluice.failures.FailedAttempt;
import sluice.records.RequestRecord;

/**
 * How one account has its turn at a call: edit the body, call the upstream, relay the answer, report to the lease. One object
 * makes the attempts of all requests; it is stateless, and {@link #run} runs on the request's thread.
 */
final class Attempt {
    private final Relaying relaying;
    private final Verdicts verdicts;
    private final Settings settings;
    private final BodyDecoders decoders;
    private final GivenTurnStates turnStates;
    private final IdempotencyKeys idempotency;
    private final LongSupplier clock;

    /**
     * What the configuration says of attempts.
     *
     * @param verifyEdits whether every edited body is compared with the received one
     * @param mayStrip whether encrypted reasoning may be taken out where it cannot be read
     * @param timedStreams whether streams of clients with diagnostics end in a comment with times
     */
    record Settings(boolean verifyEdits, boolean mayStrip, boolean timedStreams) { }

    Attempt(Relaying relaying, Settings settings, BodyDecoders decoders, GivenTurnStates turnStates,
            IdempotencyKeys idempotency, LongSupplier clock, LongSupplier epochMillis) {
        this.relaying = relaying;
        this.settings = settings;
        this.decoders = decoders;
        this.turnStates = turnStates;
        this.idempotency = idempotency;
        this.clock = clock;
        verdicts = new Verdicts(settings.mayStrip(), epochMillis);
    }

    /** Makes the attempt and reports it to the lease. */
    AttemptResult run(Call call, AccountLease lease) {
        boolean strip = lease.stripEncryptedReasoning();
        if (strip && !settings.mayStrip()) {
            lease.report(new AttemptOutcome.Ignored());
            return new AttemptResult.Failed(Verdicts.bound(lease));
        }
        AttemptResult result = tryAccount(call, lease, strip);
        boolean again = result instanceof AttemptResult.Failed(FailedAttempt failed) && verdicts.stripsAfter(failed.rule(), call, strip);
        return again ? tryAccount(call, lease, true) : result;
    }

    /** Calls the account, a second time where its way switches, and passes on what it answers. */
    private AttemptResult tryAccount(Call call, AccountLease lease, boolean strip) {
        call.asks(lease, strip);
        call.record.account = lease.account().name();
        call.record.upstreamModel = lease.upstreamModel();
        Answer client = call.answer();
        relaying.keepAwakeUntilHeaders(call, lease);
        UpstreamResult result = call.way.send(request(call, lease, strip), call.body());
        if (result instanceof UpstreamResult.Unreachable none && call.way.switchWay(none, call)) {
            result = call.way.send(request(call, lease, strip), call.body());
        }
        client.letSleep();
        return switch (result) {
            case UpstreamResult.Unreachable unreached -> verdicts.unreachable(call, lease, unreached, strip);
            case UpstreamResult.Answered coded -> {
                UpstreamResult.Answered answer = decoded(coded);
                call.record.headersNanos = clock.getAsLong();
                lease.answered(answer.headers());
                turnStates.given(call.record.client, answer.headers(), lease.account().name());
                call.record.connectNanos = answer.connectNanos();
                if (answer.resent()) {
                    call.record.resends++;
                }
                try {
                    yield answer.status() < 300 ? relay(call, lease, answer, strip) : verdicts.refused(call, lease, answer, strip);
                } finally {
                    answer.body().close();
                }
            }
        };
    }

    private UpstreamRequest request(Call call, AccountLease lease, boolean strip) {
        Account account = lease.account();
        call.record.edits = edits(call, lease, strip);
        OutboundBody body = call.body().edited(call.record.edits);
        if (settings.verifyEdits()) {
            Fidelity.firstDifference(call.body(), body).ifPresent(where -> {
                throw new IllegalStateException("an edit changed bytes that it must not: " + where);
            });
        }
        if (call.explains()) {
            call.explain(Fidelity.report(call.body(), body));
        }
        Headers sent = call.exchange.head().headers();
        Headers allowed = HeaderPolicy.toUpstream(sent, account, sent.has("content-encoding"));
        Headers own = idempotency.seenBy(call.record.client, turnStates.seenBy(call.record.client, allowed, account.name()));
        Headers headers = call.way.headers(own);
        Account.Timeouts timeouts = account.endpoint().timeouts();
        Duration untilHeaders = call.record.stream ? timeouts.headersStreaming() : timeouts.headersWhole();
        call.record.sent(clock.getAsLong());
        return new UpstreamRequest(account, call.exchange.head().method(), call.target(), headers, body, untilHeaders.toNanos(),
                timeouts.idle().toNanos(), call.record.client, call.affinity.namedKey(), call.exchange.cancellation(),
                call.affinity.resendAllowed());
    }

    private static List<BodyEdit> edits(Call call, AccountLease lease, boolean strip) {
        List<BodyEdit> own = BodyRules.edits(lease.account(), call.body(), call.record.model, lease.upstreamModel(), strip);
        List<BodyEdit> more = call.way.edits();
        if (more.isEmpty()) {
            return own;
        }
        List<BodyEdit> all = new ArrayList<>(own);
        all.addAll(more);
        return all;
    }

    /** Takes the content coding off an answer, for a client that was promised {@code identity}. */
    private UpstreamResult.Answered decoded(UpstreamResult.Answered answer) {
        Optional<String> coding = answer.headers().first("content-encoding").map(value -> value.toLowerCase(Locale.ROOT));
        if (coding.isEmpty() || !decoders.supports(coding.get())) {
            return answer;
        }
        Headers.Builder headers = Headers.builder();
        for (int i = 0; i < answer.headers().size(); i++) {
            if (!answer.headers().nameIs(i, "content-encoding") && !answer.headers().nameIs(i, "content-length")) {
                headers.add(answer.headers(), i);
            }
        }
        return new UpstreamResult.Answered(answer.status(), headers.build(), decoders.decode(coding.get(), answer.body()),
                answer.resent(), answer.connectNanos());
    }

    private AttemptResult relay(Call call, AccountLease lease, UpstreamResult.Answered answer, boolean strip) {
        RelayOutcome outcome = relaying.relay(call, lease, answer, error -> verdicts.mayMoveOn(call, strip, error));
        note(call, outcome.report());
        return switch (outcome) {
            case RelayOutcome.Completed done -> completed(call, lease, answer, done.report());
            case RelayOutcome.RefusedBeforeOutput refused -> verdicts.refusedByEvent(call, lease, answer, refused.error(), strip);
            case RelayOutcome.BrokeOff broken -> verdicts.brokeOff(call, lease, broken, answer.body().farewell(), strip);
        };
    }

    private AttemptResult completed(Call call, AccountLease lease, UpstreamResult.Answered answer, RelayOutcome.Report report) {
        call.record.status = answer.status();
        call.record.usage = report.usage();
        if (!call.asksForWork() || report.error().equals(RelayOutcome.StreamError.NONE)) {
            long ttft = report.firstOutputNanos() == 0 ? 0 : report.firstOutputNanos() - call.record.sentNanos;
            lease.report(new AttemptOutcome.Succeeded(ttft, report.usage(), call.made(report.responseId()),
                    call.made(report.conversationId()), call.stripped()));
        } else {
            verdicts.endedIn(call, lease, answer, report);
        }
        call.end(settings.timedStreams() && call.record.stream);
        return new AttemptResult.Done();
    }

    private static void note(Call call, RelayOutcome.Report report) {
        RequestRecord record = call.record;
        record.responseId = report.responseId();
        record.toldTier = report.serviceTier();
        record.seenTokens = report.counts().tokens();
        record.answerBytes += report.bytesOut();
        record.events += report.events();
        record.flushes += report.flushes();
        record.firstEventNanos = report.firstEventNanos();
        record.firstOutputNanos = report.firstOutputNanos();
    }
}
