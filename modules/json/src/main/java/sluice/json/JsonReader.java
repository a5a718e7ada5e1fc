package sluice.json;

import sluice.json.JsonPlace.Want;

/**
 * Reads JSON from pieces of any size, and tells what stands at the places that are asked for ({@link JsonPlace}). What nobody
 * asks for it skips by counting brackets, so its memory is the same for 100 bytes and for 64 MiB, at any depth. It trusts the
 * JSON to be valid: for other bytes its findings mean nothing, but it never fails. Confined to one thread.
 *
 * @param <F> names what is found
 */
public final class JsonReader<F> {
    /** What {@link #feed} stopped at. */
    public enum Stop {
        /** The end of the piece. */
        NOTHING,
        /** Behind a string literal whose place is marked. */
        LITERAL,
        /** Behind a value that it was to stop at. */
        VALUE,
        /** Behind the bracket that opens a container whose extent is wanted. */
        OPENED,
        /** Behind the bracket that closes it. */
        CLOSED,
        /** Behind the first byte of another value that stands where such a container is wanted. */
        SCALAR
    }

    private enum State {
        START, VALUE, ELEMENT, FIRST_KEY, KEY, IN_KEY, KEY_ESCAPE, COLON, AFTER, STRING, STRING_ESCAPE, TEXT, TEXT_ESCAPE, MARKED,
        MARKED_ESCAPE, NUMBER, LITERAL, SPELLED, SKIP, END
    }

    /** Longer than any name that is asked for, even if all of it is spelled as escapes: such a name fits nothing. */
    private static final int MAX_KEY_BYTES = 256;
    /** More of a text is cut off: texts are for look-ups, logs and errors. */
    private static final int MAX_TEXT_BYTES = 1024;
    private static final int FIRST_TEXT_BYTES = 128;
    /** Nobody counts that far; it keeps a hostile number from overflowing. */
    private static final long MAX_NUMBER = 1L << 52;

    private final JsonPlace<F> root;
    /** Where members stand that nobody asks for. */
    private final JsonPlace<F> elsewhere = JsonPlace.object();
    /** Where no member stands. */
    private final JsonPlace<F> nowhere = JsonPlace.object();
    private final JsonFacts<F> facts;
    private final JsonPlace<F>[] stack;
    /** Whether what is open at a depth is an array. */
    private final boolean[] arrays;
    private final byte[] key = new byte[MAX_KEY_BYTES];
    private byte[] text = new byte[FIRST_TEXT_BYTES];

    private JsonPlace<F> marked = nowhere;
    private JsonPlace<F> last = nowhere;
    private boolean stopsAtExtents;

    private State state = State.START;
    private Stop stop = Stop.NOTHING;
    private JsonPlace<F> place = elsewhere;
    private boolean object;
    private int depth;
    /** Of the container that is passed over. */
    private final JsonNesting skipped = new JsonNesting();
    private int keyBytes;
    private boolean keyEscaped;
    private int textBytes;
    private long number;
    private boolean fraction;
    /** The number is below zero, or has an exponent. */
    private boolean noCount;
    private int literalFrom = -1;
    private int literalBytes;

    /** Reads texts whose root is {@code root}, and tells {@code facts}. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know no type parameters
    public JsonReader(JsonPlace<F> root, JsonFacts<F> facts) {
        this.root = root;
        this.facts = facts;
        stack = new JsonPlace[root.depth()];
        arrays = new boolean[stack.length];
    }

    /** Forgets everything, also what to stop at. */
    public void reset() {
        state = State.START;
        stop = Stop.NOTHING;
        marked = nowhere;
        last = nowhere;
        stopsAtExtents = false;
        object = false;
        depth = 0;
        literalFrom = -1;
    }

    /** From now on {@link #feed} stops behind each string at this text place, and its literal can be asked for. */
    public void mark(JsonPlace<F> textPlace) {
        marked = textPlace;
    }

    /**
     * From now on {@link #feed} stops behind the first and the last byte of each container whose extent is wanted, and behind the
     * first one of what stands in its place.
     */
    public void stopAtExtents() {
        stopsAtExtents = true;
    }

    /** From now on {@link #feed} stops when the value at this place has been read. */
    public void stopAt(JsonPlace<F> valuePlace) {
        last = valuePlace;
    }

    /** What the last {@link #feed} stopped at. */
    public Stop stop() {
        return stop;
    }

    /** Whether the extent that was stopped at is of this fact. */
    public boolean stoppedAt(F fact) {
        return place.is(fact);
    }

    /** Start of the marked string literal, in the array that is being fed; -1 outside of one. */
    public int literalFrom() {
        return literalFrom;
    }

    /** Length of the marked string literal so far, with its quotation marks. */
    public int literalBytes() {
        return literalBytes;
    }

    /** Whether the last byte was one inside the marked string literal. */
    public boolean inLiteral() {
        return state == State.MARKED || state == State.MARKED_ESCAPE;
    }

    /** The array's content was moved by {@code distance} bytes. */
    public void moved(int distance) {
        if (literalFrom >= 0) {
            literalFrom += distance;
        }
    }

    /** The marked string that is being read is of no interest after all. */
    public void forgetLiteral() {
        literalFrom = -1;
        if (state == State.MARKED) {
            state = State.STRING;
        } else if (state == State.MARKED_ESCAPE) {
            state = State.STRING_ESCAPE;
        }
    }

    /** A line ended, and the next one goes on with the same JSON. */
    public void newline() {
        switch (state) {
            case NUMBER, SPELLED, LITERAL -> {
                endScalar();
                state = State.AFTER;
            }
            default -> forgetLiteral();
        }
    }

    /** Whether the outermost object is closed, or there is none. */
    public boolean ended() {
        return state == State.END;
    }

    /** Whether the text began with an object. */
    public boolean isObject() {
        return object;
    }

    /**
     * Reads on.
     *
     * @return where it stopped: {@code to}, or behind what {@link #stop} names
     */
    public int feed(byte[] b, int from, int to) {
        if (stop == Stop.LITERAL) {
            literalFrom = -1;
        }
        stop = Stop.NOTHING;
        int at = from;
        while (at < to && stop == Stop.NOTHING) {
            switch (state) {
                case STRING -> at = skipString(b, at, to);
                case SKIP -> at = skipContainer(b, at, to);
                case TEXT -> at = copyText(b, at, to);
                case FIRST_KEY, KEY, AFTER -> at = passStructure(b, at, to);
                case IN_KEY -> at = copyKey(b, at, to);
                case MARKED -> at = passMarked(b, at, to);
                case END -> at = to;
                case VALUE -> {
                    value(b[at], at);
                    at++;
                }
                case ELEMENT -> {
                    if (b[at] == ']') {
                        close();
                        at++;
                    } else if (ByteSearch.isSpace(b[at])) {
                        at++;
                    } else {
                        place = stack[depth - 1].element();
                        state = State.VALUE;
                    }
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
        if (place.want() == Want.SIZE) {
            facts.passed(place.fact(), at - from + (at < to && b[at] == '\\' ? 1 : 0));
        }
        if (at == to) {
            return to;
        }
        state = b[at] == '"' ? State.AFTER : State.STRING_ESCAPE;
        return at + 1;
    }

    private int skipContainer(byte[] b, int from, int to) {
        int at = skipped.leave(b, from, to);
        if (skipped.depth() == 0) {
            state = State.AFTER;
            closed(place);
        }
        return at;
    }

    private int copyText(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        append(b, from, at);
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            endText();
            state = State.AFTER;
        } else {
            append(b, at, at + 1);
            state = State.TEXT_ESCAPE;
        }
        return at + 1;
    }

    private int passStructure(byte[] b, int from, int to) {
        byte first = b[from];
        if (first != '"') {
            structure(first);
            return from + 1;
        }
        int end = ByteSearch.quoteOrBackslash(b, from + 1, to);
        if (end == to || b[end] != '"') {
            keyBytes = 0;
            keyEscaped = false;
            state = State.IN_KEY;
            return from + 1;
        }
        // Most names stand whole in one piece, right before their colon.
        place = stack[depth - 1].member(b, from + 1, end, elsewhere);
        boolean colon = end + 1 < to && b[end + 1] == ':';
        state = colon ? State.VALUE : State.COLON;
        return colon ? end + 2 : end + 1;
    }

    private int copyKey(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        appendKey(b, from, at);
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            place = keyBytes >= MAX_KEY_BYTES ? elsewhere
                    : keyEscaped ? stack[depth - 1].escapedMember(key, keyBytes, elsewhere)
                    : stack[depth - 1].member(key, 0, keyBytes, elsewhere);
            state = State.COLON;
        } else {
            appendKey(b, at, at + 1);
            keyEscaped = true;
            state = State.KEY_ESCAPE;
        }
        return at + 1;
    }

    private void appendKey(byte[] b, int from, int to) {
        int length = Math.min(to - from, MAX_KEY_BYTES - keyBytes);
        System.arraycopy(b, from, key, keyBytes, length);
        keyBytes += length;
    }

    private int passMarked(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, from, to);
        literalBytes += Math.min(at + 1, to) - from;
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            stop = Stop.LITERAL;
            state = State.AFTER;
        } else {
            state = State.MARKED_ESCAPE;
        }
        return at + 1;
    }

    private void value(byte b, int at) {
        switch (b) {
            case ' ', '\n', '\r', '\t' -> { }
            case '"' -> openString(at);
            case '{' -> {
                if (place.hasMembers()) {
                    open(false);
                } else {
                    skip();
                }
            }
            case '[' -> {
                if (place.hasElements()) {
                    open(true);
                } else {
                    skip();
                }
            }
            default -> {
                boolean digits = b == '-' || b >= '0' && b <= '9';
                state = State.LITERAL;
                if (digits && place.want() == Want.NUMBER) {
                    number = 0;
                    fraction = false;
                    noCount = false;
                    state = State.NUMBER;
                } else if (digits && place.want() == Want.TEXT_OR_NUMBER) {
                    textBytes = 0;
                    state = State.SPELLED;
                }
                stopAtScalar();
                step(b);
            }
        }
    }

    private void stopAtScalar() {
        if (stopsAtExtents && place.want() == Want.EXTENT) {
            stop = Stop.SCALAR;
        }
    }

    private void openString(int at) {
        if (place == marked) {
            literalFrom = at;
            literalBytes = 1;
            state = State.MARKED;
        } else if (place.want() == Want.TEXT || place.want() == Want.TEXT_OR_NUMBER) {
            textBytes = 0;
            state = State.TEXT;
        } else {
            state = State.STRING;
            stopAtScalar();
        }
    }

    private void open(boolean array) {
        arrays[depth] = array;
        stack[depth++] = place;
        state = array ? State.ELEMENT : State.FIRST_KEY;
        opened(place);
    }

    private void skip() {
        skipped.begin(1);
        state = State.SKIP;
        opened(place);
    }

    private void close() {
        place = stack[--depth];
        state = depth == 0 ? State.END : State.AFTER;
        closed(place);
    }

    private void opened(JsonPlace<F> container) {
        if (container.want() == Want.EXTENT) {
            facts.opened(container.fact());
            stop = stopsAtExtents ? Stop.OPENED : Stop.NOTHING;
        }
    }

    private void closed(JsonPlace<F> container) {
        if (container.want() == Want.EXTENT) {
            facts.closed(container.fact());
            stop = stopsAtExtents ? Stop.CLOSED : Stop.NOTHING;
        }
    }

    private void step(byte b) {
        switch (state) {
            case START -> start(b);
            case KEY_ESCAPE -> {
                key[Math.min(keyBytes, MAX_KEY_BYTES - 1)] = b;
                keyBytes = Math.min(keyBytes + 1, MAX_KEY_BYTES);
                state = State.IN_KEY;
            }
            case COLON -> colon(b);
            case STRING_ESCAPE -> state = State.STRING;
            case MARKED_ESCAPE -> {
                literalBytes++;
                state = State.MARKED;
            }
            case TEXT_ESCAPE -> {
                append(b);
                state = State.TEXT;
            }
            case NUMBER, SPELLED, LITERAL -> scalar(b);
            default -> throw new IllegalStateException("no single step in " + state);
        }
    }

    private void colon(byte b) {
        if (b == ':') {
            state = State.VALUE;
        } else if (!ByteSearch.isSpace(b)) {
            // no JSON, and no use to go on
            state = State.END;
        }
    }

    private void start(byte b) {
        if (b == '{') {
            object = true;
            place = root;
            open(false);
        } else if (!ByteSearch.isSpace(b)) {
            state = State.END;
        }
    }

    private void structure(byte b) {
        switch (b) {
            case ',' -> state = arrays[depth - 1] ? State.ELEMENT : State.KEY;
            case '}', ']' -> {
                if (arrays[depth - 1] == (b == ']')) {
                    close();
                }
            }
            default -> { }
        }
    }

    private void scalar(byte b) {
        if (b == ',' || b == '}' || b == ']' || ByteSearch.isSpace(b)) {
            endScalar();
            state = State.AFTER;
            structure(b);
        } else if (state == State.SPELLED) {
            append(b);
        } else if (state == State.NUMBER) {
            boolean digit = b >= '0' && b <= '9';
            noCount |= b == '-' || b == 'e' || b == 'E';
            fraction |= !digit;
            number = fraction ? number : Math.min(number * 10 + (b - '0'), MAX_NUMBER);
        }
    }

    private void endScalar() {
        switch (state) {
            case NUMBER -> {
                facts.number(place.fact(), noCount ? -1 : number);
                valueRead();
            }
            case SPELLED -> endText();
            default -> {
                if (place.want() != Want.NOTHING) {
                    facts.literal(place.fact());
                }
            }
        }
    }

    private void endText() {
        facts.text(place.fact(), text, textBytes);
        valueRead();
    }

    private void valueRead() {
        if (place == last) {
            stop = Stop.VALUE;
        }
    }

    private void append(byte b) {
        key[0] = b;
        append(key, 0, 1);
    }

    private void append(byte[] b, int from, int to) {
        int length = Math.min(to - from, MAX_TEXT_BYTES - textBytes);
        if (textBytes + length > text.length) {
            text = java.util.Arrays.copyOf(text, Math.min(MAX_TEXT_BYTES, Math.max(text.length * 2, textBytes + length)));
        }
        System.arraycopy(b, from, text, textBytes, length);
        textBytes += length;
    }
}
