package sluice.sse;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.api.AccountStatus.Quota;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.responses.AnswerFacts;
import sluice.responses.EventKind;
import sluice.responses.EventType;

/** What has been seen of one stream, for its report. Confined to the stream's thread. */
final class StreamFacts {
    private final LongSupplier nanoClock;
    private final LongSupplier epochMillis;
    private final RelayOptions.Identified identified;
    private final Predicate<StreamError> mayMoveOn;
    private TokenUsage usage = TokenUsage.NONE;
    private String serviceTier = "";
    private String responseId = "";
    private String conversationId = "";
    private String terminal = "";
    private StreamError error = StreamError.NONE;
    private long events;
    private long deltas;
    private long parsed;
    private long bytesIn;
    private long firstEventNanos;
    private long firstOutputNanos;
    private boolean anyOfTheProtocol;
    /** It is no stream of the Responses API: any of its events may tell the usage. */
    private final boolean foreign;

    StreamFacts(RelayOptions options) {
        nanoClock = options.clocks().nanos();
        epochMillis = options.clocks().epochMillis();
        identified = options.call().identified();
        mayMoveOn = options.call().mayMoveOn();
        foreign = options.call().ending() == RelayOptions.Ending.ANY;
    }

    void read(int bytes) {
        bytesIn += bytes;
    }

    void parsed() {
        parsed++;
    }

    /** An event of the protocol passes without being read. */
    void unread() {
        anyOfTheProtocol = true;
    }

    /** An event is complete. */
    void event(EventKind kind) {
        if (events++ == 0) {
            firstEventNanos = nanoClock.getAsLong();
        }
        if (kind == EventKind.DELTA) {
            deltas++;
        }
        if (firstOutputNanos == 0 && kind != EventKind.OPENING && kind != EventKind.FAILED) {
            firstOutputNanos = nanoClock.getAsLong();
        }
    }

    /** Whether the JSON of the next event, which is of this kind, is to be read for the ids. */
    boolean wantsIds(EventKind kind) {
        return responseId.isEmpty() && carriesIds(kind);
    }

    /** Takes what the JSON of an event of this type says; returns what the event means. */
    EventKind facts(EventType type, AnswerFacts found) {
        EventKind kind = kindOf(type, found);
        if (carriesIds(kind)) {
            takeIds(found);
        }
        anyOfTheProtocol |= type != EventType.UNKNOWN;
        if (type == EventType.RATE_LIMITS) {
            List<Quota> quotas = found.quotas(epochMillis.getAsLong());
            if (!quotas.isEmpty()) {
                identified.limited(quotas);
            }
        }
        if (foreign && !found.usage().equals(TokenUsage.NONE)) {
            usage = found.usage();
        }
        if ((foreign || kind.terminal()) && !found.serviceTier().isEmpty()) {
            serviceTier = found.serviceTier();
        }
        if (!kind.terminal()) {
            return kind;
        }
        // An error may be followed by a response.failed, which knows more.
        if (!found.usage().equals(TokenUsage.NONE)) {
            usage = found.usage();
        }
        if (kind == EventKind.FAILED && error.equals(StreamError.NONE)) {
            error = found.error();
        }
        if (terminal.isEmpty()) {
            terminal = type.text();
        }
        return kind;
    }

    /** Some accounts tell a refusal as a response that is not complete, with the refusal as its reason. */
    private EventKind kindOf(EventType type, AnswerFacts found) {
        return type == EventType.INCOMPLETE && !found.error().equals(StreamError.NONE) && mayMoveOn.test(found.error()) ? EventKind.FAILED
                : type.kind();
    }

    /** Whether the response has failed, and no event has said why so far; one that does may follow. */
    boolean failedWithoutWord() {
        return (terminal.equals(EventType.FAILED.text()) || terminal.equals(EventType.ERROR.text())) && error.equals(StreamError.NONE);
    }

    private void takeIds(AnswerFacts found) {
        boolean newResponse = responseId.isEmpty() && !found.responseId().isEmpty();
        boolean newConversation = conversationId.isEmpty() && !found.conversationId().isEmpty();
        responseId = newResponse ? found.responseId() : responseId;
        conversationId = newConversation ? found.conversationId() : conversationId;
        if (newResponse || newConversation) {
            identified.identified(responseId, conversationId);
        }
    }

    private boolean carriesIds(EventKind kind) {
        return events == 0 || kind == EventKind.OPENING || kind.terminal();
    }

    boolean ended() {
        return !terminal.isEmpty();
    }

    /** What a stream is that comes to its announced end before its response does. */
    Cause endedEarly() {
        return events == 0 ? Cause.NO_ANSWER : Cause.UPSTREAM_CUT;
    }

    /** {@link #endedEarly}, in words. */
    String earlyEnd() {
        return events == 0 ? "a stream without an event" : "ended without a terminal event";
    }

    /** Whether an event with a type came. */
    boolean anyOfTheProtocol() {
        return anyOfTheProtocol;
    }

    long events() {
        return events;
    }

    long bytesIn() {
        return bytesIn;
    }

    String responseId() {
        return responseId;
    }

    StreamError error() {
        return error;
    }

    RelayOutcome.Report report(long writes, long bytesOut) {
        return new RelayOutcome.Report(new RelayOutcome.Report.Ids(responseId, conversationId),
                new RelayOutcome.Report.Ended(terminal, error, usage, serviceTier),
                new RelayOutcome.Report.Counts(new RelayOutcome.Report.Events(events, deltas, parsed), writes, bytesIn, bytesOut),
                firstEventNanos, firstOutputNanos);
    }
}
