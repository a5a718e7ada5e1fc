package sluice.sse;

import java.io.IOException;
import java.util.Optional;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.json.ByteSearch;
import sluice.responses.BehindEnd;
import sluice.responses.BrokenStream;
import sluice.responses.ErrorEvent;

/** How a stream ends, and what the client is told of it. Confined to the stream's thread. */
final class StreamEnd {
    private final RelayOptions options;
    private final RelayBuffer buffer;
    private final EventReading reading;
    private final Numbering numbers;
    private final Outlet outlet;
    private final ClientSide client;
    private final StreamFacts facts;
    private final LongEvent longEvent;

    StreamEnd(RelayOptions options, RelayBuffer buffer, EventReading reading, Numbering numbers, Outlet outlet, ClientSide client,
            StreamFacts facts, LongEvent longEvent) {
        this.options = options;
        this.buffer = buffer;
        this.reading = reading;
        this.numbers = numbers;
        this.outlet = outlet;
        this.client = client;
        this.facts = facts;
        this.longEvent = longEvent;
    }

    /** The source came to its announced end. */
    RelayOutcome announced() {
        boolean complete = facts.ended() || options.call().ending() == Ending.ANY
                || options.call().ending() == Ending.TERMINAL_EVENT_OR_NOTHING && !facts.anyOfTheProtocol();
        return complete ? completed(true) : broken(facts.endedEarly(), facts.earlyEnd());
    }

    /** The source is at its end, and not as announced. */
    RelayOutcome broken(Cause cause, String detail) {
        if (client.isGone()) {
            return client.left();
        }
        if (facts.ended()) {
            return completed(false);
        }
        Optional<GatewayError> told = BrokenStream.told(cause, options);
        if (!outlet.closeUnsent() && told.isPresent()) {
            tell(told.get());
        }
        return new BrokeOff(cause, detail, client.report());
    }

    /** Tells the client, if it stands between two events. */
    private void tell(GatewayError error) {
        try {
            if (buffer.holdsWholeEvents() && !longEvent.isPassing()) {
                client.flush(buffer);
            } else {
                outlet.dropHeld();
            }
            if (!client.isGone() && outlet.atBoundary()) {
                numbers.keep(buffer.bytes);
                byte[] frame = new ErrorEvent(error, numbers.next(), options.clocks().epochMillis().getAsLong() / 1000)
                        .responseId(facts.responseId()).model(options.call().model().client()).response(reading.response())
                        .items(reading.items()).frame();
                outlet.emit(frame, 0, frame.length, true);
            }
        } catch (IOException left) {
            // The stream is broken already, and so is the way to tell it.
            outlet.close();
        }
    }

    /** The stream is complete; {@code announced}: the source came to its announced end, so that its last bytes count. */
    RelayOutcome completed(boolean announced) {
        try {
            int to = announced ? tailTo() : buffer.boundary;
            if (to > buffer.written) {
                client.emit(buffer.bytes, buffer.written, to, true);
                buffer.written = to;
            }
            outlet.letGo();
        } catch (ClientSink.Gone left) {
            return client.left(left);
        }
        return client.isGone() ? client.left() : new Completed(client.report());
    }

    /** Up to where what stands behind the last whole event may pass: behind the end of a response nothing of an event may. */
    private int tailTo() {
        if (!facts.ended() || options.call().ending() == Ending.ANY) {
            return buffer.limit;
        }
        if (longEvent.isPassing()) {
            return longEvent.isDropped() ? buffer.written : buffer.limit;
        }
        int at = buffer.boundary;
        while (at < buffer.limit) {
            int lineTo = ByteSearch.lineEnd(buffer.bytes, at, buffer.limit);
            int value = FrameScanner.dataValue(buffer.bytes, at, lineTo);
            if (value >= 0 && !BehindEnd.isDone(buffer.bytes, value, lineTo)) {
                return at;
            }
            at = lineTo + 1;
        }
        return buffer.limit;
    }
}
