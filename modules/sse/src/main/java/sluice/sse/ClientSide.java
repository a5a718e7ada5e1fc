package sluice.sse;

import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.relay.Deadlines;
import sluice.relay.ReadingOn;

/**
 * The client's side of a stream: hands on what is ready; once the client has left, the stream is read on for its usage, or ends. Confined
 * to the stream's thread.
 */
final class ClientSide {
    private final Outlet outlet;
    private final StreamFacts facts;
    private final ReadingOn readingOn;
    private ClientSink.Gone gone;

    ClientSide(Outlet outlet, RelayOptions options, StreamFacts facts, Deadlines deadlines) {
        this.outlet = outlet;
        this.facts = facts;
        readingOn = new ReadingOn(options.limits(), deadlines);
    }

    /**
     * Sends or holds {@code b[from, to)}.
     *
     * @param boundary whether the stream stands between two events after it
     * @throws ClientSink.Gone if the client has left, and nobody reads on for the usage
     */
    void emit(byte[] b, int from, int to, boolean boundary) throws ClientSink.Gone {
        try {
            outlet.emit(b, from, to, boundary);
        } catch (ClientSink.Gone left) {
            if (facts.ended() || !readingOn.begin(facts.bytesIn())) {
                throw left;
            }
            gone = left;
            outlet.close();
        }
    }

    /** Sends or holds the whole events that wait. */
    void flush(RelayBuffer buffer) throws ClientSink.Gone {
        if (buffer.holdsWholeEvents()) {
            emit(buffer.bytes, buffer.written, buffer.boundary, true);
            buffer.written = buffer.boundary;
        }
    }

    /** Whether the client has left, and the stream is only read for its usage. */
    boolean isGone() {
        return gone != null;
    }

    /** Whether enough was read for it. */
    boolean isDrained() {
        return readingOn.isEnough(facts.bytesIn());
    }

    /** The end of a stream whose client {@linkplain #isGone has left}. */
    RelayOutcome left() {
        return left(gone);
    }

    /** The end of a stream whose client has left just now. */
    RelayOutcome left(ClientSink.Gone why) {
        return BrokeOff.of(why, report());
    }

    /** What was seen until now. */
    RelayOutcome.Report report() {
        return facts.report(outlet.writes(), outlet.bytes());
    }
}
