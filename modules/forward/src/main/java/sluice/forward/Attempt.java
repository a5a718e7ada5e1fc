package sluice.forward;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
import sluice.api.Quota;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayReport;
import sluice.api.StreamThreads;
import sluice.api.TokenUsage;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.config.StreamSettings;
import sluice.failures.AttemptResult;
import sluice.failures.FailedAttempt;
import sluice.failures.Failure;
import sluice.failures.FailureRules;
import sluice.failures.Match;
import sluice.failures.RetryHints;
import sluice.failures.UpstreamError;
import sluice.records.RequestRecord;
import sluice.responses.AnswerEvent;
import sluice.responses.Route;

/**
 * One account's turn at a call: edit the body, call the upstream, relay the answer, report to the lease. Stateless;
 * {@link #run} runs on the request's thread.
 */
final class Attempt implements FailoverLoop.Attempts {
    /** Most bytes of an error answer that are read; OpenAI's are below two kilobytes. */
    private static final int ERROR_BYTES = 64 * 1024;
    /** Bytes of text per token, for the estimate of an answer that was broken off. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final UpstreamError ENCRYPTED = new UpstreamError("invalid_encrypted_content", "invalid_request_error",
            "The encrypted reasoning belongs to an organisation that has no usable account now.", false, true, Duration.ZERO);

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
     * @param early silence after which the head of an answer is sent all the same
     * @param verifyEdits whether every edited body is compared with the received one
     * @param mayStrip whether encrypted reasoning may be taken out where it cannot be read
     * @param timedStreams whether streams of clients with diagnostics end in a comment with times
     */
    record Rules(StreamSettings.Early early, boolean verifyEdits, boolean mayStrip, boolean timedStreams) { }

    Attempt(EventRelay events, StreamThreads streams, AnswerRelay answers, RelayOptions options, Rules rules,
            BodyDecoders decoders, AtomicInteger openStreams) {
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

    /** Makes the attempt and reports it. */
    @Override
    public AttemptResult run(Call call, AccountLease lease) {
        boolean strip = lease.stripEncryptedReasoning();
        if (strip && !rules.mayStrip()) {
            lease.report(new AttemptOutcome.Ignored());
            return new AttemptResult.Failed(bound(lease));
        }
        AttemptResult result = once(call, lease, strip);
        boolean stripsOnce = result instanceof AttemptResult.Failed(FailedAttempt failed) && mayStrip(call, strip)
                && failed.rule().effect() == FailureRules.Effect.STRIP_ONCE;
        return stripsOnce ? once(call, lease, true) : result;
    }

    /** The reasoning belongs to an organisation that has no usable account, and must not be taken out. */
    private static FailedAttempt bound(AccountLease lease) {
        return new FailedAttempt(FailureRules.judge(Failure.answer(400, ENCRYPTED)), lease.account().name(), 400, Headers.EMPTY,
                new byte[0], ENCRYPTED, Duration.ZERO, false, "failover.encrypted-content: fail");
    }

    /** Whether encrypted reasoning may be taken out for another try. */
    private boolean mayStrip(Call call, boolean stripped) {
        return rules.mayStrip() && !stripped && call.encryptedContent;
    }

    private AttemptResult once(Call call, AccountLease lease, boolean strip) {
        call.answeredBy(lease, strip);
        call.record.account = lease.account().name();
        call.record.upstreamModel = lease.upstreamModel();
        Answer client = call.answer();
        if (call.record.stream) {
            client.keepAwakeWithoutHeaders(rules.early().stream().toNanos(), keepaliveNanos(lease));
        } else if (mayBeginWithSpace(call)) {
            client.keepAwakeAsJson(rules.early().json().toNanos());
        }
        UpstreamResult result = call.way.send(request(call, lease, strip), call.body());
        if (result instanceof UpstreamResult.Unreachable none && call.way.goesOtherwise(none)) {
            result = call.way.send(request(call, lease, strip), call.body());
        }
        client.letSleep();
        return switch (result) {
            case UpstreamResult.Unreachable none -> unreachable(call, lease, none, strip);
            case UpstreamResult.Answered coded -> {
                UpstreamResult.Answered answer = decoded(coded);
                call.record.headersNanos = clock.getAsLong();
                lease.answered(answer.headers());
                call.record.connectNanos = answer.connectNanos();
                if (answer.resent()) {
                    call.record.resends++;
                }
                try {
                    yield answer.status() < 300 ? relay(call, lease, answer, strip) : refused(call, lease, answer, strip);
                } finally {
                    answer.body().close();
                }
            }
        };
    }

    /** Whether white space may stand before the answer: it is new work, and JSON. */
    private boolean mayBeginWithSpace(Call call) {
        return !rules.early().json().isZero() && !call.record.stream && switch (call.exchange.target().route()) {
            case CREATE, COMPACT, INPUT_TOKENS -> true;
            case WEBSOCKET, RETRIEVE, DELETE, CANCEL, INPUT_ITEMS, MODELS, MODEL, DELETE_MODEL, HEALTH, TURN, CONTROL, OTHER -> false;
        };
    }

    private static long keepaliveNanos(AccountLease lease) {
        return lease.account().timeouts().keepalive().toNanos();
    }

    private UpstreamRequest request(Call call, AccountLease lease, boolean strip) {
        Account account = lease.account();
        OutboundBody body = call.body().edited(edits(call, lease, strip));
        if (rules.verifyEdits()) {
            Fidelity.firstDifference(call.body(), body).ifPresent(where -> {
                throw new IllegalStateException("an edit changed bytes that it must not: " + where);
            });
        }
        if (call.explains()) {
            call.explain(Fidelity.report(call.body(), body));
        }
        Headers sent = call.exchange.head().headers();
        Headers headers = call.way.headers(HeaderPolicy.toUpstream(sent, account, sent.has("content-encoding")));
        Duration untilHeaders = call.record.stream ? account.timeouts().headersStreaming() : account.timeouts().headersWhole();
        call.record.sentNanos = clock.getAsLong();
        return new UpstreamRequest(account, call.exchange.head().method(), call.target(), headers, body, untilHeaders.toNanos(),
                account.timeouts().idle().toNanos(), call.record.client, call.affinity.namedKey(), call.exchange.cancellation());
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

    /** An account that closes its WebSocket may say why, and means what it means by any other answer. */
    private AttemptResult closed(Call call, AccountLease lease, UpstreamResult.Unreachable none, boolean strip) {
        UpstreamError error = UpstreamError.reason(none.close().reason(), epochMillis.getAsLong());
        FailureRules.Rule rule = FailureRules.judge(Failure.close(none.close().code(), error));
        Duration retryAfter = RetryHints.of(Headers.EMPTY, new RelayOutcome.StreamError(0, error.code(), error.type(), error.message()),
                epochMillis.getAsLong());
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStrip(call, strip)) {
            report(lease, rule, retryAfter);
        }
        // A code alone stands for the type, too, by which some refusals are known; a client is told a type of the API.
        UpstreamError told = new UpstreamError(error.code(), error.type().equals(error.code()) ? "" : error.type(), error.message(), true,
                false, Duration.ZERO);
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), statusOf(rule), Headers.EMPTY, new byte[0], told,
                retryAfter, none.requestSent(), rule.what() + ": " + none.detail()));
    }

    private AttemptResult unreachable(Call call, AccountLease lease, UpstreamResult.Unreachable none, boolean strip) {
        call.record.resends += none.resent() ? 1 : 0;
        if (none.kind() == UpstreamResult.Kind.RESET && none.close().isTold()) {
            return closed(call, lease, none, strip);
        }
        if (none.kind() == UpstreamResult.Kind.HELD) {
            // No account has been asked, so none is to blame.
            lease.report(new AttemptOutcome.Ignored());
        }
        Failure failure = Failure.unreachable(none.kind(), none.requestSent());
        return new AttemptResult.Failed(judged(lease, failure, none.requestSent(), none.kind() + ": " + none.detail()));
    }

    private AttemptResult refused(Call call, AccountLease lease, UpstreamResult.Answered answer, boolean strip) {
        byte[] body = errorBody(answer.body());
        UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
        Duration retryAfter = RetryHints.read(answer.headers(), error.resetsIn(), epochMillis.getAsLong());
        Failure failure = Failure.answer(answer.status(), error);
        boolean newWork = call.asksForWork() && call.affinity.boundTo().isEmpty();
        FailureRules.Rule rule = FailureRules.judge(newWork ? failure.ofNewWork() : failure);
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStrip(call, strip)) {
            report(lease, rule, retryAfter);
        }
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), answer.status(), answer.headers(), body, error,
                retryAfter, true, rule.what() + ": " + answer.status() + " " + error.code() + " " + error.message()));
    }

    /** An error answer's body, as far as it is wanted; empty if it breaks off. */
    private static byte[] errorBody(ByteSource source) {
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

    private AttemptResult relay(Call call, AccountLease lease, UpstreamResult.Answered answer, boolean strip) {
        Answer client = call.answer();
        boolean sse = isEventStream(answer.headers());
        boolean asStream = sse && (call.record.stream || call.exchange.target().route() == Route.OTHER
                || call.exchange.head().method().equals("GET"));
        RelayOptions relayOptions = options.with(new ModelNames(lease.upstreamModel(), call.record.model),
                error -> movesOn(call, strip, error), lease.account().timeouts().firstOutput(), hearing(call, lease))
                .withEnding(ending(call)).withCancelled(call.exchange.cancellation()::told);
        RelayOutcome outcome;
        if (asStream) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.STREAM, lines));
            client.keepAwake(keepaliveNanos(lease));
            openStreams.incrementAndGet();
            try {
                outcome = streams.run(answer.body(), () -> events.relay(answer.body(), client, relayOptions));
            } finally {
                openStreams.decrementAndGet();
            }
        } else if (sse) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.FOLDED, lines));
            if (mayBeginWithSpace(call)) {
                client.keepAwakeAsJson(rules.early().json().toNanos());
            }
            outcome = events.fold(answer.body(), client, relayOptions);
        } else if (call.record.stream) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.STREAM, lines));
            client.keepAwake(keepaliveNanos(lease));
            outcome = asEvent(answer, client, relayOptions);
        } else {
            long length = relayOptions.model().mapped() || mayBeginWithSpace(call) ? Answer.UNKNOWN_LENGTH
                    : contentLength(answer.headers());
            client.begin(answer.status(), length, lines -> head(call, answer, HeaderPolicy.Form.AS_IT_IS, lines));
            if (mayBeginWithSpace(call)) {
                client.keepAwakeAsJson(rules.early().json().toNanos());
            }
            outcome = answers.relay(answer.body(), client, relayOptions);
        }
        client.letSleep();
        note(call, outcome.report());
        return switch (outcome) {
            case RelayOutcome.Completed done -> completed(call, lease, answer, done.report());
            case RelayOutcome.RefusedBeforeOutput refused -> refusedByEvent(call, lease, answer, refused.error(), strip);
            case RelayOutcome.BrokeOff broken -> brokeOff(call, lease, broken);
        };
    }

    private static RelayOptions.Identified hearing(Call call, AccountLease lease) {
        return new RelayOptions.Identified() {
            @Override
            public void identified(String responseId, String conversationId) {
                call.identified(responseId, conversationId);
            }

            @Override
            public void limited(List<Quota> quotas) {
                lease.limited(quotas);
            }
        };
    }

    /** JSON came where a stream was asked for: the client gets it as the event that ends one. */
    private RelayOutcome asEvent(UpstreamResult.Answered answer, Answer client, RelayOptions relayOptions) {
        AnswerEvent event = new AnswerEvent(relayOptions.room().maxEventBytes());
        RelayOutcome outcome = answers.relay(answer.body(), event, relayOptions);
        if (!(outcome instanceof RelayOutcome.Completed done)) {
            return outcome;
        }
        try {
            return switch (event.end(client)) {
                case TOLD -> done;
                case TOO_LARGE -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.UPSTREAM_FRAMING, "an answer above the limit of events",
                        done.report());
                case NO_ANSWER -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.NO_ANSWER, "no whole JSON object", done.report());
            };
        } catch (ClientGoneException left) {
            return new RelayOutcome.BrokeOff(left.stalled() ? RelayOutcome.Cause.CLIENT_STALLED : RelayOutcome.Cause.CLIENT_GONE,
                    String.valueOf(left.getMessage()), done.report());
        }
    }

    /** A stored response that is read again behind its end has nothing to say; other paths have other protocols. */
    private static RelayOptions.Ending ending(Call call) {
        if (call.exchange.target().route() == Route.OTHER) {
            return RelayOptions.Ending.ANY;
        }
        return call.asksForWork() ? RelayOptions.Ending.TERMINAL_EVENT : RelayOptions.Ending.TERMINAL_EVENT_OR_NOTHING;
    }

    private static void head(Call call, UpstreamResult.Answered answer, HeaderPolicy.Form form, Answer.Lines lines) {
        HeaderPolicy.toClient(answer.headers(), form, lines);
        if (call.explains()) {
            lines.add("x-sluice-explain", call.explanation());
        }
    }

    /** Whether another account might do better; an error that is the request's own is relayed as it came. */
    private boolean movesOn(Call call, boolean stripped, RelayOutcome.StreamError error) {
        return call.asksForWork() && switch (judge(error).effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> call.affinity.resendAllowed();
            case NEXT_IF_OWNER_UNKNOWN -> call.ownerUnknown();
            case STRIP_ONCE -> mayStrip(call, stripped);
            case BY_HTTP, PASS, END -> false;
        };
    }

    private static FailureRules.Rule judge(RelayOutcome.StreamError error) {
        return FailureRules.judge(Failure.event(error.status(), error.code(), error.type(), error.message()));
    }

    private AttemptResult completed(Call call, AccountLease lease, UpstreamResult.Answered answer, RelayReport report) {
        call.record.status = answer.status();
        call.record.usage = report.usage();
        if (!call.asksForWork() || report.error().equals(RelayOutcome.StreamError.NONE)) {
            long ttft = report.firstOutputNanos() == 0 ? 0 : report.firstOutputNanos() - call.record.sentNanos;
            lease.report(new AttemptOutcome.Succeeded(ttft, report.usage(), report.responseId(), report.conversationId(),
                    call.stripped()));
        } else {
            RelayOutcome.StreamError error = report.error();
            FailureRules.Rule rule = judge(error);
            call.record.failed(answer.status(), error.code(), rule.what() + ": the stream ended with " + report.terminal());
            call.record.failedTry(lease.account().name(), rule.reason());
            report(lease, rule, retryAfter(answer, error));
        }
        call.end(rules.timedStreams() && call.record.stream);
        return new AttemptResult.Done();
    }

    private AttemptResult refusedByEvent(Call call, AccountLease lease, UpstreamResult.Answered answer,
            RelayOutcome.StreamError error, boolean strip) {
        FailureRules.Rule rule = judge(error);
        Duration retryAfter = retryAfter(answer, error);
        if (rule.effect() != FailureRules.Effect.STRIP_ONCE || !mayStrip(call, strip)) {
            report(lease, rule, retryAfter);
        }
        int status = error.status() >= 400 ? error.status() : statusOf(rule);
        UpstreamError told = new UpstreamError(error.code(), error.type(), error.message(), false, true, Duration.ZERO);
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), status, answer.headers(), new byte[0], told,
                retryAfter, true, rule.what() + ": " + error.code() + " " + error.message()));
    }

    private Duration retryAfter(UpstreamResult.Answered answer, RelayOutcome.StreamError error) {
        return RetryHints.of(answer.headers(), error, epochMillis.getAsLong());
    }

    private static int statusOf(FailureRules.Rule rule) {
        return rule.fault() == FailureRules.Fault.REQUEST ? 400 : rule.fault() == FailureRules.Fault.ACCOUNT ? 429 : 503;
    }

    private AttemptResult brokeOff(Call call, AccountLease lease, RelayOutcome.BrokeOff broken) {
        RelayReport report = broken.report();
        Answer client = call.answer();
        call.record.usage = report.usage().equals(TokenUsage.NONE) && report.bytesIn() > 0
                ? TokenUsage.estimate(call.record.requestBytes / BYTES_PER_TOKEN, report.deltas()) : report.usage();
        Match.Origin origin = switch (broken.cause()) {
            case CLIENT_GONE, CLIENT_STALLED, CANCELLED -> Match.Origin.CLIENT_GONE;
            case FIRST_OUTPUT_TIMEOUT -> client.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT : Match.Origin.NO_OUTPUT_IN_TIME;
            case UPSTREAM_CUT, UPSTREAM_IDLE, UPSTREAM_FRAMING, NO_ANSWER -> client.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT
                    : Match.Origin.BROKEN_BEFORE_OUTPUT;
        };
        String why = client.stalled() ? RelayOutcome.Cause.CLIENT_STALLED + ": the client does not read"
                : broken.cause() + ": " + broken.detail();
        FailedAttempt failed = judged(lease, Failure.of(origin), true, why);
        if (origin == Match.Origin.BROKEN_AFTER_OUTPUT) {
            call.record.failedTry(lease.account().name(), failed.rule().reason());
            call.record.failed(client.status(), "upstream_stream_broken", failed.detail());
            client.abort();
            return new AttemptResult.Done();
        }
        return new AttemptResult.Failed(failed);
    }

    private FailedAttempt judged(AccountLease lease, Failure failure, boolean requestSent, String detail) {
        FailureRules.Rule rule = FailureRules.judge(failure);
        report(lease, rule, Duration.ZERO);
        return new FailedAttempt(rule, lease.account().name(), 0, Headers.EMPTY, new byte[0],
                new UpstreamError("", "", "", false, false, Duration.ZERO), Duration.ZERO, requestSent, rule.what() + ": " + detail);
    }

    private static void report(AccountLease lease, FailureRules.Rule rule, Duration retryAfter) {
        lease.report(rule.outcome().<AttemptOutcome>map(kind -> new AttemptOutcome.Failed(kind, retryAfter))
                .orElseGet(AttemptOutcome.Ignored::new));
    }

    private static void note(Call call, RelayReport report) {
        RequestRecord record = call.record;
        record.responseId = report.responseId();
        record.toldTier = report.serviceTier();
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
        return index < 0 ? Answer.UNKNOWN_LENGTH : Long.parseLong(headers.value(index));
    }
}
