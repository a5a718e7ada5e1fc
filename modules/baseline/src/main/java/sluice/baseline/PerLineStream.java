package sluice.baseline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.api.AccountStatus.Quota;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.responses.BehindEnd;
import sluice.responses.BrokenStream;
import sluice.responses.ErrorEvent;
import sluice.responses.EventKind;
import sluice.responses.EventType;
import sluice.responses.KeptItems;
import sluice.responses.KeptResponse;

/** One stream of the per-line relay. Confined to its thread. */
final class PerLineStream {
    /** More of the items that are complete is not repeated at a break. */
    private static final int MAX_TOLD_ITEM_BYTES = 32 * 1024;
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final ByteSource source;
    private final ClientSink sink;
    private final RelayOptions options;
    private final boolean fold;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private final long startNanos;

    private boolean committed;
    private TokenUsage usage = TokenUsage.NONE;
    private String serviceTier = "";
    private String responseId = "";
    private String conversationId = "";
    private String terminal = "";
    /** What the event meant that has ended the response. */
    private EventKind end = EventKind.OPENING;
    private StreamError error = StreamError.NONE;
    private long sequence = -1;
    private long events;
    private long deltas;
    private long writes;
    private long bytesIn;
    private long bytesOut;
    private long firstEventNanos;
    private long firstOutputNanos;
    private boolean outputSeen;
    private boolean refused;
    private long endNanos;
    private ClientSink.Gone gone;
    private long drainUntilBytes;
    private boolean anyOfTheProtocol;
    private final KeptResponse lastResponse = new KeptResponse();
    private final KeptItems items;

    PerLineStream(ByteSource source, ClientSink sink, RelayOptions options, boolean fold) {
        this.source = source;
        this.sink = sink;
        this.options = options;
        this.fold = fold;
        items = new KeptItems(fold ? options.room().maxEventBytes() : MAX_TOLD_ITEM_BYTES);
        startNanos = options.clocks().nanos().getAsLong();
    }

    RelayOutcome run() {
        try (LineQueue lines = new LineQueue(source, options.room().maxEventBytes())) {
            return relay(lines);
        } catch (ClientSink.Gone left) {
            return clientLeft(left);
        } catch (ByteSource.Broken broken) {
            return sourceEnded(Cause.UPSTREAM_FRAMING, String.valueOf(broken.getMessage()));
        }
    }

    private RelayOutcome relay(LineQueue lines) throws ClientSink.Gone, ByteSource.Broken {
        TextFrame frame = new TextFrame();
        boolean streamStarts = true;
        while (true) {
            LineQueue.Item item = lines.take(POLL_NANOS);
            bytesIn = lines.bytes();
            switch (item) {
                case LineQueue.Item.Line line -> {
                    boolean whole = frame.add(line.text(), streamStarts) && line.ended();
                    streamStarts = false;
                    if (frame.length() > options.room().maxEventBytes()) {
                        throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "an event above the limit");
                    }
                    if (whole) {
                        frame(frame);
                        frame = new TextFrame();
                    }
                }
                case LineQueue.Item.End _ -> {
                    return end(frame);
                }
                case LineQueue.Item.Broken broken -> {
                    return sourceEnded(Cause.of(broken.cause()), String.valueOf(broken.cause().getMessage()));
                }
                case LineQueue.Item.Late _ -> { }
            }
            if (refused) {
                return new RefusedBeforeOutput(error, report());
            }
            long now = options.clocks().nanos().getAsLong();
            if (over(now)) {
                return terminal.isEmpty() && gone == null
                        ? sourceEnded(Cause.FIRST_OUTPUT_TIMEOUT, "no output in time") : sourceEnded(Cause.CANCELLED, "limit");
            }
            if (!committed && options.held().commit() == Commit.FIRST_OUTPUT && events > 0 && !fold
                    && now - startNanos >= options.held().time().toNanos()) {
                commit();
            }
        }
    }

    private boolean over(long now) {
        if (!terminal.isEmpty() || gone != null) {
            return now - endNanos >= 0 || !terminal.isEmpty() && gone != null || gone != null && bytesIn > drainUntilBytes;
        }
        return !outputSeen && !options.limits().firstOutput().isZero() && now - startNanos >= options.limits().firstOutput().toNanos();
    }

    private void frame(TextFrame frame) throws ClientSink.Gone, ByteSource.Broken {
        if (frame.isEvent()) {
            event(frame);
        } else if (!fold) {
            pass(frame.bytes());
        }
    }

    private void event(TextFrame frame) throws ClientSink.Gone, ByteSource.Broken {
        ParsedEvent event = new ParsedEvent(frame.json(), frame.type());
        boolean late = !terminal.isEmpty();
        boolean failed = failed(event);
        note(event);
        if (late && isTooLate(event, failed) && !BehindEnd.isDone(frame.json(), 0, frame.json().length)) {
            return;
        }
        events++;
        if (end == EventKind.OPENING && (event.terminal() || failed)) {
            end = failed ? EventKind.FAILED : EventKind.TERMINAL;
        }
        if (failed && !committed && !error.equals(StreamError.NONE) && (fold || options.call().mayMoveOn().test(error))) {
            refused = true;
            return;
        }
        if (options.call().model().mapped() && !fold) {
            frame.restore(options.call().model());
        }
        if (fold) {
            if (event.terminal() && !late && !failed) {
                answer(frame);
            }
        } else {
            boolean atOnce = options.held().commit() == Commit.FIRST_EVENT || options.call().ending() == Ending.ANY;
            boolean mayBeExplained = failed && error.equals(StreamError.NONE);
            if ((event.terminal() || failed) && options.call().ending() != Ending.ANY && (committed || atOnce || !mayBeExplained)) {
                options.call().identified().ends(report());
            }
            pass(frame.bytes());
            if (atOnce || !mayBeExplained && !event.opening() || held.size() > options.held().bytes()) {
                commit();
            }
        }
        if (event.terminal() || failed) {
            endNanos = options.clocks().nanos().getAsLong() + options.limits().afterTerminal().toNanos();
        }
    }

    /** Whether it comes behind the end of the response, where nobody may see it. */
    private boolean isTooLate(ParsedEvent event, boolean failed) {
        return options.call().ending() != Ending.ANY
                && !BehindEnd.mayCome(end, event.kindOfType(), failed ? EventKind.FAILED : event.kindOfType().kind());
    }

    /** Whether the response failed: an error without a type is one, and so is a refusal told as a response that is not complete. */
    private boolean failed(ParsedEvent event) {
        return event.failed() || event.bareError() && !committed && options.call().ending() != Ending.ANY
                || event.kindOfType() == EventType.INCOMPLETE && !event.error().equals(StreamError.NONE)
                && options.call().mayMoveOn().test(event.error());
    }

    private void answer(TextFrame frame) throws ClientSink.Gone, ByteSource.Broken {
        try {
            byte[] response = FilledOutput.of(ParsedEvent.response(frame.restoredJson(options.call().model())), items);
            committed = true;
            options.call().identified().ends(report());
            write(response);
        } catch (ClientSink.Gone left) {
            throw left;
        } catch (IOException notJson) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "a terminal event without a response");
        }
    }

    private void note(ParsedEvent event) {
        long now = options.clocks().nanos().getAsLong();
        if (events == 0 || event.opening() || event.terminal()) {
            responseId = responseId.isEmpty() ? event.responseId() : responseId;
            conversationId = conversationId.isEmpty() ? event.conversationId() : conversationId;
            options.call().identified().identified(responseId, conversationId);
        }
        if (event.kindOfType() == EventType.RATE_LIMITS) {
            List<Quota> quotas = event.quotas(options.clocks().epochMillis().getAsLong());
            if (!quotas.isEmpty()) {
                options.call().identified().limited(quotas);
            }
        }
        if (events == 0) {
            firstEventNanos = now;
        }
        sequence = event.sequence() >= 0 ? event.sequence() : sequence;
        anyOfTheProtocol |= !event.type().isEmpty();
        keep(event);
        deltas += event.delta() ? 1 : 0;
        if (!event.opening()) {
            outputSeen = true;
            if (firstOutputNanos == 0 && !event.failed()) {
                firstOutputNanos = now;
            }
        }
        if (options.call().ending() == Ending.ANY && !event.usage().equals(TokenUsage.NONE)) {
            usage = event.usage();
        }
        if ((options.call().ending() == Ending.ANY || event.terminal()) && !event.serviceTier().isEmpty()) {
            serviceTier = event.serviceTier();
        }
        boolean failed = failed(event);
        if (event.terminal() || failed) {
            usage = event.usage().equals(TokenUsage.NONE) ? usage : event.usage();
            if (failed && error.equals(StreamError.NONE)) {
                error = event.error();
            }
            terminal = !terminal.isEmpty() ? terminal : event.type().isEmpty() ? EventType.ERROR.text() : event.type();
        }
    }

    private void keep(ParsedEvent event) {
        if (event.holdsResponse()) {
            byte[] response = event.json("response");
            lastResponse.begin();
            lastResponse.add(response, 0, response.length);
        }
        if (event.itemDone()) {
            byte[] item = event.json("item");
            items.begin();
            items.add(item, 0, item.length);
            items.end(event.outputIndex());
        }
    }

    /** One write for each event, once the stream is committed. */
    private void pass(byte[] bytes) throws ClientSink.Gone {
        if (committed) {
            write(bytes);
        } else {
            held.writeBytes(bytes);
        }
    }

    private void commit() throws ClientSink.Gone {
        if (!committed) {
            committed = true;
            write(held.toByteArray());
            held.reset();
        }
    }

    private void write(byte[] bytes) throws ClientSink.Gone {
        if (gone != null) {
            return;
        }
        try {
            if (bytes.length == 0) {
                return;
            }
            writes++;
            bytesOut += bytes.length;
            sink.write(bytes, 0, bytes.length, !fold);
        } catch (ClientSink.Gone left) {
            if (!terminal.isEmpty() || options.limits().drain().isZero()) {
                throw left;
            }
            gone = left;
            endNanos = options.clocks().nanos().getAsLong() + options.limits().drain().toNanos();
            drainUntilBytes = bytesIn + options.limits().drainBytes();
        }
    }

    private RelayOutcome end(TextFrame tail) throws ClientSink.Gone {
        boolean mayPass = options.call().ending() != Ending.ANY
                && (!tail.isEvent() || BehindEnd.isDone(tail.json(), 0, tail.json().length));
        if (!terminal.isEmpty() && gone == null && !tail.isEmpty() && mayPass && !fold) {
            write(tail.bytes());
        }
        if (options.call().ending() == Ending.ANY || options.call().ending() == Ending.TERMINAL_EVENT_OR_NOTHING && !anyOfTheProtocol) {
            if (gone == null && !fold) {
                commit();
                write(tail.bytes());
            }
            return gone == null ? new Completed(report()) : clientLeft(gone);
        }
        return events == 0 ? sourceEnded(Cause.NO_ANSWER, "a stream without an event")
                : sourceEnded(Cause.UPSTREAM_CUT, "ended without a terminal event");
    }

    private RelayOutcome sourceEnded(Cause cause, String detail) {
        if (gone != null) {
            return clientLeft(gone);
        }
        if (!terminal.isEmpty()) {
            return ended();
        }
        Optional<GatewayError> told = BrokenStream.told(cause, options);
        if (committed && !fold && told.isPresent()) {
            try {
                write(new ErrorEvent(told.get(), sequence + 1, options.clocks().epochMillis().getAsLong() / 1000).responseId(responseId)
                        .model(options.call().model().client()).response(lastResponse).items(items).frame());
            } catch (ClientSink.Gone left) {
                return clientLeft(left);
            }
        }
        return new BrokeOff(cause, detail, report());
    }

    /** Behind the last event: what waited for a reason to be told goes as it is. */
    private RelayOutcome ended() {
        if (fold && !committed) {
            return new RefusedBeforeOutput(error, report());
        }
        try {
            commit();
        } catch (ClientSink.Gone left) {
            return clientLeft(left);
        }
        return new Completed(report());
    }

    private RelayOutcome clientLeft(ClientSink.Gone left) {
        return BrokeOff.of(left, report());
    }

    private RelayOutcome.Report report() {
        return new RelayOutcome.Report(new RelayOutcome.Report.Ids(responseId, conversationId),
                new RelayOutcome.Report.Ended(terminal, error, usage, serviceTier),
                new RelayOutcome.Report.Counts(new RelayOutcome.Report.Events(events, deltas, events), writes, bytesIn, bytesOut),
                firstEventNanos, firstOutputNanos);
    }
}
