package sluice.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import sluice.api.Decision;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.failures.FailureRules;
import sluice.ops.EndedRequest;
import sluice.ops.StageTimes;

/**
 * Everything that is known of one request: opened before it is judged, filled step by step, and handed out once at its end,
 * so that early refusals are recorded too. Times are readings of the monotonic clock; 0 means that the step was not reached.
 * Confined to the request's thread.
 */
final class RequestRecord {
    final String requestId;
    final long epochMillis;
    final long startedNanos;
    String client = "";
    String account = "";
    String route = "";
    String model = "";
    String upstreamModel = "";
    String responseId = "";
    String clientRequestId = "";
    String traceParent = "";
    boolean stream;
    int status;
    String errorCode = "";
    String errorDetail = "";
    int attempts;
    Decision.Layer layer = Decision.Layer.NONE;
    boolean escaped;
    final List<EndedRequest.FailedTry> failures = new ArrayList<>(0);
    int resends;
    TokenUsage usage = TokenUsage.NONE;
    /** What the tokens cost, in billionths of a dollar; empty if that is unknown. */
    OptionalLong cost = OptionalLong.empty();
    long requestBytes;
    long answerBytes;
    long events;
    long flushes;
    long authenticatedNanos;
    long bodyReadNanos;
    long scannedNanos;
    long queuedNanos;
    long retriedNanos;
    long scheduledNanos;
    long connectNanos;
    long sentNanos;
    long headersNanos;
    long firstEventNanos;
    long firstOutputNanos;
    long endedNanos;

    RequestRecord(String requestId, long epochMillis, long startedNanos) {
        this.requestId = requestId;
        this.epochMillis = epochMillis;
        this.startedNanos = startedNanos;
    }

    /** Notes a failure that the client was told. */
    void failed(int httpStatus, String code, String detail) {
        status = httpStatus;
        errorCode = code;
        errorDetail = detail;
    }

    /** Notes an attempt that failed. */
    void failedTry(String name, FailureRules.Rule rule) {
        failures.add(new EndedRequest.FailedTry(name, rule.outcome().map(EndedRequest.Reason::of).orElse(
                rule.fault() == FailureRules.Fault.CLIENT ? EndedRequest.Reason.CLIENT_GONE : EndedRequest.Reason.REQUEST)));
    }

    /** Milliseconds between two readings; 0 if one is missing. */
    static double millis(long from, long to) {
        return from == 0 || to == 0 ? 0 : Duration.ofNanos(to - from).toNanos() / 1e6;
    }

    /** The part that accounts are settled by. */
    UsageRecord usageRecord() {
        return new UsageRecord(requestId, epochMillis, client, account, route, model, upstreamModel, responseId, stream, status,
                errorCode, attempts, resends, usage, requestBytes, endedNanos - startedNanos,
                firstOutputNanos == 0 ? 0 : firstOutputNanos - startedNanos, cost);
    }

    /** Where the time has gone until now. */
    StageTimes timesUntil(long nowNanos) {
        return StageTimes.between(new StageTimes.Readings(startedNanos, authenticatedNanos, bodyReadNanos, scannedNanos,
                sentNanos, headersNanos, nowNanos, queuedNanos, retriedNanos, connectNanos));
    }

    /** What operations see. */
    EndedRequest endedRequest() {
        return new EndedRequest(usageRecord(), timesUntil(endedNanos),
                firstOutputNanos == 0 ? 0 : firstOutputNanos - sentNanos, answerBytes, events, flushes, layer, escaped, failures,
                errorDetail);
    }
}
