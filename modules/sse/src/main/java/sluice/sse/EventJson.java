package sluice.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;

/**
 * Reads the few members of an event that a relay may ask for, from pieces of any size. What it does not know it skips by
 * counting brackets, so its memory is the same for 100 bytes and for 64 MiB, at any depth. Member names are compared as they
 * are written. It trusts the JSON to be valid: for other bytes its findings mean nothing, but it never fails.
 * Confined to one thread.
 */
final class EventJson {
    /** What {@link #feed} stopped at. */
    enum Signal { NONE, MODEL, LEAF, RESPONSE_OPEN, RESPONSE_CLOSE }

    /** The members that are read: what each is worth, by its place. */
    enum Leaf {
        NONE, TYPE, SEQUENCE, STREAM_ID, MODEL, RESPONSE_ID, CONVERSATION_ID, INPUT, CACHED, OUTPUT, REASONING, CODE,
        ERROR_TYPE, MESSAGE, STATUS
    }

    private enum State {
        START, VALUE, FIRST_KEY, KEY, IN_KEY, KEY_ESCAPE, COLON, AFTER, STRING, STRING_ESCAPE, TEXT, TEXT_ESCAPE, MODEL,
        MODEL_ESCAPE, NUMBER, LITERAL, SKIP, SKIP_STRING, SKIP_ESCAPE, END
    }

    /** An object whose members are looked at. */
    private enum Place {
        EVENT, RESPONSE, CONVERSATION, USAGE, INPUT_DETAILS, OUTPUT_DETAILS, ERROR;

        private byte[][] keys = {};
        private Leaf[] leaves = {};
        private Place[] places = {};

        static {
            EVENT.leaf("type", Leaf.TYPE).leaf("sequence_number", Leaf.SEQUENCE).leaf("stream_id", Leaf.STREAM_ID)
                    .leaf("model", Leaf.MODEL).leaf("code", Leaf.CODE).leaf("message", Leaf.MESSAGE)
                    .leaf("status", Leaf.STATUS).leaf("status_code", Leaf.STATUS).place("response", RESPONSE)
                    .place("usage", USAGE).place("error", ERROR);
            RESPONSE.leaf("id", Leaf.RESPONSE_ID).leaf("model", Leaf.MODEL)
                    .add("conversation", Leaf.CONVERSATION_ID, CONVERSATION).place("usage", USAGE).place("error", ERROR);
            CONVERSATION.leaf("id", Leaf.CONVERSATION_ID);
            USAGE.leaf("input_tokens", Leaf.INPUT).leaf("output_tokens", Leaf.OUTPUT)
                    .place("input_tokens_details", INPUT_DETAILS).place("output_tokens_details", OUTPUT_DETAILS);
            INPUT_DETAILS.leaf("cached_tokens", Leaf.CACHED);
            OUTPUT_DETAILS.leaf("reasoning_tokens", Leaf.REASONING);
            ERROR.leaf("code", Leaf.CODE).leaf("type", Leaf.ERROR_TYPE).leaf("message", Leaf.MESSAGE);
        }

        private Place leaf(String key, Leaf leaf) {
            return add(key, leaf, this);
        }

        private Place place(String key, Place child) {
            return add(key, Leaf.NONE, child);
        }

        /** A child equal to this place itself means that there is none. */
        private Place add(String key, Leaf leaf, Place child) {
            int n = keys.length;
            keys = Arrays.copyOf(keys, n + 1);
            leaves = Arrays.copyOf(leaves, n + 1);
            places = Arrays.copyOf(places, n + 1);
            keys[n] = key.getBytes(StandardCharsets.UTF_8);
            leaves[n] = leaf;
            places[n] = child;
            return this;
        }

        private int find(byte[] key, int length) {
            for (int i = 0; i < keys.length; i++) {
                if (keys[i].length == length && ByteSearch.matches(key, 0, keys[i])) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** Longer than the longest name above: such a name fits nothing. */
    private static final int MAX_KEY_BYTES = 32;
    /** More of an id or a message is cut off: they are for logs, errors and look-ups. */
    private static final int MAX_TEXT_BYTES = 1024;
    private static final int MAX_TYPE_BYTES = 128;
    /** No upstream counts that far; it keeps a hostile number from overflowing. */
    private static final long MAX_NUMBER = 1L << 52;

    private final byte[] key = new byte[MAX_KEY_BYTES];
    private final byte[] type = new byte[MAX_TYPE_BYTES];
    private final Place[] stack = new Place[Place.values().length];
    private byte[] text = new byte[128];
    private boolean marksModels;
    private boolean signalsResponse;
    private Leaf stopAt = Leaf.NONE;

    private State state = State.START;
    private Signal signal = Signal.NONE;
    private int depth;
    private int skipped;
    private int keyBytes;
    private int textBytes;
    private int typeBytes;
    private boolean typeEnded;
    private Leaf leaf = Leaf.NONE;
    private Place child = Place.EVENT;
    private long number;
    private boolean fraction;
    private int modelFrom = -1;
    private int modelBytes;

    private long sequence;
    private long status;
    private boolean usageSeen;
    private final long[] tokens = new long[4];
    private String responseId = "";
    private String conversationId = "";
    private String streamId = "";
    private String code = "";
    private String errorType = "";
    private String message = "";

    /** For the JSON of an event. */
    EventJson() {
        reset();
    }

    /** Forgets everything, also what to stop at. */
    void reset() {
        state = State.START;
        signal = Signal.NONE;
        marksModels = false;
        signalsResponse = false;
        stopAt = Leaf.NONE;
        depth = 0;
        skipped = 0;
        typeBytes = 0;
        typeEnded = false;
        modelFrom = -1;
        sequence = -1;
        status = 0;
        usageSeen = false;
        Arrays.fill(tokens, 0);
        responseId = "";
        conversationId = "";
        streamId = "";
        code = "";
        errorType = "";
        message = "";
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
    void stopAt(Leaf wanted) {
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

    /** {@code UNKNOWN} as long as it was not read to its end. */
    EventType type() {
        return typeEnded ? EventType.of(type, 0, typeBytes) : EventType.UNKNOWN;
    }

    String typeText() {
        return JsonBytes.text(type, 0, typeBytes);
    }

    long sequence() {
        return sequence;
    }

    String responseId() {
        return responseId;
    }

    String conversationId() {
        return conversationId;
    }

    String streamId() {
        return streamId;
    }

    /** {@link TokenUsage#NONE} if the event carries none. */
    TokenUsage usage() {
        return usageSeen ? TokenUsage.told(tokens[0], tokens[1], tokens[2], tokens[3]) : TokenUsage.NONE;
    }

    StreamError error() {
        return new StreamError((int) Math.min(status, 999), code, errorType, message);
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
        appendText(b, from, at);
        if (at == to) {
            return to;
        }
        if (b[at] == '"') {
            endText();
            state = State.AFTER;
        } else {
            appendText(b, at, at + 1);
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
        Place place = stack[depth - 1];
        int found = place.find(key, keyBytes);
        leaf = found < 0 ? Leaf.NONE : place.leaves[found];
        child = found < 0 ? place : place.places[found];
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
                state = isNumber(leaf) && (b == '-' || b >= '0' && b <= '9') ? State.NUMBER : State.LITERAL;
                step(b);
            }
        }
    }

    private void openString(int at) {
        if (leaf == Leaf.MODEL && marksModels) {
            modelFrom = at;
            modelBytes = 1;
            state = State.MODEL;
        } else if (leaf == Leaf.NONE || leaf == Leaf.MODEL || isNumber(leaf)) {
            state = State.STRING;
        } else {
            textBytes = 0;
            if (leaf == Leaf.TYPE) {
                typeBytes = 0;
                typeEnded = false;
            }
            state = State.TEXT;
        }
    }

    private void open(Place place) {
        stack[depth++] = place;
        state = State.FIRST_KEY;
        if (place == Place.USAGE) {
            usageSeen = true;
            Arrays.fill(tokens, 0);
        } else if (place == Place.RESPONSE && signalsResponse) {
            signal = Signal.RESPONSE_OPEN;
        }
    }

    private void close() {
        Place place = stack[--depth];
        state = depth == 0 ? State.END : State.AFTER;
        if (place == Place.RESPONSE && signalsResponse) {
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
                appendText(b);
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
            open(Place.EVENT);
        } else if (!JsonBytes.isSpace(b)) {
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
        return b == ',' || b == '}' || b == ']' || JsonBytes.isSpace(b);
    }

    private static boolean isNumber(Leaf leaf) {
        return switch (leaf) {
            case SEQUENCE, INPUT, CACHED, OUTPUT, REASONING, STATUS -> true;
            case NONE, TYPE, STREAM_ID, MODEL, RESPONSE_ID, CONVERSATION_ID, CODE, ERROR_TYPE, MESSAGE -> false;
        };
    }

    private void endNumber() {
        switch (leaf) {
            case SEQUENCE -> sequence = number;
            case STATUS -> status = number;
            case INPUT -> tokens[0] = number;
            case CACHED -> tokens[1] = number;
            case OUTPUT -> tokens[2] = number;
            case REASONING -> tokens[3] = number;
            default -> throw new IllegalStateException(leaf + " is not a number");
        }
        signalLeaf();
    }

    private void endText() {
        switch (leaf) {
            case TYPE -> typeEnded = true;
            case STREAM_ID -> streamId = JsonBytes.text(text, 0, textBytes);
            case RESPONSE_ID -> responseId = JsonBytes.text(text, 0, textBytes);
            case CONVERSATION_ID -> conversationId = JsonBytes.text(text, 0, textBytes);
            case CODE -> code = JsonBytes.text(text, 0, textBytes);
            case ERROR_TYPE -> errorType = JsonBytes.text(text, 0, textBytes);
            case MESSAGE -> message = JsonBytes.text(text, 0, textBytes);
            default -> throw new IllegalStateException(leaf + " is not a text");
        }
        signalLeaf();
    }

    private void signalLeaf() {
        if (leaf == stopAt) {
            signal = Signal.LEAF;
        }
    }

    private void appendText(byte b) {
        key[0] = b;
        appendText(key, 0, 1);
    }

    private void appendText(byte[] b, int from, int to) {
        if (leaf == Leaf.TYPE) {
            int length = Math.min(to - from, MAX_TYPE_BYTES - typeBytes);
            System.arraycopy(b, from, type, typeBytes, length);
            typeBytes += length;
            return;
        }
        int length = Math.min(to - from, MAX_TEXT_BYTES - textBytes);
        if (textBytes + length > text.length) {
            text = Arrays.copyOf(text, Math.min(MAX_TEXT_BYTES, Math.max(text.length * 2, textBytes + length)));
        }
        System.arraycopy(b, from, text, textBytes, length);
        textBytes += length;
    }
}
