package sluice.sse;

import java.io.IOException;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.buffers.AnswerRoom;
import sluice.json.AccountNames;
import sluice.json.ByteSearch;
import sluice.relay.Deadlines;
import sluice.responses.BehindEnd;
import sluice.responses.EventHead;
import sluice.responses.EventKind;
import sluice.responses.EventType;
import sluice.responses.ModelGate;

/**
 * The relay of one stream: reads, finds events, asks what they mean, and writes. An event that fits into the {@link RelayBuffer}
 * is looked at when it is whole, here; one that does not passes through a {@link LongEvent}. Confined to the stream's thread, but
 * for {@link Deadlines} and what they release of the {@link Outlet}.
 */
final class StreamRelay {
    private final ByteSource source;
    private final RelayOptions options;
    private final boolean gated;
    private final ModelGate model;
    private final RelayBuffer buffer;
    private final FrameScanner frames = new FrameScanner();
    private final EventHead head = new EventHead();
    private final EventReading reading;
    private final Numbering numbers;
    private final StreamFacts facts;
    private final Outlet outlet;
    private final Deadlines deadlines;
    private final ClientSide client;
    private final Commitment commitment;
    private final LongEvent longEvent;
    private final StreamEnd end;

    StreamRelay(ByteSource source, ClientSink sink, RelayOptions asked, boolean gated) {
        this.source = source;
        boolean foreign = asked.call().ending() == Ending.ANY;
        // Nobody knows what is output in a stream of another protocol, and any event may tell the usage.
        options = foreign ? asked.withHeld(Commit.FIRST_EVENT, 0, asked.held().time()) : asked;
        this.gated = gated && !foreign;
        model = ModelGate.of(options.call().model());
        AnswerRoom room = AnswerRoom.shared();
        buffer = new RelayBuffer(options, model, room);
        reading = new EventReading(model, options.call().identified(), room);
        numbers = new Numbering(reading);
        facts = new StreamFacts(options);
        outlet = new Outlet(sink, options.held().commit() == Commit.FIRST_OUTPUT ? options.held().bytes() : 0, room);
        deadlines = new Deadlines(source, outlet.hold(), options.clocks());
        client = new ClientSide(outlet, options, facts, deadlines);
        commitment = new Commitment(options, outlet, deadlines, facts);
        longEvent = new LongEvent(buffer, reading, outlet, client, commitment);
        end = new StreamEnd(options, buffer, reading, numbers, outlet, client, facts, longEvent);
    }

    RelayOutcome run() {
        try (deadlines) {
            deadlines.firstOutputIn(options.limits().firstOutput());
            deadlines.holdBack(options.held());
            return relay();
        } catch (ClientSink.Gone left) {
            return client.left(left);
        } catch (ByteSource.Broken broken) {
            return end.broken(deadlines.causeOf(broken), String.valueOf(broken.getMessage()));
        } catch (IOException broken) {
            return end.broken(Cause.UPSTREAM_CUT, String.valueOf(broken.getMessage()));
        } finally {
            outlet.close();
            buffer.release();
            reading.release();
        }
    }

    private RelayOutcome relay() throws IOException {
        while (true) {
            if (buffer.holdsWholeEvents() && !source.ready()) {
                client.flush(buffer);
                calmDown();
            }
            if (facts.ended() && (client.isGone() || options.limits().afterTerminal().isZero())) {
                return client.isGone() ? client.left() : end.completed(false);
            }
            if (!longEvent.isPassing() && buffer.isAlmostFull()) {
                widen();
            }
            int count = buffer.read(source, outlet.hold());
            if (count < 0) {
                return client.isGone() ? client.left() : end.announced();
            }
            facts.read(count);
            longEvent.arrived(count);
            process();
            if (commitment.isRefused()) {
                return new RefusedBeforeOutput(facts.error(), facts.report(0, 0));
            }
            if (client.isDrained()) {
                return client.left();
            }
        }
    }

    private void process() throws IOException {
        boolean more = true;
        while (more && !commitment.isRefused()) {
            if (longEvent.isPassing()) {
                more = longEvent.read();
                if (more) {
                    passed();
                }
            } else {
                more = frames.next(buffer.bytes, buffer.limit);
                if (more) {
                    wholeFrame();
                }
            }
        }
        if (buffer.isFull() && !commitment.isRefused()) {
            makeRoom();
        }
        if (longEvent.isPassing()) {
            checkSize(longEvent.bytes());
        }
    }

    private void checkSize(long bytes) throws ByteSource.Broken {
        if (bytes > options.room().maxEventBytes()) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "an event above " + options.room().maxEventBytes() + " bytes");
        }
    }

    private void wholeFrame() throws IOException {
        if (frames.dataLines() == 0) {
            // Comments before the first event wait for it: alone they must not commit the stream.
            if (facts.events() > 0) {
                buffer.boundary = frames.end();
            }
            return;
        }
        checkSize(frames.end() - frames.start());
        EventType type = head.of(buffer.bytes, frames.dataFrom(), frames.dataTo());
        if (type == EventType.UNKNOWN && frames.typeTo() > frames.typeFrom()) {
            type = EventType.of(buffer.bytes, frames.typeFrom(), frames.typeTo());
        }
        EventKind kind = type.kind();
        boolean failed = kind == EventKind.FAILED;
        if (mustRead(type)) {
            readFrame();
            type = type == EventType.UNKNOWN ? foundType() : type;
            failed |= reading.found().failed();
            kind = learn(type);
        } else {
            facts.unread();
        }
        if (type.numbered()) {
            numbers.unread(facts.events(), frames.start(), frames.end());
        }
        if (failed || kind == EventKind.FAILED) {
            AccountNames.hide(buffer.bytes, frames.start(), frames.end());
        }
        if (commitment.isTooLate(type, kind) && !isDone()) {
            drop(frames.end());
            return;
        }
        if (options.call().ending() == Ending.ANY && isDone()) {
            options.call().identified().ends(client.report());
        }
        accept(kind, frames.end());
    }

    private boolean isDone() {
        return frames.dataLines() == 1 && BehindEnd.isDone(buffer.bytes, frames.dataFrom(), frames.dataTo());
    }

    /** The type that the event's JSON tells. An error without a type is one, as long as that may keep it from the client. */
    private EventType foundType() {
        EventType told = reading.found().type();
        boolean bare = told == EventType.UNKNOWN && reading.found().failed() && options.call().ending() != Ending.ANY && outlet.holding();
        return bare ? EventType.ERROR : told;
    }

    /** Whether an event must be read, and not only passed on. */
    private boolean mustRead(EventType type) {
        return !gated || !type.numbered() || type.holdsResponse() || type == EventType.ITEM_DONE || facts.wantsIds(type.kind())
                || model.active() && model.mayStandIn(buffer.bytes, frames.dataFrom(), frames.end());
    }

    private void readFrame() {
        facts.parsed();
        reading.begin();
        if (frames.dataLines() == 1) {
            frames.grown(reading.feed(buffer, frames.dataFrom(), frames.dataTo()));
            return;
        }
        int grown = 0;
        int at = frames.start();
        while (at < frames.end() + grown) {
            int lineTo = ByteSearch.lineEnd(buffer.bytes, at, frames.end() + grown);
            int value = FrameScanner.dataValue(buffer.bytes, at, lineTo);
            if (value >= 0) {
                int more = reading.feed(buffer, value, lineTo);
                reading.newline();
                lineTo += more;
                grown += more;
            }
            at = lineTo + 1;
        }
        frames.grown(grown);
    }

    /** Takes what an event that was read has told; returns what it means. */
    private EventKind learn(EventType type) {
        reading.end(type);
        numbers.read(facts.events(), reading.found().sequence());
        return facts.facts(type, reading.found());
    }

    /** A whole event of this kind, refused or ready to go, ends at {@code to}. */
    private void accept(EventKind kind, int to) throws IOException {
        boolean now = commitment.accept(kind);
        if (commitment.isRefused()) {
            return;
        }
        buffer.boundary = to;
        if (kind.terminal() && options.call().ending() != Ending.ANY && !outlet.holding()) {
            options.call().identified().ends(client.report());
        }
        if (now) {
            client.flush(buffer);
        }
    }

    /** An event that ends at {@code to} is not for the client; what stands before it is. */
    private void drop(int to) throws IOException {
        client.flush(buffer);
        buffer.skip(to);
    }

    /** An event that did not fit has ended. */
    private void passed() throws IOException {
        frames.resume(longEvent.at(), longEvent.lfMayFollow());
        if (!longEvent.isEvent()) {
            if (longEvent.isDropped()) {
                drop(longEvent.at());
            } else {
                buffer.boundary = longEvent.at();
            }
            return;
        }
        EventKind kind = learn(longEvent.type());
        if (longEvent.isSwallowed()) {
            commitment.longEventRefused();
        }
        if (longEvent.isDropped() || commitment.isTooLate(longEvent.type(), kind)) {
            drop(longEvent.at());
            return;
        }
        accept(kind, longEvent.at());
    }

    /** The buffer is full: hands on what can go, or begins an event that does not fit. */
    private void makeRoom() throws IOException {
        if (longEvent.isPassing()) {
            longEvent.relayPart();
            compact();
            return;
        }
        widen();
        if (buffer.isFull() && frames.start() > buffer.written) {
            // Nothing but comments so far, and too many of them to wait for an event.
            outlet.open();
            buffer.boundary = frames.start();
            client.flush(buffer);
            compact();
        }
        if (buffer.isFull()) {
            keepNumber();
            facts.parsed();
            longEvent.begin(frames);
            if (longEvent.read()) {
                passed();
            } else {
                longEvent.relayPart();
                compact();
            }
        }
    }

    /** Makes room for a read that is worth its call: gives up what was written, grows, or writes what waits. */
    private void widen() throws IOException {
        if (!buffer.holdsWholeEvents()) {
            compact();
        }
        if (buffer.isAlmostFull() && !buffer.grow()) {
            client.flush(buffer);
            compact();
        }
    }

    /** The stream is about to wait, and nothing is left to write but perhaps a part of an event. */
    private void calmDown() {
        if (buffer.isCalm(facts.bytesIn()) && !longEvent.isPassing()) {
            compact();
            buffer.shrink();
        }
    }

    /** Moves to the front what is still needed: the last event, if it is short, and all that is not written. */
    private void compact() {
        int base = buffer.written;
        if (numbers.from() >= 0) {
            if (!longEvent.isPassing() && buffer.isShort(buffer.limit - numbers.from())) {
                base = Math.min(base, numbers.from());
            } else {
                keepNumber();
            }
        }
        if (base == 0) {
            return;
        }
        buffer.drop(base);
        numbers.moved(-base);
        reading.moved(-base);
        if (longEvent.isPassing()) {
            longEvent.moved(-base);
        } else {
            frames.moved(-base);
        }
    }

    private void keepNumber() {
        if (numbers.keep(buffer.bytes)) {
            facts.parsed();
        }
    }
}
