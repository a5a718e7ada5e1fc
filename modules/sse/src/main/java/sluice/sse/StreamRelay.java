package sluice.sse;

import java.io.IOException;
import java.util.Arrays;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.EventFacts.Kind;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.RelayReport;
import sluice.api.SourceException;
import sluice.api.Sweeper;
import sluice.json.ByteSearch;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.ErrorEvent;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.ModelGate;

/**
 * The relay of one stream. Confined to the stream's thread, but for {@link Deadlines} and {@link Outlet}.
 *
 * <p>One buffer: {@code [written, boundary)} are whole events that wait to be written, {@code [boundary, limit)} the event
 * that is being read. Written bytes stay until room is needed, so that the last event can still be asked for its number. An
 * event that fits is looked at when it is whole; one that does not is read by {@link FrameReader} as it passes. The buffer
 * begins small, grows while the source is faster than it, and shrinks again: most streams wait most of the time.
 */
final class StreamRelay {
    /** With less, a line's head and a model's name might not fit. */
    private static final int MIN_BUFFER_BYTES = 64;
    /** Room for a few events of the usual size; thousands of streams hold this while they wait. */
    private static final int CALM_BUFFER_BYTES = 1024;
    /** By how much the buffer grows. */
    private static final int GROWTH = 4;
    /** After so many waits, with little read between them, a grown buffer is given up. */
    private static final int CALM_WAITS = 16;
    /** So much of an error that does not fit is kept until its code is known; upstreams write it near the start. */
    private static final int JUDGED_BYTES = 64 * 1024;

    private final ByteSource source;
    private final RelayOptions options;
    private final boolean gated;
    private final ModelGate model;
    private final Outlet outlet;
    private final Deadlines deadlines;
    private final Ledger ledger;
    private final AnswerFacts found = new AnswerFacts();
    private final JsonReader<Fact> json = new JsonReader<>(AnswerTree.EVENT, found);
    private final FrameScanner frames = new FrameScanner();
    private final FrameReader reader = new FrameReader();
    private Sweeper.Registration watch = () -> { };
    private boolean watched;

    private byte[] b;
    /** Bytes are read up to here; behind it a restored model's name may grow. */
    private int readEnd;
    private final int leastReadEnd;
    private final int mostReadEnd;
    private final int spare;
    private long bytesAtWait;
    private int calmWaits;
    private int written;
    private int boundary;
    private int limit;

    /** The last whole event, if it is still in the buffer; otherwise -1. */
    private int lastFrom = -1;
    private int lastTo = -1;
    private long lastSequence = -1;

    /** Inside an event that does not fit. */
    private boolean passing;
    private boolean passingDecided;
    private long passingBytes;
    /** The event that does not fit is an error, and what it says is not known yet. */
    private boolean judging;
    /** The event that does not fit is the one that the stream is refused for: it is read, not passed. */
    private boolean swallowing;
    private boolean refused;
    /** The last event ended the holding back. */
    private boolean released;
    private ClientGoneException gone;
    private long drainUntilBytes;

    StreamRelay(ByteSource source, ClientSink sink, RelayOptions options, boolean gated) {
        this.source = source;
        this.options = options;
        this.gated = gated;
        model = new ModelGate(options.model());
        int hold = options.commit() == Commit.FIRST_OUTPUT ? options.holdBytes() : 0;
        outlet = new Outlet(sink, hold);
        deadlines = new Deadlines(source, outlet::releaseSoon);
        ledger = new Ledger(options);
        int needed = MIN_BUFFER_BYTES + (model.active() ? model.maxLiteralBytes() : 0);
        mostReadEnd = Math.max(options.bufferBytes(), needed);
        leastReadEnd = Math.min(mostReadEnd, Math.max(CALM_BUFFER_BYTES, needed));
        readEnd = leastReadEnd;
        spare = model.active() ? 2 * model.clientLiteral().length : 0;
        b = new byte[readEnd + spare];
    }

    RelayOutcome run() {
        try {
            startDeadlines();
            return relay();
        } catch (ClientGoneException left) {
            return clientLeft(left);
        } catch (SourceException broken) {
            return broken(broken);
        } catch (IOException broken) {
            return sourceEnded(Cause.UPSTREAM_CUT, String.valueOf(broken.getMessage()));
        } finally {
            outlet.close();
            watch.close();
        }
    }

    private RelayOutcome relay() throws IOException {
        while (true) {
            if (boundary > written && !source.ready()) {
                flush();
                waits();
            }
            if (ledger.ended() && (gone != null || options.afterTerminal().isZero())) {
                return gone == null ? completed(false) : clientLeft(gone);
            }
            if (!passing && isAlmostFull()) {
                widen();
            }
            int count = source.read(b, limit, readEnd - limit);
            if (count < 0) {
                return ledger.ended() ? completed(true) : sourceEnded(Cause.UPSTREAM_CUT, "ended without a terminal event");
            }
            limit += count;
            ledger.read(count);
            process(count);
            if (refused) {
                return new RefusedBeforeOutput(ledger.error(), ledger.report(false, 0, 0));
            }
            if (gone != null && ledger.bytesIn() > drainUntilBytes) {
                return clientLeft(gone);
            }
        }
    }

    private void process(int count) throws IOException {
        passingBytes += passing ? count : 0;
        boolean more = true;
        while (more && !refused) {
            if (passing) {
                more = readPassing();
            } else {
                more = frames.next(b, limit);
                if (more) {
                    wholeFrame();
                }
            }
        }
        if (limit >= readEnd && !refused) {
            makeRoom();
        }
        if (passing && passingBytes > options.maxEventBytes()) {
            throw new SourceException(SourceException.Cause.FRAMING, "an event above " + options.maxEventBytes() + " bytes");
        }
    }

    // ---- events that fit

    private void wholeFrame() throws IOException {
        if (frames.dataLines() == 0) {
            // Comments before the first event wait for it: alone they must not commit the stream.
            if (ledger.events() > 0) {
                boundary = frames.end();
            }
            return;
        }
        if (frames.end() - frames.start() > options.maxEventBytes()) {
            throw new SourceException(SourceException.Cause.FRAMING, "an event above " + options.maxEventBytes() + " bytes");
        }
        EventType type = EventType.ofHead(b, frames.dataFrom(), frames.dataTo());
        if (type == EventType.UNKNOWN && frames.typeTo() > frames.typeFrom()) {
            type = EventType.of(b, frames.typeFrom(), frames.typeTo());
        }
        if (mustParse(type)) {
            parseFrame();
            type = type == EventType.UNKNOWN ? found.type() : type;
            ledger.facts(type, found);
        }
        lastFrom = frames.start();
        lastTo = frames.end();
        lastSequence = -1;
        accept(type, frames.end());
    }

    private boolean mustParse(EventType type) {
        return !gated || type == EventType.UNKNOWN || type.kind().terminal() || ledger.wantsIds(type.kind())
                || model.active() && model.mayStandIn(b, frames.dataFrom(), frames.end());
    }

    private void parseFrame() {
        ledger.parsed();
        json.reset();
        found.reset();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
        if (frames.dataLines() == 1) {
            frames.grown(feed(frames.dataFrom(), frames.dataTo()));
            return;
        }
        int grown = 0;
        int at = frames.start();
        while (at < frames.end() + grown) {
            int lineTo = ByteSearch.lineEnd(b, at, frames.end() + grown);
            int value = FrameScanner.dataValue(b, at, lineTo);
            if (value >= 0) {
                int more = feed(value, lineTo);
                json.newline();
                lineTo += more;
                grown += more;
            }
            at = lineTo + 1;
        }
        frames.grown(grown);
    }

    /** Gives {@code [from, to)} to the JSON reader and restores the model in it; returns by how much it grew. */
    private int feed(int from, int to) {
        int at = from;
        int end = to;
        while (at < end) {
            at = json.feed(b, at, end);
            if (json.stop() == Stop.LITERAL && model.isUpstream(b, json.literalFrom(), at)) {
                int growth = replace(json.literalFrom(), at, model.clientLiteral());
                at += growth;
                end += growth;
            }
        }
        return end - to;
    }

    private int replace(int from, int to, byte[] with) {
        int growth = with.length - (to - from);
        if (limit + growth > b.length) {
            b = Arrays.copyOf(b, limit + growth + b.length / 2);
        }
        System.arraycopy(b, to, b, to + growth, limit - to);
        System.arraycopy(with, 0, b, from, with.length);
        limit += growth;
        return growth;
    }

    // ---- what an event means

    /** A whole event of this type, refused or ready to go, ends at {@code end}. */
    private void accept(EventType type, int end) throws IOException {
        Kind kind = type.kind();
        boolean first = ledger.events() == 0;
        ledger.event(kind);
        if (refused || !admit(kind)) {
            refused = true;
            return;
        }
        boundary = end;
        if (kind.terminal()) {
            watch();
            deadlines.endAt(options.nanoClock().getAsLong() + options.afterTerminal().toNanos());
        }
        if (first || kind.terminal() || released) {
            released = false;
            flush();
        }
    }

    /** Decides whether the client may see an event of this kind; false if the stream is refused because of it. */
    private boolean admit(Kind kind) {
        if (kind == Kind.FAILED && outlet.holding() && options.refusable().test(ledger.error()) && outlet.closeUnsent()) {
            return false;
        }
        if (kind != Kind.OPENING) {
            deadlines.noFirstOutput();
        }
        if ((kind != Kind.OPENING || options.commit() == Commit.FIRST_EVENT) && outlet.holding()) {
            outlet.open();
            released = true;
        }
        return true;
    }

    // ---- events that do not fit

    private void makeRoom() throws IOException {
        if (passing) {
            passOn();
            compact();
            return;
        }
        widen();
        if (limit >= readEnd && frames.start() > written) {
            // Nothing but comments so far, and too many of them to wait for an event.
            outlet.open();
            boundary = frames.start();
            flush();
            compact();
        }
        if (limit >= readEnd) {
            startPassing();
        }
    }

    private void startPassing() throws IOException {
        keepLastSequence();
        ledger.parsed();
        passing = true;
        passingDecided = false;
        passingBytes = limit - frames.start();
        json.reset();
        found.reset();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
        reader.begin(frames.start(), frames.startsStream(), frames.startsAfterCr());
        readPassing();
        if (passing) {
            passOn();
            compact();
        }
    }

    /** Reads what is here of the event; false if there must be more. */
    private boolean readPassing() throws IOException {
        while (true) {
            switch (reader.next(b, limit)) {
                case DATA -> reader.moved(feed(reader.dataFrom(), reader.dataTo()));
                case DATA_END -> json.newline();
                case FRAME_END -> {
                    passed();
                    return true;
                }
                case MORE -> {
                    return false;
                }
            }
        }
    }

    private EventType passingType() {
        return found.type() == EventType.UNKNOWN ? reader.type() : found.type();
    }

    /** Hands on what was read of the event, though it is not whole. */
    private void passOn() throws IOException {
        if (!passingDecided) {
            passingDecided = true;
            judging = reader.dataSeen() && passingType().kind() == Kind.FAILED && outlet.holding();
            if (judging) {
                outlet.holdMore(JUDGED_BYTES);
            } else if (reader.dataSeen()) {
                admit(passingType().kind());
            } else {
                outlet.open();
            }
        }
        if (json.literalFrom() >= 0 && reader.at() - json.literalFrom() > model.maxLiteralBytes()) {
            json.forgetLiteral();
        }
        int safe = json.literalFrom() >= 0 ? json.literalFrom() : reader.at();
        if (judging && !outlet.hasRoom(safe - written)) {
            judging = false;
            swallowing = options.refusable().test(found.error()) && outlet.closeUnsent();
            if (!swallowing) {
                admit(Kind.OUTPUT);
            }
        }
        if (safe > written) {
            if (!swallowing) {
                emit(written, safe, false);
            }
            written = safe;
            boundary = safe;
        }
    }

    private void passed() throws IOException {
        passing = false;
        lastFrom = -1;
        frames.resume(reader.at(), reader.lfMayFollow());
        if (!reader.dataSeen()) {
            boundary = reader.at();
            return;
        }
        EventType type = passingType();
        ledger.facts(type, found);
        lastSequence = found.sequence();
        refused = swallowing;
        judging = false;
        accept(type, reader.at());
    }

    // ---- the buffer

    private void flush() throws IOException {
        if (boundary > written) {
            emit(written, boundary, true);
            written = boundary;
        }
    }

    private boolean isAlmostFull() {
        return readEnd - limit < readEnd / 4;
    }

    /** Makes room for a read that is worth its call: gives up what was written, grows, or writes what waits. */
    private void widen() throws IOException {
        if (written == boundary) {
            compact();
        }
        if (isAlmostFull() && readEnd < mostReadEnd) {
            resize(Math.min(mostReadEnd, readEnd * GROWTH));
        } else if (isAlmostFull()) {
            flush();
            compact();
        }
    }

    /** The stream is about to wait, and nothing is left to write but perhaps a part of an event. */
    private void waits() {
        if (readEnd == leastReadEnd) {
            return;
        }
        calmWaits = ledger.bytesIn() - bytesAtWait < leastReadEnd / 2 ? calmWaits + 1 : 0;
        bytesAtWait = ledger.bytesIn();
        if (calmWaits >= CALM_WAITS && !passing) {
            compact();
            if (limit <= leastReadEnd / 2) {
                calmWaits = 0;
                resize(leastReadEnd);
            }
        }
    }

    private void resize(int size) {
        readEnd = size;
        b = Arrays.copyOf(b, size + spare);
    }

    /** Moves to the front what is still needed: the last event, if it is short, and all that is not written. */
    private void compact() {
        int base = written;
        if (lastFrom >= 0) {
            if (!passing && limit - lastFrom <= readEnd / 2) {
                base = Math.min(base, lastFrom);
            } else {
                keepLastSequence();
            }
        }
        if (base == 0) {
            return;
        }
        System.arraycopy(b, base, b, 0, limit - base);
        written -= base;
        boundary -= base;
        limit -= base;
        if (lastFrom >= 0) {
            lastFrom -= base;
            lastTo -= base;
        }
        json.moved(-base);
        if (passing) {
            reader.moved(-base);
        } else {
            frames.moved(-base);
        }
    }

    /** Reads the last event's number before its bytes are given up. */
    private void keepLastSequence() {
        if (lastFrom < 0) {
            return;
        }
        ledger.parsed();
        json.reset();
        found.reset();
        json.stopAt(AnswerTree.SEQUENCE_NUMBER);
        int at = lastFrom;
        while (at < lastTo && json.stop() != Stop.VALUE) {
            int lineTo = ByteSearch.lineEnd(b, at, lastTo);
            int value = FrameScanner.dataValue(b, at, lineTo);
            if (value >= 0) {
                json.feed(b, value, lineTo);
                if (json.stop() != Stop.VALUE) {
                    json.newline();
                }
            }
            at = lineTo + 1;
        }
        lastSequence = found.sequence();
        lastFrom = -1;
    }

    private void emit(int from, int to, boolean atBoundary) throws ClientGoneException {
        try {
            outlet.emit(b, from, to, atBoundary);
        } catch (ClientGoneException left) {
            if (ledger.ended() || options.drain().isZero()) {
                throw left;
            }
            gone = left;
            outlet.close();
            drainUntilBytes = ledger.bytesIn() + options.drainBytes();
            watch();
            deadlines.endAt(options.nanoClock().getAsLong() + options.drain().toNanos());
        }
    }

    // ---- limits and ends

    private void startDeadlines() {
        long now = options.nanoClock().getAsLong();
        if (!options.firstOutput().isZero()) {
            deadlines.firstOutputAt(now + options.firstOutput().toNanos());
            watch();
        }
        if (options.commit() == Commit.FIRST_OUTPUT) {
            deadlines.releaseAt(now + options.hold().toNanos());
            watch();
        }
    }

    private void watch() {
        if (!watched) {
            watched = true;
            watch = options.sweeper().watch(deadlines);
        }
    }

    private RelayOutcome broken(SourceException broken) {
        Cause cause = switch (broken.how()) {
            case CUT -> Cause.UPSTREAM_CUT;
            case IDLE -> Cause.UPSTREAM_IDLE;
            case FRAMING -> Cause.UPSTREAM_FRAMING;
            case CANCELLED -> deadlines.expired() == Deadlines.Expired.FIRST_OUTPUT
                    ? Cause.FIRST_OUTPUT_TIMEOUT : Cause.CANCELLED;
        };
        return sourceEnded(cause, String.valueOf(broken.getMessage()));
    }

    /** The source is at its end, and not as announced. */
    private RelayOutcome sourceEnded(Cause cause, String detail) {
        if (gone != null) {
            return clientLeft(gone);
        }
        if (ledger.ended()) {
            return completed(false);
        }
        if (!outlet.closeUnsent() && cause != Cause.CANCELLED) {
            endVisibly(cause);
        }
        return new BrokeOff(cause, detail, report());
    }

    /** Tells the client, if it stands between two events. */
    private void endVisibly(Cause cause) {
        try {
            if (boundary > written && !passing) {
                flush();
            } else {
                outlet.dropHeld();
            }
            if (gone == null && outlet.atBoundary()) {
                keepLastSequence();
                byte[] frame = ErrorEvent.frame(errorFor(cause), ledger.responseId(), lastSequence + 1,
                        options.epochMillis().getAsLong() / 1000);
                outlet.emit(frame, 0, frame.length, true);
            }
        } catch (IOException left) {
            // The stream is broken already, and so is the way to tell it.
            outlet.close();
        }
    }

    private static GatewayError errorFor(Cause cause) {
        return cause == Cause.FIRST_OUTPUT_TIMEOUT
                ? GatewayError.upstream(504, "first_output_timeout", "The upstream produced no output in time.")
                : GatewayError.upstream(502, "upstream_stream_broken", "The upstream's stream broke before its end.");
    }

    /** The terminal event is out; {@code announced}: the source came to its announced end, so that its last bytes count. */
    private RelayOutcome completed(boolean announced) {
        try {
            if (announced && limit > written) {
                emit(written, limit, true);
                written = limit;
            } else {
                flush();
            }
        } catch (ClientGoneException left) {
            return clientLeft(left);
        } catch (IOException e) {
            throw new IllegalStateException("only the client's side can fail here", e);
        }
        return new Completed(report());
    }

    private RelayOutcome clientLeft(ClientGoneException left) {
        Cause cause = left.stalled() ? Cause.CLIENT_STALLED : Cause.CLIENT_GONE;
        return new BrokeOff(cause, String.valueOf(left.getMessage()), report());
    }

    private RelayReport report() {
        return ledger.report(outlet.sent(), outlet.writes(), outlet.bytes());
    }
}
