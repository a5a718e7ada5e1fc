package sluice.forward;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sluice.api.AccountLease;
import sluice.api.AttemptOutcome;
import sluice.api.ByteSource;
import sluice.api.Headers;
import sluice.api.RelayOutcome;
import sluice.api.UpstreamResult;
import sluice.failures.AccountSecrets;
import sluice.failures.AttemptResult;
import sluice.failures.FailedAttempt;
import sluice.failures.Failure;
import sluice.failures.FailureRules;
import sluice.failures.Match;
import sluice.failures.RetryHints;
import sluice.failures.UpstreamError;

/**
 * What went wrong in an attempt, judged by {@link FailureRules} and reported to the lease, however it was told: by a status, an event, the
 * end of a connection. Thread-safe.
 */
final class Verdicts {
    /** Leaves room for the name of the row in the texts that are kept. */
    private static final int MOST_REASON_CHARS = 140;
    /** Most bytes of an error answer that are read; OpenAI's are below two kilobytes. */
    private static final int ERROR_BYTES = 64 * 1024;
    private static final UpstreamError ENCRYPTED = new UpstreamError("invalid_encrypted_content", "invalid_request_error",
            "The encrypted reasoning belongs to an organisation that has no usable account now.", false, true, Duration.ZERO);

    private final boolean strips;
    private final LongSupplier epochMillis;

    /** Verdicts; {@code strips}: encrypted reasoning may be taken out where it cannot be read. */
    Verdicts(boolean strips, LongSupplier epochMillis) {
        this.strips = strips;
        this.epochMillis = epochMillis;
    }

    /** The reasoning belongs to an organisation that has no usable account, and must not be taken out. */
    static FailedAttempt bound(AccountLease lease) {
        return new FailedAttempt(FailureRules.judge(Failure.answer(400, ENCRYPTED)), lease.account().name(), 400, Headers.EMPTY,
                new byte[0], ENCRYPTED, Duration.ZERO, false, "failover.encrypted-content: fail");
    }

    /** Whether the account is asked once more after a failure, without the encrypted reasoning that it cannot read. */
    boolean stripsAfter(FailureRules.Rule rule, Call call, boolean stripped) {
        return rule.effect() == FailureRules.Effect.STRIP_ONCE && strips && !stripped && call.encryptedContent;
    }

    /** There was no answer. */
    AttemptResult unreachable(Call call, AccountLease lease, UpstreamResult.Unreachable unreached, boolean strip) {
        call.record.resends += unreached.resent() ? 1 : 0;
        if (unreached.kind() == UpstreamResult.Kind.RESET && unreached.close().isTold()) {
            return closed(call, lease, unreached, strip);
        }
        if (unreached.kind() == UpstreamResult.Kind.HELD) {
            // No account has been asked, so none is to blame.
            lease.report(new AttemptOutcome.Ignored());
        }
        Failure failure = Failure.unreachable(unreached.kind(), unreached.requestSent());
        return new AttemptResult.Failed(judged(lease, failure, unreached.requestSent(),
                words(unreached.kind()) + ": " + unreached.detail()));
    }

    /** An account that closes its WebSocket may say why, and means what it means by any other answer. */
    private AttemptResult closed(Call call, AccountLease lease, UpstreamResult.Unreachable unreached, boolean strip) {
        UpstreamError error = UpstreamError.reason(unreached.close().reason(), epochMillis.getAsLong());
        FailureRules.Rule rule = FailureRules.judge(Failure.close(unreached.close().code(), error));
        Duration retryAfter = RetryHints.of(Headers.EMPTY, new RelayOutcome.StreamError(0, error.code(), error.type(), error.message()),
                epochMillis.getAsLong());
        reportUnlessStripped(call, lease, rule, retryAfter, strip);
        // A close tells a code alone, which is judged as type, too. The client is not told it twice: it gets a type of the API.
        UpstreamError told = new UpstreamError(error.code(), error.type().equals(error.code()) ? "" : error.type(), error.message(), true,
                false, Duration.ZERO);
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), statusOf(rule), Headers.EMPTY, new byte[0], told,
                retryAfter, unreached.requestSent(), reason(unreached.detail(), lease, rule)));
    }

    /** The answer has an error status. */
    AttemptResult refused(Call call, AccountLease lease, UpstreamResult.Answered answer, boolean strip) {
        byte[] body = errorBody(answer.body());
        UpstreamError error = UpstreamError.read(body, body.length, epochMillis.getAsLong());
        Duration retryAfter = RetryHints.read(answer.headers(), error.resetsIn(), epochMillis.getAsLong());
        Failure failure = Failure.answer(answer.status(), error.json() ? error : UpstreamError.text(body));
        boolean newWork = call.asksForWork() && call.affinity.boundTo().isEmpty();
        FailureRules.Rule rule = FailureRules.judge(newWork ? failure.ofNewWork() : failure);
        reportUnlessStripped(call, lease, rule, retryAfter, strip);
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), answer.status(), answer.headers(), body, error,
                retryAfter, true, reason("answered " + said(answer.status(), error.code(), error.message()), lease, rule)));
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

    /** Whether another account might do better; an error that is the request's own is relayed as it came. */
    boolean mayMoveOn(Call call, boolean stripped, RelayOutcome.StreamError error) {
        if (!call.asksForWork()) {
            return false;
        }
        FailureRules.Rule rule = judge(error);
        return call.triesAnother(rule) || stripsAfter(rule, call, stripped);
    }

    /** The answer began with a failure, and nothing of it is out. */
    AttemptResult refusedByEvent(Call call, AccountLease lease, UpstreamResult.Answered answer,
            RelayOutcome.StreamError error, boolean strip) {
        FailureRules.Rule rule = judge(error);
        Duration retryAfter = retryAfter(answer, error);
        reportUnlessStripped(call, lease, rule, retryAfter, strip);
        int status = error.status() >= 400 ? error.status() : statusOf(rule);
        UpstreamError told = new UpstreamError(error.code(), error.type(), error.message(), false, true, Duration.ZERO);
        return new AttemptResult.Failed(new FailedAttempt(rule, lease.account().name(), status, answer.headers(), new byte[0], told,
                retryAfter, true, reason("its answer began with a failure: " + said(error.status(), error.code(), error.message()), lease,
                        rule)));
    }

    /** One side broke the answer off; {@code farewell}: what an account says that closes its WebSocket. */
    AttemptResult brokeOff(Call call, AccountLease lease, RelayOutcome.BrokeOff broken, UpstreamResult.Close farewell, boolean strip) {
        RelayOutcome.Report report = broken.report();
        Answer client = call.answer();
        call.record.usage = report.usage();
        call.record.brokenOff |= report.bytesIn() > 0;
        Match.Origin origin = switch (broken.cause()) {
            case CLIENT_GONE, CLIENT_STALLED, CANCELLED -> Match.Origin.CLIENT_GONE;
            case FIRST_OUTPUT_TIMEOUT -> client.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT : Match.Origin.NO_OUTPUT_IN_TIME;
            case NO_ROOM -> Match.Origin.NO_ROOM;
            case UPSTREAM_CUT, UPSTREAM_IDLE, UPSTREAM_FRAMING, NO_ANSWER -> client.outputSent() ? Match.Origin.BROKEN_AFTER_OUTPUT
                    : Match.Origin.BROKEN_BEFORE_OUTPUT;
        };
        String why = client.stalled() ? "the client does not read" : words(broken.cause()) + ": " + broken.detail();
        boolean refuses = broken.cause() == RelayOutcome.Cause.UPSTREAM_CUT && refuses(farewell);
        if (refuses && origin == Match.Origin.BROKEN_BEFORE_OUTPUT) {
            return closed(call, lease, new UpstreamResult.Unreachable(true, false, UpstreamResult.Kind.RESET, why, farewell), strip);
        }
        FailedAttempt failed = judged(lease, refuses ? close(farewell) : Failure.of(origin), true, why);
        if (origin == Match.Origin.BROKEN_AFTER_OUTPUT || origin == Match.Origin.NO_ROOM && client.outputSent()) {
            call.record.failedTry(lease.account().name(), failed.rule().reason());
            call.record.failed(client.status(), "upstream_stream_broken", failed.detail());
            client.abort();
            return new AttemptResult.Done();
        }
        return new AttemptResult.Failed(failed);
    }

    /** Whether a close says more than that the connection ends. */
    private boolean refuses(UpstreamResult.Close farewell) {
        return farewell.isTold()
                && FailureRules.judge(close(farewell)) != FailureRules.judge(Failure.close(farewell.code(), UpstreamError.NONE));
    }

    private Failure close(UpstreamResult.Close farewell) {
        return Failure.close(farewell.code(), UpstreamError.reason(farewell.reason(), epochMillis.getAsLong()));
    }

    private FailedAttempt judged(AccountLease lease, Failure failure, boolean requestSent, String detail) {
        FailureRules.Rule rule = FailureRules.judge(failure);
        report(lease, rule, Duration.ZERO);
        return new FailedAttempt(rule, lease.account().name(), 0, Headers.EMPTY, new byte[0],
                UpstreamError.NONE, Duration.ZERO, requestSent, reason(detail, lease, rule));
    }

    /** The reason, and the row of docs/failures.md that judged it. */
    private static String reason(String why, AccountLease lease, FailureRules.Rule rule) {
        String clean = new AccountSecrets(lease.account()).hiddenIn(why);
        return clean.substring(0, Math.min(clean.length(), MOST_REASON_CHARS)) + " [" + rule.what() + ']';
    }

    private static String said(int status, String code, String message) {
        return Stream.of(status == 0 ? "" : Integer.toString(status), code, message).filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String words(UpstreamResult.Kind kind) {
        return switch (kind) {
            case DNS -> "no address";
            case CONNECT -> "no connection";
            case TLS -> "no TLS";
            case PROXY -> "no way through the proxy";
            case RESET -> "closed or reset";
            case TIMEOUT -> "no answer in time";
            case FRAMING -> "no HTTP";
            case NO_WEBSOCKET -> "no WebSocket";
            case TOO_LARGE -> "too large for its WebSocket";
            case HELD -> "the client's other turns hold its connection";
            case NO_ROOM -> "no memory for the answer";
            case CANCELLED -> "cancelled";
        };
    }

    private static String words(RelayOutcome.Cause cause) {
        return switch (cause) {
            case UPSTREAM_CUT -> "the account broke its answer off";
            case UPSTREAM_IDLE -> "the account was silent for too long";
            case FIRST_OUTPUT_TIMEOUT -> "no output in time";
            case UPSTREAM_FRAMING -> "what the account sent is no event stream";
            case NO_ANSWER -> "what the account sent is no answer";
            case NO_ROOM -> "no memory for the answer";
            case CLIENT_GONE -> "the client left";
            case CLIENT_STALLED -> "the client does not read";
            case CANCELLED -> "cancelled";
        };
    }

    private static FailureRules.Rule judge(RelayOutcome.StreamError error) {
        return FailureRules.judge(Failure.event(error.status(), error.code(), error.type(), error.message()));
    }

    private Duration retryAfter(UpstreamResult.Answered answer, RelayOutcome.StreamError error) {
        return RetryHints.of(answer.headers(), error, epochMillis.getAsLong());
    }

    private static int statusOf(FailureRules.Rule rule) {
        return rule.fault() == FailureRules.Fault.REQUEST ? 400 : rule.fault() == FailureRules.Fault.ACCOUNT ? 429 : 503;
    }

    /** An account that is asked once more has not failed yet. */
    private void reportUnlessStripped(Call call, AccountLease lease, FailureRules.Rule rule, Duration retryAfter, boolean stripped) {
        if (!stripsAfter(rule, call, stripped)) {
            report(lease, rule, retryAfter);
        }
    }

    private static void report(AccountLease lease, FailureRules.Rule rule, Duration retryAfter) {
        lease.report(rule.outcome().<AttemptOutcome>map(kind -> new AttemptOutcome.Failed(kind, retryAfter))
                .orElseGet(AttemptOutcome.Ignored::new));
    }

    /** The answer went out to its end, and that was a failure. */
    void endedIn(Call call, AccountLease lease, UpstreamResult.Answered answer, RelayOutcome.Report report) {
        RelayOutcome.StreamError error = report.error();
        FailureRules.Rule rule = judge(error);
        call.record.failed(answer.status(), error.code(), reason("the stream ended with " + report.terminal() + ": "
                + said(error.status(), error.code(), error.message()), lease, rule));
        call.record.failedTry(lease.account().name(), rule.reason());
        report(lease, rule, retryAfter(answer, error));
    }
}
