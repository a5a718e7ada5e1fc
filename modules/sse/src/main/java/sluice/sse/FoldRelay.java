package sluice.sse;

import java.io.IOException;
import java.util.Arrays;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.EventFacts.Kind;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.RelayReport;
import sluice.api.SourceException;
import sluice.api.Sweeper;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.ModelGate;

/**
 * Turns one event stream into the JSON answer that was asked for: passes the bytes of {@code response} of the terminal event
 * while they come. Only where the type stands behind {@code response}, and on no {@code event} line before it, must they be
 * kept until it is known. Confined to the stream's thread, but for {@link Deadlines}.
 */
final class FoldRelay {
    private static final int BUFFER_BYTES = 16 * 1024;
    /** What joins two lines of data (WHATWG HTML §9.2.6). */
    private static final byte[] NEWLINE = {'\n'};

    private enum Answer { NONE, PASSING, KEEPING, KEPT, DONE }

    private final ByteSource source;
    private final RelayOptions options;
    private final ModelGate model;
    private final Outlet outlet;
    private final Deadlines deadlines;
    private final Ledger ledger;
    private final AnswerFacts found = new AnswerFacts();
    private final JsonReader<Fact> json = new JsonReader<>(AnswerTree.EVENT, found);
    private final FrameReader reader = new FrameReader();
    private final byte[] b;
    private int limit;
    private byte[] out;
    private int outBytes;
    private Answer answer = Answer.NONE;
    private long frameBytes;
    private boolean refused;
    private ClientGoneException gone;
    private long drainUntilBytes = Long.MAX_VALUE;

    FoldRelay(ByteSource source, ClientSink sink, RelayOptions options) {
        this.source = source;
        this.options = options;
        model = new ModelGate(options.model());
        outlet = new Outlet(sink, 0);
        outlet.open();
        deadlines = new Deadlines(source, () -> { });
        ledger = new Ledger(options);
        b = new byte[BUFFER_BYTES];
        out = new byte[b.length];
    }

    RelayOutcome run() {
        try (Sweeper.Registration _ = options.sweeper().watch(deadlines)) {
            return relay();
        } catch (ClientGoneException left) {
            return clientLeft(left);
        } catch (SourceException broken) {
            return ended(switch (broken.how()) {
                case CUT -> Cause.UPSTREAM_CUT;
                case IDLE -> Cause.UPSTREAM_IDLE;
                case FRAMING -> Cause.UPSTREAM_FRAMING;
                case CANCELLED -> deadlines.expired() == Deadlines.Expired.FIRST_OUTPUT
                        ? Cause.FIRST_OUTPUT_TIMEOUT : Cause.CANCELLED;
            }, String.valueOf(broken.getMessage()));
        } catch (IOException broken) {
            return ended(Cause.UPSTREAM_CUT, String.valueOf(broken.getMessage()));
        } finally {
            outlet.close();
        }
    }

    private RelayOutcome relay() throws IOException {
        if (!options.firstOutput().isZero()) {
            deadlines.firstOutputAt(options.nanoClock().getAsLong() + options.firstOutput().toNanos());
        }
        beginFrame(0, true, false);
        while (true) {
            if (outBytes > 0 && (outBytes >= b.length || !source.ready())) {
                passAnswer();
            }
            int count = source.read(b, limit, b.length - limit);
            if (count < 0) {
                return ended(Cause.UPSTREAM_CUT, "ended without a terminal event");
            }
            limit += count;
            ledger.read(count);
            frameBytes += count;
            while (!refused && readFrame()) {
                endFrame();
            }
            if (refused) {
                return new RefusedBeforeOutput(ledger.error(), report());
            }
            if (ledger.ended() && (gone != null || options.afterTerminal().isZero())) {
                return ended(Cause.UPSTREAM_CUT, "");
            }
            if (ledger.bytesIn() > drainUntilBytes) {
                return clientLeft(gone);
            }
            if (frameBytes > options.maxEventBytes()) {
                throw new SourceException(SourceException.Cause.FRAMING,
                        "an event above " + options.maxEventBytes() + " bytes");
            }
            compact();
        }
    }

    private void beginFrame(int from, boolean streamStarts, boolean afterCr) {
        reader.begin(from, streamStarts, afterCr);
        json.reset();
        found.reset();
        json.stopAtExtents();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
        frameBytes = limit - from;
    }

    /** Reads what is here of a frame; whether it ended. */
    private boolean readFrame() throws IOException {
        while (true) {
            switch (reader.next(b, limit)) {
                case DATA -> data(reader.dataFrom(), reader.dataTo());
                case DATA_END -> {
                    json.newline();
                    if (answer == Answer.PASSING || answer == Answer.KEEPING) {
                        append(NEWLINE, 0, NEWLINE.length);
                    }
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

    private void data(int from, int to) {
        int at = from;
        while (at < to) {
            int start = at;
            at = json.feed(b, at, to);
            if (json.stop() == Stop.OPENED && json.stoppedAt(Fact.RESPONSE) && answer == Answer.NONE && !ledger.ended()) {
                answer = answerFor(type());
                start = at - 1;
            }
            if (answer == Answer.PASSING || answer == Answer.KEEPING) {
                append(b, start, at);
                inAnswer();
            }
        }
    }

    private void inAnswer() {
        switch (json.stop()) {
            case LITERAL -> {
                int literal = outBytes - json.literalBytes();
                if (model.isUpstream(out, literal, outBytes)) {
                    outBytes = literal;
                    append(model.clientLiteral(), 0, model.clientLiteral().length);
                }
            }
            case CLOSED -> {
                if (json.stoppedAt(Fact.RESPONSE)) {
                    answer = answer == Answer.PASSING ? Answer.DONE : Answer.KEPT;
                }
            }
            case NOTHING, VALUE, OPENED -> { }
        }
    }

    private Answer answerFor(EventType type) {
        if (type == EventType.UNKNOWN) {
            return Answer.KEEPING;
        }
        return type.kind() == Kind.TERMINAL ? Answer.PASSING : Answer.NONE;
    }

    private EventType type() {
        return found.type() == EventType.UNKNOWN ? reader.type() : found.type();
    }

    private void endFrame() throws IOException {
        if (reader.dataSeen()) {
            endEvent();
        }
        beginFrame(reader.at(), false, reader.lfMayFollow());
    }

    private void endEvent() throws IOException {
        EventType type = type();
        ledger.parsed();
        boolean late = ledger.ended();
        ledger.facts(type, found);
        ledger.event(type.kind());
        if (type.kind() != Kind.OPENING) {
            deadlines.noFirstOutput();
        }
        if (answer == Answer.KEPT && type.kind() == Kind.TERMINAL) {
            answer = Answer.DONE;
        } else if (answer != Answer.DONE) {
            answer = Answer.NONE;
            outBytes = 0;
        }
        if (!late && type.kind().terminal()) {
            if (type.kind() == Kind.FAILED && outlet.closeUnsent()) {
                refused = true;
                return;
            }
            if (answer != Answer.DONE) {
                throw new SourceException(SourceException.Cause.FRAMING, "a terminal event without a response");
            }
            passAnswer();
            deadlines.endAt(options.nanoClock().getAsLong() + options.afterTerminal().toNanos());
        }
    }

    private void append(byte[] from, int start, int end) {
        int length = end - start;
        if (outBytes + length > out.length) {
            out = Arrays.copyOf(out, Math.max(outBytes + length, out.length * 2));
        }
        System.arraycopy(from, start, out, outBytes, length);
        outBytes += length;
    }

    /** Writes what is here of the answer, but for a model's name that is not whole. */
    private void passAnswer() throws ClientGoneException {
        if (answer != Answer.PASSING && answer != Answer.DONE || outBytes == 0) {
            return;
        }
        int rest = json.inLiteral() ? json.literalBytes() : 0;
        if (rest > model.maxLiteralBytes()) {
            json.forgetLiteral();
            rest = 0;
        }
        try {
            outlet.emit(out, 0, outBytes - rest, false);
        } catch (ClientGoneException left) {
            if (options.drain().isZero()) {
                throw left;
            }
            gone = left;
            outlet.close();
            drainUntilBytes = ledger.bytesIn() + options.drainBytes();
            deadlines.endAt(options.nanoClock().getAsLong() + options.drain().toNanos());
        }
        System.arraycopy(out, outBytes - rest, out, 0, rest);
        outBytes = rest;
    }

    private void compact() {
        int base = reader.at();
        System.arraycopy(b, base, b, 0, limit - base);
        limit -= base;
        reader.moved(-base);
        json.moved(-base);
    }

    /** The source has no more. An answer that is whole is an answer, even if its event was cut behind it. */
    private RelayOutcome ended(Cause cause, String detail) {
        try {
            if (answer == Answer.DONE && !ledger.ended()) {
                endEvent();
            }
        } catch (ClientGoneException left) {
            return clientLeft(left);
        } catch (IOException e) {
            throw new IllegalStateException("only the client's side can fail here", e);
        }
        if (gone != null) {
            return clientLeft(gone);
        }
        return ledger.ended() ? new Completed(report()) : new BrokeOff(cause, detail, report());
    }

    private RelayOutcome clientLeft(ClientGoneException left) {
        Cause cause = left.stalled() ? Cause.CLIENT_STALLED : Cause.CLIENT_GONE;
        return new BrokeOff(cause, String.valueOf(left.getMessage()), report());
    }

    private RelayReport report() {
        return ledger.report(outlet.sent(), outlet.writes(), outlet.bytes());
    }
}
