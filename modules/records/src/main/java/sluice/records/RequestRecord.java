package sluice.records;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import sluice.api.BodyEdit;
import sluice.api.Decision;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;

/**
 * Everything that is known of one request: opened before it is judged, filled step by step, and handed out once at its end,
 * so that early refusals are recorded too. Times are readings of the monotonic clock; 0 means that the step was not reached.
 * Confined to the request's thread.
 */
public final class RequestRecord {
    private static final String PROBE_ROUTE = "GET /health";
    /** More are no story for people. */
    private static final int MAX_EDITS = 32;
    private static final int MAX_TRIES = 32;

    // Which request it is.

    /** Unique. */
    public final String requestId;
    /** When it came, in milliseconds since 1970. */
    public final long epochMillis;
    /** When its first byte came. */
    public final long startedNanos;
    /** Such as {@code POST /v1/responses}. */
    public String route = "";
    /** The address that it came from. */
    public String remote = "";
    /** What the client calls it. */
    public String clientRequestId = "";
    /** The trace that it belongs to (W3C Trace Context). */
    public String traceParent = "";

    // Who asked for what.

    /** Empty until the client is known. */
    public String client = "";
    /** Empty if the client belongs to none. */
    public String team = "";
    /** A hash that requests of one session share; 0 if there is none. */
    public long session;
    /** The service tier that was asked for, and at the end the one that served; empty for the usual one. */
    public String tier = "";
    /** As the client spelled it. */
    public String model = "";
    /** Whether a stream was asked for. */
    public boolean stream;
    /** Size of the body. */
    public long requestBytes;

    // Who served it.

    /** The account of the last attempt. */
    public String account = "";
    /** What that account was asked for. */
    public String upstreamModel = "";
    /** What chose it. */
    public Decision.Layer layer = Decision.Layer.NONE;
    /** Whether the session left its account for a better one. */
    public boolean escaped;
    /** Accounts called. */
    public int attempts;
    /** Times that the request was sent again though it may have been executed. */
    public int resends;
    /** Attempts that failed, in order. */
    public final List<EndedRequest.FailedTry> failures = new ArrayList<>(0);
    /** What the attempt under way changes in the body. */
    public List<BodyEdit> edits = List.of();

    private final List<EndedRequest.Attempt> tries = new ArrayList<>(1);

    // What came of it.

    /** HTTP status; 499 if the client left before an answer began. */
    public int status;
    /** Empty if it went well. */
    public String errorCode = "";
    /** For the operator. */
    public String errorDetail = "";
    /** The id of the response, once it is known. */
    public String responseId = "";
    /** The service tier that the answer names; empty if it names none. */
    public String toldTier = "";
    /** Tokens. */
    public TokenUsage usage = TokenUsage.NONE;
    /** An account's answer began and broke off: whoever made it bills for it, and did not say how much. */
    public boolean brokenOff;
    /** What the tokens cost, in billionths of a dollar; empty if that is unknown. */
    public OptionalLong cost = OptionalLong.empty();
    /** Tokens of output that the last account's answer was seen to have, whether it told any or not. */
    public long seenTokens;
    /** Bytes of the answer's body. */
    public long answerBytes;
    /** Events of a stream. */
    public long events;
    /** Writes to the client. */
    public long flushes;

    // Where the time went: readings of the clock, and sums.

    /** The client was known. */
    public long authenticatedNanos;
    /** The body was read. */
    public long bodyReadNanos;
    /** The body was scanned and checked. */
    public long scannedNanos;
    /** The last account was chosen. */
    public long scheduledNanos;
    /** The last attempt was sent. */
    public long sentNanos;
    /** The headers of its answer came. */
    public long headersNanos;
    /** The first event of its answer came. */
    public long firstEventNanos;
    /** Its first output came. */
    public long firstOutputNanos;
    /** The last byte of the answer was out. */
    public long endedNanos;
    /** How long accounts were chosen and waited for, over all attempts. */
    public long queuedNanos;
    /** How long the attempts before the last one took. */
    public long retriedNanos;
    /** When the last attempt was over that another one may have followed. */
    private long overNanos;
    /** How long opening the last connection took. */
    public long connectNanos;

    private Consumer<RequestRecord> sentObserver = record -> { };
    private Consumer<RequestRecord> endObserver = record -> { };

    /** Opens the record of a request that has begun to arrive. */
    public RequestRecord(String requestId, long epochMillis, long startedNanos) {
        this.requestId = requestId;
        this.epochMillis = epochMillis;
        this.startedNanos = startedNanos;
    }

    /** {@code observer} is told each time that an account is asked, just before. */
    public void whenSent(Consumer<RequestRecord> observer) {
        sentObserver = observer;
    }

    /** An account is asked now. */
    public void sent(long nowNanos) {
        sentNanos = nowNanos;
        sentObserver.accept(this);
    }

    /** {@code observer} is told, perhaps more than once, that the client is about to see the end of its answer. */
    public void whenEnding(Consumer<RequestRecord> observer) {
        endObserver = observer;
    }

    /** What the request used is known, and the client sees the end of its answer next. */
    public void ending() {
        endObserver.accept(this);
    }

    /** Notes a failure that the client was told. */
    public void failed(int httpStatus, String code, String detail) {
        status = httpStatus;
        errorCode = code;
        errorDetail = LogText.cut(detail);
    }

    /** Whether somebody only asked if the gateway is well. */
    public boolean isProbe() {
        return route.equals(PROBE_ROUTE);
    }

    /** Notes an attempt that failed. */
    public void failedTry(String name, EndedRequest.Reason reason) {
        failures.add(new EndedRequest.FailedTry(name, reason));
    }

    /**
     * Notes that an attempt is over.
     *
     * @param failure why it did not answer; empty if it did
     */
    public void attempt(Decision decision, long chosenNanos, long overNanos, String failure) {
        if (tries.size() < MAX_TRIES) {
            tries.add(new EndedRequest.Attempt(decision, edits.size() <= MAX_EDITS ? edits : List.copyOf(edits.subList(0, MAX_EDITS)),
                    chosenNanos - startedNanos, overNanos - chosenNanos, LogText.cut(failure)));
        }
        edits = List.of();
    }

    /** The last attempt is over, and another may follow: its time is that of a retry now, and no account has the request in hand. */
    public void retried(long chosenNanos, long nowNanos) {
        retriedNanos += nowNanos - chosenNanos;
        overNanos = nowNanos;
    }

    /** The part that is kept of it: who is charged what, and for what. */
    public UsageRecord usageRecord() {
        return new UsageRecord(requestId,
                new UsageRecord.Times(epochMillis, endedNanos - startedNanos, firstOutputNanos == 0 ? 0 : firstOutputNanos - startedNanos),
                new UsageRecord.Who(client, team, session), new UsageRecord.Asked(route, LogText.cut(model), tier, stream, requestBytes),
                new UsageRecord.Served(account, LogText.cut(upstreamModel), attempts, resends),
                new UsageRecord.Result(LogText.cut(responseId), status, LogText.cut(errorCode)), new UsageRecord.Charge(usage, cost));
    }

    /** Where the time has gone until now. */
    public StageTimes timesUntil(long nowNanos) {
        boolean inHand = overNanos == 0 || sentNanos - overNanos > 0;
        return StageTimes.between(new StageTimes.Readings(startedNanos, authenticatedNanos, bodyReadNanos, scannedNanos,
                inHand ? sentNanos : 0, inHand ? headersNanos : 0, nowNanos, queuedNanos, retriedNanos, connectNanos));
    }

    /** What operations see. */
    public EndedRequest endedRequest() {
        // Headers from before the last attempt was sent are those of an earlier one.
        boolean answered = sentNanos != 0 && headersNanos != 0 && headersNanos - sentNanos >= 0;
        return new EndedRequest(usageRecord(), timesUntil(endedNanos), answered ? Math.max(1, headersNanos - sentNanos) : 0,
                firstOutputNanos == 0 ? 0 : firstOutputNanos - sentNanos, answerBytes, events, flushes, layer, escaped,
                new EndedRequest.Story(failures, tries, errorDetail));
    }
}
