package sluice.baseline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.RelayReport;
import sluice.api.SourceException;
import sluice.api.TokenUsage;
import sluice.responses.ErrorEvent;

/** One stream of the per-line relay. Confined to its thread. */
final class PerLineStream {
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final ByteSource source;
    private final ClientSink sink;
    private final RelayOptions options;
    private final boolean fold;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private final long startNanos;

    private boolean committed;
    private TokenUsage usage = TokenUsage.NONE;
    private String responseId = "";
    private String conversationId = "";
    private String terminal = "";
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
    private ClientGoneException gone;
    private long drainUntilBytes;

    PerLineStream(ByteSource source, ClientSink sink, RelayOptions options, boolean fold) {
        this.source = source;
        this.sink = sink;
        this.options = options;
        this.fold = fold;
        startNanos = options.nanoClock().getAsLong();
    }

    RelayOutcome run() {
        try (LineQueue lines = new LineQueue(source, options.maxEventBytes())) {
            return relay(lines);
        } catch (ClientGoneException left) {
            return clientLeft(left);
        } catch (SourceException broken) {
            return sourceEnded(Cause.UPSTREAM_FRAMING, String.valueOf(broken.getMessage()));
        }
    }

    private RelayOutcome relay(LineQueue lines) throws ClientGoneException, SourceException {
        TextFrame frame = new TextFrame();
        boolean streamStarts = true;
        while (true) {
            LineQueue.Item item = lines.take(POLL_NANOS);
            bytesIn = lines.bytes();
            switch (item) {
                case LineQueue.Item.Line line -> {
                    boolean whole = frame.add(line.text(), streamStarts) && line.ended();
                    streamStarts = false;
                    if (frame.length() > options.maxEventBytes()) {
                        throw new SourceException(SourceException.Cause.FRAMING, "an event above the limit");
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
                    return sourceEnded(cause(broken.cause()), String.valueOf(broken.cause().getMessage()));
                }
                case LineQueue.Item.Late _ -> { }
            }
            if (refused) {
                return new RefusedBeforeOutput(error, report());
            }
            long now = options.nanoClock().getAsLong();
            if (over(now)) {
                return terminal.isEmpty() && gone == null
                        ? sourceEnded(Cause.FIRST_OUTPUT_TIMEOUT, "no output in time") : sourceEnded(Cause.CANCELLED, "limit");
            }
            if (!committed && options.commit() == Commit.FIRST_OUTPUT && events > 0 && !fold
                    && now - startNanos >= options.hold().toNanos()) {
                commit();
            }
        }
    }

    private boolean over(long now) {
        if (!terminal.isEmpty() || gone != null) {
            return now - endNanos >= 0 || !terminal.isEmpty() && gone != null || gone != null && bytesIn > drainUntilBytes;
        }
        return !outputSeen && !options.firstOutput().isZero() && now - startNanos >= options.firstOutput().toNanos();
    }

    private void frame(TextFrame frame) throws ClientGoneException, SourceException {
        if (frame.isEvent()) {
            event(frame);
        } else if (!fold) {
            pass(frame.bytes());
        }
    }

    private void event(TextFrame frame) throws ClientGoneException, SourceException {
        ParsedEvent event = new ParsedEvent(frame.json(), frame.type());
        boolean late = !terminal.isEmpty();
        note(event);
        if (event.failed() && !committed && (fold || options.refusable().test(error))) {
            refused = true;
            return;
        }
        if (options.model().mapped() && !fold) {
            frame.restore(options.model());
        }
        if (fold) {
            if (event.terminal() && !late) {
                answer(frame);
            }
        } else {
            pass(frame.bytes());
            if (options.commit() == Commit.FIRST_EVENT || !event.opening() || held.size() > options.holdBytes()) {
                commit();
            }
        }
        if (event.terminal()) {
            endNanos = options.nanoClock().getAsLong() + options.afterTerminal().toNanos();
        }
    }

    private void answer(TextFrame frame) throws ClientGoneException, SourceException {
        try {
            byte[] response = ParsedEvent.response(frame.restoredJson(options.model()));
            committed = true;
            write(response);
        } catch (ClientGoneException left) {
            throw left;
        } catch (IOException notJson) {
            throw new SourceException(SourceException.Cause.FRAMING, "a terminal event without a response");
        }
    }

    private void note(ParsedEvent event) {
        long now = options.nanoClock().getAsLong();
        if (events == 0 || event.opening() || event.terminal()) {
            responseId = responseId.isEmpty() ? event.responseId() : responseId;
            conversationId = conversationId.isEmpty() ? event.conversationId() : conversationId;
            options.identified().identified(responseId, conversationId);
        }
        if (events++ == 0) {
            firstEventNanos = now;
        }
        sequence = event.sequence();
        deltas += event.delta() ? 1 : 0;
        if (!event.opening()) {
            outputSeen = true;
            if (firstOutputNanos == 0 && !event.failed()) {
                firstOutputNanos = now;
            }
        }
        if (event.terminal()) {
            usage = event.usage().equals(TokenUsage.NONE) ? usage : event.usage();
            if (event.failed() && error.equals(StreamError.NONE)) {
                error = event.error();
            }
            terminal = terminal.isEmpty() ? event.type() : terminal;
        }
    }

    /** One write for each event, once the stream is committed. */
    private void pass(byte[] bytes) throws ClientGoneException {
        if (committed) {
            write(bytes);
        } else {
            held.writeBytes(bytes);
        }
    }

    private void commit() throws ClientGoneException {
        if (!committed) {
            committed = true;
            write(held.toByteArray());
            held.reset();
        }
    }

    private void write(byte[] bytes) throws ClientGoneException {
        if (gone != null) {
            return;
        }
        try {
            writes++;
            bytesOut += bytes.length;
            sink.write(bytes, 0, bytes.length, !fold);
        } catch (ClientGoneException left) {
            if (!terminal.isEmpty() || options.drain().isZero()) {
                throw left;
            }
            gone = left;
            endNanos = options.nanoClock().getAsLong() + options.drain().toNanos();
            drainUntilBytes = bytesIn + options.drainBytes();
        }
    }

    private static Cause cause(SourceException broken) {
        return switch (broken.how()) {
            case CUT -> Cause.UPSTREAM_CUT;
            case IDLE -> Cause.UPSTREAM_IDLE;
            case FRAMING -> Cause.UPSTREAM_FRAMING;
            case CANCELLED -> Cause.CANCELLED;
        };
    }

    private RelayOutcome end(TextFrame tail) throws ClientGoneException {
        if (!terminal.isEmpty() && gone == null && !tail.isEmpty() && !fold) {
            write(tail.bytes());
        }
        return sourceEnded(Cause.UPSTREAM_CUT, "ended without a terminal event");
    }

    private RelayOutcome sourceEnded(Cause cause, String detail) {
        if (gone != null) {
            return clientLeft(gone);
        }
        if (!terminal.isEmpty()) {
            return new Completed(report());
        }
        if (committed && !fold && cause != Cause.CANCELLED) {
            GatewayError told = cause == Cause.FIRST_OUTPUT_TIMEOUT
                    ? GatewayError.upstream(504, "first_output_timeout", "The upstream produced no output in time.")
                    : GatewayError.upstream(502, "upstream_stream_broken", "The upstream's stream broke before its end.");
            try {
                write(ErrorEvent.frame(told, responseId, sequence + 1, options.epochMillis().getAsLong() / 1000));
            } catch (ClientGoneException left) {
                return clientLeft(left);
            }
        }
        return new BrokeOff(cause, detail, report());
    }

    private RelayOutcome clientLeft(ClientGoneException left) {
        return new BrokeOff(left.stalled() ? Cause.CLIENT_STALLED : Cause.CLIENT_GONE, String.valueOf(left.getMessage()),
                report());
    }

    private RelayReport report() {
        return new RelayReport(usage, responseId, conversationId, terminal, error, writes > 0, events, deltas, events, writes,
                bytesIn, bytesOut, firstEventNanos, firstOutputNanos);
    }
}
