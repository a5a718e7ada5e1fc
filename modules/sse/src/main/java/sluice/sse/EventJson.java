package sluice.sse;

import sluice.json.ByteSearch;

/**
 * Reads the few members of an event that a relay may ask for ({@link EventObject}), from pieces of any size. What it does not
 * know it skips by counting brackets, so its memory is the same for 100 bytes and for 64 MiB, at any depth. Member names are
 * compared as they are written. It trusts the JSON to be valid: for other bytes its findings mean nothing, but it never fails.
 * Confined to one thread.
 */
final class EventJson {
    /** What {@link #feed} stopped at. */
    enum Signal { NONE, MODEL, MEMBER, RESPONSE_OPEN, RESPONSE_CLOSE }

    private enum State {
        START, VALUE, FIRST_KEY, KEY, IN_KEY, KEY_ESCAPE, COLON, AFTER, STRING, STRING_ESCAPE, TEXT, TEXT_ESCAPE, MODEL,
        MODEL_ESCAPE, NUMBER, LITERAL, SKIP, SKIP_STRING, SKIP_ESCAPE, END
    }

    /** Longer than the longest name of {@link EventObject}: such a name fits nothing. */
    private static final int MAX_KEY_BYTES = 32;
    /** No upstream counts that far; it keeps a hostile number from overflowing. */
    private static final long MAX_NUMBER = 1L << 52;

    private final byte[] key = new byte[MAX_KEY_BYTES];
    private final EventObject[] stack = new EventObject[EventObject.values().length];
    private final EventValues found = new EventValues();
    private boolean marksModels;
    private boolean signalsResponse;
    private EventMember stopAt = EventMember.NONE;

    private State state = State.START;
    private Signal signal = Signal.NONE;
    private int depth;
    private int skipped;
    private int keyBytes;
    private EventMember member = EventMember.NONE;
    private EventObject child = EventObject.EVENT;
    private long number;
    private boolean fraction;
    private int modelFrom = -1;
    private int modelBytes;

    /** Forgets everything, also what to stop at. */
    void reset() {
        state = State.START;
        signal = Signal.NONE;
        marksModels = false;
        signalsResponse = false;
        stopAt = EventMember.NONE;
        depth = 0;
        skipped = 0;
        modelFrom = -1;
        found.reset();
    }

    /** From now on {@link #feed} stops behind each value of {@code model} and {@code response.model}. */
    void markModels() {
        marksModels = true;
    }

    /** From now on {@link #feed} stops behind the first and behind the last byte of the object {@code response}. */
    void signalResponse() {
        signalsResponse = true;
    }

    /** From now on {@link #feed} stops when this member has been read. */
    void stopAt(EventMember wanted) {
        stopAt = wanted;
    }

    /** What the last {@link #feed} stopped at. */
    Signal signal() {
        return signal;
    }

    /** Start of the model's string literal, in the array that is being fed; -1 outside of one. */
    int modelFrom() {
        return modelFrom;
    }

    /** Length of the model's string literal so far, with its quotation marks. */
    int modelBytes() {
        return modelBytes;
    }

    /** Whether the last byte was one inside the model's string literal. */
    boolean inModel() {
        return state == State.MODEL || state == State.MODEL_ESCAPE;
    }

    /** The array's content was moved by {@code distance} bytes. */
    void moved(int distance) {
        if (modelFrom >= 0) {
            modelFrom += distance;
        }
    }

    /** The model's value that is being read is of no interest after all. */
    void forgetModel() {
        modelFrom = -1;
        if (state == State.MODEL) {
            state = State.STRING;
        } else if (state == State.MODEL_ESCAPE) {
            state = State.STRING_ESCAPE;
        }
    }

    /** A line of data ended; the next one goes on with the same JSON. */
    void newline() {
        if (state == State.NUMBER) {
            endNumber();
            state = State.AFTER;
        } else if (state == State.LITERAL) {
            state = State.AFTER;
        } else {
            forgetModel();
        }
    }

    /** Whether the outermost object is closed. */
    boolean ended() {
        return state == State.END;
    }

    /** What was read so far. */
    EventValues found() {
        return found;
    }

    /**
     * Reads on.
     *
     * @return where it stopped: {@code to}, or behind what {@link #signal} names
     */
    int feed(byte[] b, int from, int to) {
        if (signal == Signal.MODEL) {
            modelFrom = -1;
        }
        signal = Signal.NONE;
        int at = from;
        while (at < to && signal == Signal.NONE) {
            switch (state) {
                case SKIP_STRING, STRING -> at = skipString(b, at, to);
                case SKIP -> at = skipContainer(b, at, to);
                case TEXT -> at = copyText(b, at, to);
                case IN_KEY -> at = copyKey(b, at, to);
                case MODEL -> at = passModel(b, at, to);
                case END -> at = to;
                case VALUE -> {
                    value(b[at], at);
                    at++;
                }
                default -> {
                    step(b[at]);
                    at++;
                }
            }
        }
        return at;
    }

    private int skipString(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        if (at == to) {
            return to;
        }
        boolean skipping = state == State.SKIP_STRING;
        if (b[at] == '"') {
            state = skipping ? State.SKIP : State.AFTER;
        } else {
            state = skipping ? State.SKIP_ESCAPE : State.STRING_ESCAPE;
        }
        return at + 1;
    }

    private int skipContainer(byte[] b, int from, int to) {
        for (int at = from; at < to; at++) {
            switch (b[at]) {
                case '"' -> {
                    state = State.SKIP_STRING;
                    return at + 1;
                }
                case '{', '[' -> skipped++;
                case '}', ']' -> {
                    if (--skipped == 0) {
                        state = State.AFTER;
                        return at + 1;
                    }
                }
                default -> { }
            }
        }
        return to;
    }

    private int copyText(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        found.append(b, from, at);
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            found.endText();
            signalMember();
            state = State.AFTER;
        } else {
            found.append(b, at, at + 1);
            state = State.TEXT_ESCAPE;
        }
        return at + 1;
    }

    private int copyKey(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        int length = Math.min(at - from, MAX_KEY_BYTES - keyBytes);
        System.arraycopy(b, from, key, keyBytes, length);
        keyBytes += length;
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            endKey();
            state = State.COLON;
        } else {
            keyBytes = MAX_KEY_BYTES;
            state = State.KEY_ESCAPE;
        }
        return at + 1;
    }

    private int passModel(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        modelBytes += Math.min(at + 1, to) - from;
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            signal = Signal.MODEL;
            state = State.AFTER;
        } else {
            state = State.MODEL_ESCAPE;
        }
        return at + 1;
    }

    private void endKey() {
        EventObject object = stack[depth - 1];
        int index = object.find(key, keyBytes);
        member = index < 0 ? EventMember.NONE : object.memberAt(index);
        child = index < 0 ? object : object.objectAt(index);
    }

    private void value(byte b, int at) {
        switch (b) {
            case ' ', '\n', '\r', '\t' -> { }
            case '"' -> openString(at);
            case '{' -> {
                if (child == stack[depth - 1]) {
                    skipped = 1;
                    state = State.SKIP;
                } else {
                    open(child);
                }
            }
            case '[' -> {
                skipped = 1;
                state = State.SKIP;
            }
            default -> {
                number = 0;
                fraction = false;
                state = member.isNumber() && (b == '-' || b >= '0' && b <= '9') ? State.NUMBER : State.LITERAL;
                step(b);
            }
        }
    }

    private void openString(int at) {
        if (member == EventMember.MODEL && marksModels) {
            modelFrom = at;
            modelBytes = 1;
            state = State.MODEL;
        } else if (member == EventMember.NONE || member == EventMember.MODEL || member.isNumber()) {
            state = State.STRING;
        } else {
            found.beginText(member);
            state = State.TEXT;
        }
    }

    private void open(EventObject object) {
        stack[depth++] = object;
        state = State.FIRST_KEY;
        if (object == EventObject.USAGE) {
            found.beginUsage();
        } else if (object == EventObject.RESPONSE && signalsResponse) {
            signal = Signal.RESPONSE_OPEN;
        }
    }

    private void close() {
        EventObject object = stack[--depth];
        state = depth == 0 ? State.END : State.AFTER;
        if (object == EventObject.RESPONSE && signalsResponse) {
            signal = Signal.RESPONSE_CLOSE;
        }
    }

    private void step(byte b) {
        switch (state) {
            case START -> start(b);
            case FIRST_KEY, KEY, AFTER -> structure(b);
            case KEY_ESCAPE -> state = State.IN_KEY;
            case COLON -> state = b == ':' ? State.VALUE : state;
            case STRING_ESCAPE -> state = State.STRING;
            case SKIP_ESCAPE -> state = State.SKIP_STRING;
            case MODEL_ESCAPE -> {
                modelBytes++;
                state = State.MODEL;
            }
            case TEXT_ESCAPE -> {
                key[0] = b;
                found.append(key, 0, 1);
                state = State.TEXT;
            }
            case NUMBER -> digit(b);
            case LITERAL -> {
                if (endsValue(b)) {
                    state = State.AFTER;
                    structure(b);
                }
            }
            default -> throw new IllegalStateException("no single step in " + state);
        }
    }

    private void start(byte b) {
        if (b == '{') {
            open(EventObject.EVENT);
        } else if (!ByteSearch.isSpace(b)) {
            state = State.END;
        }
    }

    private void structure(byte b) {
        switch (b) {
            case '"' -> {
                keyBytes = 0;
                state = State.IN_KEY;
            }
            case ',' -> state = State.KEY;
            case '}' -> close();
            default -> { }
        }
    }

    private void digit(byte b) {
        if (b >= '0' && b <= '9') {
            if (!fraction) {
                number = Math.min(number * 10 + (b - '0'), MAX_NUMBER);
            }
        } else if (endsValue(b)) {
            endNumber();
            state = State.AFTER;
            structure(b);
        } else {
            fraction = true;
        }
    }

    private static boolean endsValue(byte b) {
        return b == ',' || b == '}' || b == ']' || ByteSearch.isSpace(b);
    }

    private void endNumber() {
        found.number(member, number);
        signalMember();
    }

    private void signalMember() {
        if (member == stopAt) {
            signal = Signal.MEMBER;
        }
    }
}
