package sluice.sse;

import java.io.IOException;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.buffers.AnswerRoom;
import sluice.json.JsonReader;
import sluice.relay.Deadlines;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.EventKind;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.ModelGate;

/**
 * Turns one event stream into the JSON answer that was asked for ({@link FoldedAnswer}). Confined to the stream's thread, but for
 * {@link Deadlines}.
 */
final class FoldRelay {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ByteSource source;
    private final RelayOptions options;
    private final ModelGate model;
    private final Outlet outlet;
    private final Deadlines deadlines;
    private final StreamFacts facts;
    private final ClientSide client;
    private final AnswerFacts found;
    private final JsonReader<Fact> json;
    private final FramePieces pieces = new FramePieces();
    private final FoldedAnswer answer;
    private final byte[] b = new byte[BUFFER_BYTES];
    private int limit;
    private long frameBytes;
    private boolean refused;

    FoldRelay(ByteSource source, ClientSink sink, RelayOptions options) {
        this.source = source;
        this.options = options;
        model = ModelGate.of(options.call().model());
        outlet = new Outlet(sink, 0, AnswerRoom.shared());
        outlet.open();
        deadlines = new Deadlines(source, outlet.hold(), options.clocks());
        facts = new StreamFacts(options);
        found = AnswerFacts.toldTo(options.call().identified());
        json = new JsonReader<>(AnswerTree.EVENT, found);
        client = new ClientSide(outlet, options, facts, deadlines);
        answer = new FoldedAnswer(model, json, client, AnswerRoom.shared());
    }

    RelayOutcome run() {
        try (deadlines) {
            deadlines.firstOutputIn(options.limits().firstOutput());
            return relay();
        } catch (ClientSink.Gone left) {
            return client.left(left);
        } catch (ByteSource.Broken broken) {
            return ended(deadlines.causeOf(broken), String.valueOf(broken.getMessage()));
        } catch (IOException broken) {
            return ended(Cause.UPSTREAM_CUT, String.valueOf(broken.getMessage()));
        } finally {
            outlet.close();
            answer.release();
        }
    }

    private RelayOutcome relay() throws IOException {
        beginFrame(0, true, false);
        while (true) {
            if (answer.waiting() > 0 && (answer.waiting() >= b.length || !source.ready())) {
                answer.pass();
            }
            int count = source.read(b, limit, b.length - limit);
            if (count < 0) {
                return ended(facts.endedEarly(), facts.earlyEnd());
            }
            limit += count;
            facts.read(count);
            frameBytes += count;
            while (!refused && readFrame()) {
                endFrame();
            }
            if (refused) {
                return new RefusedBeforeOutput(facts.error(), facts.report(0, 0));
            }
            if (facts.ended() && (client.isGone() || options.limits().afterTerminal().isZero())) {
                return ended(Cause.UPSTREAM_CUT, "");
            }
            if (client.isDrained()) {
                return client.left();
            }
            if (frameBytes > options.room().maxEventBytes()) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "an event above " + options.room().maxEventBytes() + " bytes");
            }
            compact();
        }
    }

    private void beginFrame(int from, boolean streamStarts, boolean afterCr) {
        pieces.begin(from, streamStarts, afterCr);
        json.reset();
        found.reset();
        json.stopAtExtents();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
        frameBytes = limit - from;
    }

    /** Reads what is here of a frame; whether it ended. */
    private boolean readFrame() throws ByteSource.Broken {
        while (true) {
            switch (pieces.next(b, limit)) {
                case DATA -> data(pieces.dataFrom(), pieces.dataTo());
                case DATA_END -> {
                    json.newline();
                    answer.newline();
                }
                case FRAME_END -> {
                    return true;
                }
                case MORE -> {
                    return false;
                }
            }
        }
    }

    private void data(int from, int to) throws ByteSource.Broken {
        int at = from;
        while (at < to) {
            int start = at;
            at = json.feed(b, at, to);
            answer.take(b, start, at, type(), facts.ended());
        }
    }

    private EventType type() {
        EventType told = found.type();
        return told == EventType.UNKNOWN ? pieces.type() : told;
    }

    private void endFrame() throws IOException {
        if (pieces.dataSeen()) {
            endEvent();
        }
        beginFrame(pieces.at(), false, pieces.lfMayFollow());
    }

    private void endEvent() throws IOException {
        // An error without a type is one.
        EventType type = type() == EventType.UNKNOWN && found.failed() ? EventType.ERROR : type();
        facts.parsed();
        boolean late = facts.ended() && !facts.failedWithoutWord();
        EventKind kind = facts.facts(type, found);
        facts.event(kind);
        if (kind != EventKind.OPENING) {
            deadlines.noFirstOutput();
        }
        answer.endEvent(type, found.outputIndex());
        if (!late && kind.terminal()) {
            if (facts.failedWithoutWord()) {
                // An event that says why may follow.
                deadlines.endIn(options.limits().afterTerminal());
                return;
            }
            if (kind == EventKind.FAILED && outlet.closeUnsent()) {
                refused = true;
                return;
            }
            if (!answer.isDone()) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "a terminal event without a response");
            }
            options.call().identified().ends(client.report());
            answer.pass();
            deadlines.endIn(options.limits().afterTerminal());
        }
    }

    private void compact() {
        int base = pieces.at();
        System.arraycopy(b, base, b, 0, limit - base);
        limit -= base;
        pieces.moved(-base);
        json.moved(-base);
    }

    /** The source has no more. An answer that is whole is an answer, even if its event was cut behind it. */
    private RelayOutcome ended(Cause cause, String detail) {
        try {
            if (answer.isDone() && !facts.ended()) {
                endEvent();
            }
        } catch (ClientSink.Gone left) {
            return client.left(left);
        } catch (IOException e) {
            throw new IllegalStateException("only the client's side can fail here", e);
        }
        if (client.isGone()) {
            return client.left();
        }
        if (facts.failedWithoutWord()) {
            return new RefusedBeforeOutput(facts.error(), facts.report(0, 0));
        }
        return facts.ended() ? new Completed(client.report()) : new BrokeOff(cause, detail, client.report());
    }
}
