package sluice.sse;

import java.util.Arrays;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.buffers.AnswerRoom;
import sluice.json.ByteSearch;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.KeptItems;
import sluice.responses.ModelGate;

/**
 * The answer that a stream is folded into: the bytes of {@code response} of the terminal event, passed on while they come. Only
 * where the type stands behind {@code response}, and on no {@code event} line before it, are they kept until it is known. Where
 * the terminal event has no output, the items that were complete before it take its place. Confined to the stream's thread.
 */
final class FoldedAnswer {
    /** Most bytes of items that are kept in case that the terminal event has none. */
    private static final int MAX_ITEM_BYTES = 4 * 1024 * 1024;
    private static final int FIRST_BYTES = 1024;
    private static final byte[] COMMA = {','};
    private static final byte[] NAME = {'"', 'o', 'u', 't', 'p', 'u', 't', '"', ':'};
    private static final byte[] OPENED = {'['};
    private static final byte[] CLOSED = {']'};
    private static final byte[] END = {'}'};

    private enum State { NONE, PASSING, KEEPING, KEPT, DONE }

    private final ModelGate model;
    private final JsonReader<Fact> json;
    private final ClientSide client;
    private final KeptItems items;
    private final AnswerRoom.Part part;
    private byte[] out = new byte[FIRST_BYTES];
    private int bytes;
    private State state = State.NONE;
    private boolean inItem;
    private boolean inOutput;
    /** Inside of a {@code null} that is left out, for the items take its place. */
    private boolean inNull;
    private boolean memberSeen;
    private boolean outputSeen;
    private boolean outputFilled;

    FoldedAnswer(ModelGate model, JsonReader<Fact> json, ClientSide client, AnswerRoom room) {
        items = new KeptItems(MAX_ITEM_BYTES, room);
        part = room.part();
        this.model = model;
        this.json = json;
        this.client = client;
    }

    /** So much waits to be passed on. */
    int waiting() {
        return bytes;
    }

    /** Whether it is whole. */
    boolean isDone() {
        return state == State.DONE;
    }

    /** Nothing is taken or passed on any more. */
    void release() {
        items.release();
        part.close();
    }

    /**
     * Takes what the reader has just read, {@code b[start, at)}, of an event whose type is known to be this one by now.
     *
     * @param ended whether the answer's event is over already
     */
    void take(byte[] b, int start, int at, EventType type, boolean ended) throws ByteSource.Broken {
        int from = start;
        if (json.stop() == Stop.OPENED && json.stoppedAt(Fact.RESPONSE) && state == State.NONE && !ended) {
            begin(type);
            from = at - 1;
        }
        if (state == State.PASSING || state == State.KEEPING) {
            from = inNull ? endNull(b, from, at) : from;
            append(b, from, at);
            inAnswer(b, from, at);
        } else if (inItem) {
            items.add(b, start, at);
            inItem = json.stop() != Stop.CLOSED || !json.stoppedAt(Fact.ITEM);
        } else if (json.stop() == Stop.OPENED && json.stoppedAt(Fact.ITEM)
                && (type == EventType.ITEM_DONE || type == EventType.UNKNOWN)) {
            inItem = true;
            items.begin();
            items.add(b, at - 1, at);
        }
    }

    private void begin(EventType type) {
        state = type == EventType.UNKNOWN ? State.KEEPING : isEnd(type) ? State.PASSING : State.NONE;
        inOutput = false;
        inNull = false;
        memberSeen = false;
        outputSeen = false;
        outputFilled = false;
    }

    private static boolean isEnd(EventType type) {
        return type.kind().terminal() && type != EventType.FAILED && type != EventType.ERROR;
    }

    /** A line of data ended inside of an event. */
    void newline() throws ByteSource.Broken {
        if (state == State.PASSING || state == State.KEEPING) {
            if (inNull) {
                inNull = false;
                output();
            }
            // what joins two lines of data (WHATWG HTML §9.2.6)
            append(new byte[] {'\n'}, 0, 1);
        }
    }

    private void inAnswer(byte[] b, int from, int at) throws ByteSource.Broken {
        if (inOutput && !outputFilled) {
            int end = json.stop() == Stop.CLOSED && json.stoppedAt(Fact.OUTPUT) ? at - 1 : at;
            outputFilled = ByteSearch.skipSpace(b, from, end) < end;
        }
        memberSeen = memberSeen || ByteSearch.indexOf(b, from, at, (byte) '"') < at;
        switch (json.stop()) {
            case LITERAL -> {
                int literal = bytes - json.literalBytes();
                if (model.isUpstream(out, literal, bytes)) {
                    bytes = literal;
                    append(model.clientLiteral(), 0, model.clientLiteral().length);
                }
            }
            case OPENED -> {
                if (json.stoppedAt(Fact.OUTPUT)) {
                    inOutput = b[at - 1] == OPENED[0];
                    outputSeen = true;
                }
            }
            case SCALAR -> {
                if (json.stoppedAt(Fact.OUTPUT)) {
                    outputSeen = true;
                    inNull = b[at - 1] == 'n' && !items.isEmpty();
                    bytes -= inNull ? 1 : 0;
                }
            }
            case CLOSED -> closed();
            case NOTHING, VALUE -> { }
        }
    }

    private void closed() throws ByteSource.Broken {
        if (json.stoppedAt(Fact.OUTPUT)) {
            if (inOutput && !outputFilled) {
                bytes -= CLOSED.length;
                fill();
                append(CLOSED, 0, CLOSED.length);
            }
            inOutput = false;
        } else if (json.stoppedAt(Fact.RESPONSE)) {
            if (!outputSeen && !items.isEmpty()) {
                bytes -= END.length;
                append(COMMA, 0, memberSeen ? COMMA.length : 0);
                append(NAME, 0, NAME.length);
                output();
                append(END, 0, END.length);
            }
            state = state == State.PASSING ? State.DONE : State.KEPT;
        }
    }

    /** Leaves out what is here of a {@code null}, and writes the items where it ends; returns from where the answer goes on. */
    private int endNull(byte[] b, int from, int at) throws ByteSource.Broken {
        for (int end = from; end < at; end++) {
            if (b[end] == ',' || b[end] == '}' || ByteSearch.isSpace(b[end])) {
                inNull = false;
                output();
                return end;
            }
        }
        return at;
    }

    private void output() throws ByteSource.Broken {
        append(OPENED, 0, OPENED.length);
        fill();
        append(CLOSED, 0, CLOSED.length);
    }

    private void fill() throws ByteSource.Broken {
        if (items.isFull()) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING,
                    "more than " + MAX_ITEM_BYTES + " bytes of items, and none in the terminal event");
        }
        byte[] complete = items.json();
        append(complete, 0, complete.length);
    }

    /** The event is over, and was of this type; {@code index} is where its item stands in the output, -1 if that is not told. */
    void endEvent(EventType type, long index) {
        if (type == EventType.ITEM_DONE) {
            items.end(index);
        }
        inItem = false;
        if (state == State.KEPT && isEnd(type)) {
            state = State.DONE;
        } else if (state != State.DONE) {
            state = State.NONE;
            bytes = 0;
        }
    }

    /** Passes on what is here, but for a model's name that is not whole. */
    void pass() throws ClientSink.Gone {
        if (state != State.PASSING && state != State.DONE || bytes == 0) {
            return;
        }
        int rest = json.inLiteral() ? json.literalBytes() : 0;
        if (rest > model.maxLiteralBytes()) {
            json.forgetLiteral();
            rest = 0;
        }
        client.emit(out, 0, bytes - rest, false);
        System.arraycopy(out, bytes - rest, out, 0, rest);
        bytes = rest;
        if (out.length > AnswerRoom.FREE_BYTES && rest <= FIRST_BYTES) {
            out = Arrays.copyOf(out, FIRST_BYTES);
            part.close();
        }
    }

    private void longer(int wanted) throws ByteSource.Broken {
        try {
            out = part.longer(out, bytes, wanted);
        } catch (AnswerRoom.Exhausted e) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.NO_ROOM, e.getMessage());
        }
    }

    private void append(byte[] from, int start, int end) throws ByteSource.Broken {
        int length = end - start;
        if (bytes + length > out.length) {
            longer(bytes + length);
        }
        System.arraycopy(from, start, out, bytes, length);
        bytes += length;
    }
}
