package sluice.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AnswerRelay;
import sluice.api.AttemptOutcome;
import sluice.api.BodyEdit;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.EventRelay;
import sluice.api.Headers;
import sluice.api.ModelNames;
import sluice.api.OutboundBody;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayReport;
import sluice.api.StreamThreads;
import sluice.api.TokenUsage;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.failures.FailedAttempt;
import sluice.failures.Failure;
import sluice.failures.FailureRules;
import sluice.failures.Match;
import sluice.failures.RetryHints;
import sluice.failures.UpstreamError;
import sluice.net.ByteBuilder;
import sluice.records.RequestRecord;

/**
 * One account's turn at a call: edit the body, call the upstream, relay the answer, report to the lease. Stateless;
 * {@link #run} runs on the request's thread.
 */
final class Attempt implements FailoverLoop.Attempts<Call> {
    /** Most bytes of an error answer that are read; OpenAI's are below two kilobytes. */
    private static final int ERROR_BYTES = 64 * 1024;
    /** Bytes of text per token, for the estimate of an answer that was broken off. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final UpstreamError ENCRYPTED = new UpstreamError("invalid_encrypted_content", "invalid_request_error",
            "The encrypted reasoning belongs to an organisation that has no usable account now.", false, true, Duration.ZERO);

    private final Upstreams upstreams;
    private final EventRelay events;
    private final StreamThreads streams;
    private final AnswerRelay answers;
    private final RelayOptions options;
    private final Rules rules;
    private final BodyDecoders decoders;
    private final AtomicInteger openStreams;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /**
     * What the configuration says of attempts.
     *
     * @param headerKeepalive silence while waiting for an upstream's headers after which a stream is opened all the same
     * @param verifyEdits whether every edited body is compared with the received one
     * @param mayStrip whether encrypted reasoning may be taken out where it cannot be read
     * @param timedStreams whether streams of clients with diagnostics end in a comment with times
     */
    record Rules(Duration headerKeepalive, boolean verifyEdits, boolean mayStrip, boolean timedStreams) { }

    Attempt(Upstreams upstreams, EventRelay events, StreamThreads streams, AnswerRelay answers, RelayOptions options, Rules rules,
            BodyDecoders decoders, AtomicInteger openStreams) {
        this.upstreams = upstreams;
        this.events = events;
        this.streams = streams;
        this.answers = answers;
        this.options = options;
        this.rules = rules;
        this.decoders = decoders;
        this.openStreams = openStreams;
        clock = options.nanoClock();
        epochMillis = options.epochMillis();
    }

    /** Makes the attempt and reports it; empty if the client has its answer, or has left. */
    @Override
    public Optional<FailedAttempt> run(Call call, AccountLease lease) {
        boolean strip = lease.stripEncryptedReasoning();
        if (strip && !rules.mayStrip()) {
            lease.report(new AttemptOutcome.Ignored());
            return Optional.of(bound(lease));
        }
        Optional<FailedAttempt> failed = once(call, lease, strip);
        if (rules.mayStrip() && !strip && failed.isPresent() && failed.get().rule().effect() == FailureRules.Effect.STRIP_ONCE
                && call.encryptedContent) {
            failed = once(call, lease, true);
        }
        return failed;
    }

    /** The reasoning belongs to an organisation that has no usable account, and must not be taken out. */
    static FailedAttempt bound(AccountLease lease) {
        return new FailedAttempt(FailureRules.judge(Failure.answer(400, ENCRYPTED)), lease.account().name(), 400, Headers.EMPTY,
                new byte[0], ENCRYPTED, Duration.ZERO, false, "failover.encrypted-content: fail");
    }

    private Optional<FailedAttempt> once(Call call, AccountLease lease, boolean strip) {
        call.stripped = strip;
        call.answeredBy(lease);
        call.record.account = lease.account().name();
        call.record.upstreamModel = lease.upstreamModel();
        ClientResponse response = call.exchange.response();
        if (call.stream) {
            response.keepAwakeWithoutHeaders(rules.headerKeepalive().toNanos(), keepaliveNanos(lease));
        }
        UpstreamResult result = upstreams.send(request(call, lease, strip), call.body());
        response.letSleep();
        return switch (result) {
            case UpstreamResult.Unreachable none -> unreachable(call, lease, none);
            case UpstreamResult.Answered coded -> {
                UpstreamResult.Answered answer = decoded(coded);
                call.record.headersNanos = clock.getAsLong();
                lease.answered(answer.headers());
                call.record.connectNanos = answer.connectNanos();
                if (answer.resent()) {
                    call.record.resends++;
                }
                try {
                    yield answer.status() < 300 ? relay(call, lease, answer)
                            : refused(lease, answer, strip || !call.encryptedContent);
                } finally {
                    answer.body().close();
                }
            }
        };
    }

    private static long keepaliveNanos(AccountLease lease) {
        return lease.account().timeouts().keepalive().toNanos();
    }

    private UpstreamRequest request(Call call, AccountLease lease, boolean strip) {
        Account account = lease.account();
        List<BodyEdit> edits = BodyRules.edits(account, call.body(), call.model, lease.upstreamModel(), strip);
        OutboundBody body = call.body().edited(edits);
        if (rules.verifyEdits()) {
            Fidelity.firstDifference(call.body(), body).ifPresent(where -> {
                throw new IllegalStateException("an edit changed bytes that it must not: " + where);
            });
        }
        if (call.explain) {
            call.explanation = Fidelity.report(call.body(), body);
        }
        Headers headers = HeaderPolicy.toUpstream(call.exchange.head().headers(), account, call.bodyDecoded);
        Duration untilHeaders = call.stream ? account.timeouts().headersStreaming() : account.timeouts().headersWhole();
        call.record.sentNanos = clock.getAsLong();
        return new UpstreamRequest(account, call.exchange.head().method(), call.target, headers, body, untilHeaders.toNanos(),
                account.timeouts().idle().toNanos(), call.client, call.sessionKey, call.exchange.cancellation());
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

    private Optional<FailedAttempt> unreachable(Call call, AccountLease lease, UpstreamResult.Unreachable none) {
        call.record.resends += none.resent() ? 1 : 0;
        Failure failure = none.kind() == UpstreamResult.Kind.CANCELLED ? Failure.of(Match.Origin.CLIENT_GONE)
                : Failure.unreachable(none.kind(), none.requestSent());
        return judged(call, lease, failure, Duration.ZERO, none.requestSent(), none.kind() + ": " + none.detail());
    }

    private Optional<FailedAttempt> refused(AccountLease lease, UpstreamResult.Answered answer, boolean strip) {
        byte[] body = errorBody(answer.body());
        UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
        Duration retryAfter = RetryHints.read(answer.headers(), error.resetsIn(), epochMillis.getAsLong());
        FailureRules.Rule rule = FailureRules.judge(Failure.answer(answer.status(), error));
        if (strip || rule.effect() != FailureRules.Effect.STRIP_ONCE) {
            report(lease, rule, retryAfter);
        }
        return Optional.of(new FailedAttempt(rule, lease.account().name(), answer.status(), answer.headers(), body, error,
                retryAfter, true, rule.what() + ": " + answer.status() + " " + error.code() + " " + error.message()));
    }

    /** An error answer's body, as far as it is wanted; empty if it breaks off. */
    static byte[] errorBody(ByteSource source) {
        byte[] bytes = new byte[ERROR_BYTES];
        int length = 0;
        try {
            for (int count = 0; count >= 0 && length < bytes.length; length += Math.max(0, count)) {
                count = source.read(bytes, length, bytes.length - length);
            }
        } catch (IOException e) {
            return new byte[0];
        }
        return java.util.Arrays.copyOf(bytes, length);
    }

    private Optional<FailedAttempt> relay(Call call, AccountLease lease, UpstreamResult.Answered answer) {
        ClientResponse response = call.exchange.response();
        boolean sse = isEventStream(answer.headers());
        boolean asStream = sse && (call.stream || call.exchange.head().method().equals("GET"));
        RelayOptions relayOptions = options.with(new ModelNames(lease.upstreamModel(), call.model), error -> movesOn(call, error),
                lease.account().timeouts().firstOutput(), call::identified);
        RelayOutcome outcome;
        if (asStream) {
            response.begin(answer.status(), ClientResponse.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.STREAM, lines));
            response.keepAwake(keepaliveNanos(lease));
            openStreams.incrementAndGet();
            try {
                outcome = streams.run(answer.body(), () -> events.relay(answer.body(), response, relayOptions));
            } finally {
                openStreams.decrementAndGet();
            }
        } else if (sse) {
            response.begin(answer.status(), ClientResponse.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.FOLDED, lines));
            outcome = events.fold(answer.body(), response, relayOptions);
        } else {
            long length = relayOptions.model().mapped() ? ClientResponse.UNKNOWN_LENGTH : contentLength(answer.headers());
            response.begin(answer.status(), length, lines -> head(call, answer, HeaderPolicy.Form.AS_IT_IS, lines));
            outcome = answers.relay(answer.body(), response, relayOptions);
        }
        response.letSleep();
        note(call, outcome.report());
        return switch (outcome) {
            case RelayOutcome.Completed done -> completed(call, lease, answer, done.report());
            case RelayOutcome.RefusedBeforeOutput refused -> refusedByEvent(call, lease, answer, refused.error());
            case RelayOutcome.BrokeOff broken -> brokeOff(call, lease, broken);
        };
    }

    private static void head(Call call, UpstreamResult.Answered answer, HeaderPolicy.Form form, ByteBuilder lines) {
        HeaderPolicy.toClient(answer.headers(), form, lines);
        if (call.explain) {
            lines.header("x-sluice-explain", call.explanation);
        }
    }

    /** Whether another account might do better; an error that is the request's own is relayed as it came. */
    private static boolean movesOn(Call call, RelayOutcome.StreamError error) {
        FailureRules.Effect effect = judge(error).effect();
        return call.asksForWork && (effect == FailureRules.Effect.NEXT_ACCOUNT
                || effect == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && call.ownerUnknown);
    }

    private static FailureRules.Rule judge(RelayOutcome.StreamError error) {
        return FailureRules.judge(Failure.event(error.status(), error.code(), error.type(), error.message()));
    }

    private Optional<FailedAttempt> completed(Call call, AccountLease lease, UpstreamResult.Answered answer, RelayReport report) {
        call.record.status = answer.status();
        call.record.usage = report.usage();
        if (!call.asksForWork || report.error().equals(RelayOutcome.StreamError.NONE)) {
            long ttft = report.firstOutputNanos() == 0 ? 0 : report.firstOutputNanos() - call.record.sentNanos;
            lease.report(new AttemptOutcome.Succeeded(ttft, report.usage(), report.responseId(), report.conversationId(),
                    call.stripped && call.encryptedContent));
        } else {
            RelayOutcome.StreamError error = report.error();
            FailureRules.Rule rule = judge(error);
            call.record.failed(answer.status(), error.code(), rule.what() + ": the stream ended with " + report.terminal());
            call.record.failedTry(lease.account().name(), rule.reason());
            report(lease, rule, retryAfter(answer, error));
        }
        try {
            if (rules.timedStreams() && call.stream) {
                call.exchange.response().writeTimingComment();
            }
            call.exchange.response().end();
        } catch (ClientGoneException e) {
            call.exchange.response().abort();
        }
        return Optional.empty();
    }

    private Optional<FailedAttempt> refusedByEvent(Call call, AccountLease lease, UpstreamResult.Answered answer,
            RelayOutcome.StreamError error) {
        FailureRules.Rule rule = judge(error);
        Duration retryAfter = retryAfter(answer, error);
        report(lease, rule, retryAfter);
        int status = error.status() >= 400 ? error.status() : statusOf(rule);
        UpstreamError told = new UpstreamError(error.code(), error.type(), error.message(), false, true, Duration.ZERO);
        return Optional.of(new FailedAttempt(rule, lease.account().name(), status, answer.headers(), new byte[0], told,
                retryAfter, true, rule.what() + ": " + error.code() + " " + error.message()));
    }

    private Duration retryAfter(UpstreamResult.Answered answer, RelayOutcome.StreamError error) {
        return RetryHints.of(answer.headers(), error, epochMillis.getAsLong());
    }

    private static int statusOf(FailureRules.Rule rule) {
        return rule.fault() == FailureRules.Fault.REQUEST ? 400 : rule.fault() == FailureRules.Fault.ACCOUNT ? 429 : 503;
    }

    private Optional<FailedAttempt> brokeOff(Call call, AccountLease lease, RelayOutcome.BrokeOff broken) {
        RelayReport report = broken.report();
        ClientResponse response = call.exchange.response();
        call.record.usage = report.usage().equals(TokenUsage.NONE) && report.bytesIn() > 0
                ? TokenUsage.estimate(call.record.requestBytes / BYTES_PER_TOKEN, report.deltas()) : report.usage();
        Match.Origin origin = switch (broken.cause()) {
            case CLIENT_GONE, CLIENT_STALLED, CANCELLED -> Match.Origin.CLIENT_GONE;
            case FIRST_OUTPUT_TIMEOUT -> response.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT
                    : Match.Origin.NO_OUTPUT_IN_TIME;
            case UPSTREAM_CUT, UPSTREAM_IDLE, UPSTREAM_FRAMING, NO_ANSWER -> response.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT
                    : Match.Origin.BROKEN_BEFORE_OUTPUT;
        };
        String why = response.stalled() ? RelayOutcome.Cause.CLIENT_STALLED + ": the client does not read"
                : broken.cause() + ": " + broken.detail();
        Optional<FailedAttempt> failed = judged(call, lease, Failure.of(origin), Duration.ZERO, true, why);
        if (origin == Match.Origin.BROKEN_AFTER_OUTPUT) {
            call.record.failedTry(lease.account().name(), failed.orElseThrow().rule().reason());
            call.record.failed(response.status(), "upstream_stream_broken", failed.orElseThrow().detail());
            response.abort();
            return Optional.empty();
        }
        return failed;
    }

    private Optional<FailedAttempt> judged(Call call, AccountLease lease, Failure failure, Duration retryAfter,
            boolean requestSent, String detail) {
        FailureRules.Rule rule = FailureRules.judge(failure);
        report(lease, rule, retryAfter);
        return Optional.of(new FailedAttempt(rule, lease.account().name(), 0, Headers.EMPTY, new byte[0],
                new UpstreamError("", "", "", false, false, Duration.ZERO), retryAfter, requestSent, rule.what() + ": " + detail));
    }

    static void report(AccountLease lease, FailureRules.Rule rule, Duration retryAfter) {
        lease.report(rule.outcome().<AttemptOutcome>map(kind -> new AttemptOutcome.Failed(kind, retryAfter))
                .orElseGet(AttemptOutcome.Ignored::new));
    }

    private static void note(Call call, RelayReport report) {
        RequestRecord record = call.record;
        record.responseId = report.responseId();
        record.answerBytes += report.bytesOut();
        record.events += report.events();
        record.flushes += report.flushes();
        record.firstEventNanos = report.firstEventNanos();
        record.firstOutputNanos = report.firstOutputNanos();
    }

    private static boolean isEventStream(Headers headers) {
        int index = headers.find("content-type");
        return index >= 0 && headers.value(index).regionMatches(true, 0, "text/event-stream", 0, 17);
    }

    private static long contentLength(Headers headers) {
        int index = headers.find("content-length");
        return index < 0 ? ClientResponse.UNKNOWN_LENGTH : Long.parseLong(headers.value(index));
    }
}
