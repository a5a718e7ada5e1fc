package sluice.body;

import java.util.Arrays;

/**
 * A second opinion on JSON (RFC 8259, in UTF-8 as in RFC 3629): a pushdown automaton that takes one byte at a time and shares
 * nothing with the scanner. It remembers where it was before each byte of a text, so the verdict on the same text with one byte
 * changed costs only what lies between the change and the place where both texts are read alike again. Its verdict is an
 * object's: other values are refused. Immutable after construction and thread-safe, apart from {@link Frame}s it interns.
 */
final class StrictAutomaton {
    private static final int START = 0;
    private static final int VALUE = 1;
    private static final int FIRST_MEMBER = 2;
    private static final int NAME = 3;
    private static final int COLON = 4;
    private static final int FIRST_ITEM = 5;
    private static final int AFTER = 6;
    private static final int END = 7;
    private static final int STRING = 8;
    private static final int ESCAPE = 9;
    private static final int HEX = 10;
    private static final int CONTINUATION = 11;
    private static final int LITERAL = 12;
    private static final int MINUS = 13;
    private static final int ZERO = 14;
    private static final int DIGITS = 15;
    private static final int POINT = 16;
    private static final int FRACTION = 17;
    private static final int EXPONENT = 18;
    private static final int SIGN = 19;
    private static final int POWER = 20;
    private static final String[] LITERALS = {"true", "false", "null"};

    /** An open container, and those around it; there is one object for each nesting, so that nestings compare by identity. */
    private static final class Frame {
        private final Frame around;
        private final boolean object;
        private Frame innerObject = null;
        private Frame innerArray = null;

        private Frame(Frame around, boolean object) {
            this.around = around;
            this.object = object;
        }

        /** Synchronized, for the texts of one automaton are read by many threads. */
        private synchronized Frame inner(boolean isObject) {
            if (isObject) {
                innerObject = innerObject == null ? new Frame(this, true) : innerObject;
                return innerObject;
            }
            innerArray = innerArray == null ? new Frame(this, false) : innerArray;
            return innerArray;
        }
    }

    /** Where a reader is. Confined to one thread. */
    private static final class Reader {
        private int state = START;
        private boolean inName;
        /** Hexadecimal digits, continuation bytes or letters of a literal that are still to come or already there. */
        private int count;
        private int literal;
        private int low;
        private int high;
        private Frame frame;

        private Reader(Frame outside) {
            frame = outside;
        }

        private long packed() {
            return state | (inName ? 1L : 0) << 8 | (long) count << 16 | (long) literal << 24 | (long) low << 32 | (long) high << 40;
        }

        private void restore(long packed, Frame at) {
            state = (int) (packed & 0xFF);
            inName = (packed >> 8 & 1) != 0;
            count = (int) (packed >> 16 & 0xFF);
            literal = (int) (packed >> 24 & 0xFF);
            low = (int) (packed >> 32 & 0xFF);
            high = (int) (packed >> 40 & 0xFF);
            frame = at;
        }

        private boolean go(int next) {
            state = next;
            return true;
        }

        /** Takes a byte, 0 to 255; false if it may not stand here. */
        private boolean take(int c) {
            boolean blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            return switch (state) {
                case START -> blank || c == '{' && open(true);
                case VALUE -> blank || value(c);
                case FIRST_MEMBER -> blank || c == '"' && string(true) || c == '}' && close();
                case NAME -> blank || c == '"' && string(true);
                case COLON -> blank || c == ':' && go(VALUE);
                case FIRST_ITEM -> blank || c == ']' && close() || value(c);
                case AFTER -> blank || after(c);
                case END -> blank;
                case STRING -> inString(c);
                case ESCAPE -> c == 'u' ? hex() : "\"\\/bfnrt".indexOf(c) >= 0 && go(STRING);
                case HEX -> "0123456789abcdefABCDEF".indexOf(c) >= 0 && (--count > 0 || go(STRING));
                case CONTINUATION -> continuation(c);
                case LITERAL -> c == LITERALS[literal].charAt(count) && (++count < LITERALS[literal].length() || go(AFTER));
                default -> number(c, blank);
            };
        }

        private boolean open(boolean object) {
            frame = frame.inner(object);
            return go(object ? FIRST_MEMBER : FIRST_ITEM);
        }

        private boolean close() {
            frame = frame.around;
            return go(frame.around == null ? END : AFTER);
        }

        private boolean string(boolean name) {
            inName = name;
            return go(STRING);
        }

        private boolean hex() {
            count = 4;
            return go(HEX);
        }

        private boolean value(int c) {
            return switch (c) {
                case '{' -> open(true);
                case '[' -> open(false);
                case '"' -> string(false);
                case 't' -> literal(0);
                case 'f' -> literal(1);
                case 'n' -> literal(2);
                case '-' -> go(MINUS);
                case '0' -> go(ZERO);
                default -> c >= '1' && c <= '9' && go(DIGITS);
            };
        }

        private boolean literal(int which) {
            literal = which;
            count = 1;
            return go(LITERAL);
        }

        private boolean after(int c) {
            return c == ',' ? go(frame.object ? NAME : VALUE) : c == (frame.object ? '}' : ']') && close();
        }

        private boolean number(int c, boolean blank) {
            boolean digit = c >= '0' && c <= '9';
            boolean ends = state == ZERO || state == DIGITS || state == FRACTION || state == POWER;
            if (digit && state != ZERO) {
                return switch (state) {
                    case MINUS -> go(c == '0' ? ZERO : DIGITS);
                    case POINT -> go(FRACTION);
                    case EXPONENT, SIGN -> go(POWER);
                    default -> true;
                };
            }
            if (c == '.' && (state == ZERO || state == DIGITS)) {
                return go(POINT);
            }
            if ((c == 'e' || c == 'E') && ends && state != POWER) {
                return go(EXPONENT);
            }
            if ((c == '+' || c == '-') && state == EXPONENT) {
                return go(SIGN);
            }
            return ends && go(AFTER) && (blank || after(c));
        }

        private boolean inString(int c) {
            if (c == '"') {
                return go(inName ? COLON : AFTER);
            }
            if (c == '\\') {
                return go(ESCAPE);
            }
            if (c < 0x80) {
                return c >= 0x20;
            }
            low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
            high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
            count = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
            return count > 0 && go(CONTINUATION);
        }

        private boolean continuation(int c) {
            boolean fits = c >= low && c <= high;
            low = 0x80;
            high = 0xBF;
            if (fits && --count == 0) {
                // So that places which differ only in a character before them are the same place.
                low = 0;
                high = 0;
                return go(STRING);
            }
            return fits;
        }
    }

    private final Frame outside = new Frame(null, false);
    private final byte[] text;
    private final long[] states;
    private final Frame[] frames;
    private final int read;

    /** Reads a text, and remembers. */
    StrictAutomaton(byte[] text) {
        this.text = text.clone();
        states = new long[text.length + 1];
        frames = new Frame[text.length + 1];
        Reader reader = new Reader(outside);
        int at = 0;
        while (true) {
            states[at] = reader.packed();
            frames[at] = reader.frame;
            if (at == text.length || !reader.take(text[at] & 0xFF)) {
                break;
            }
            at++;
        }
        read = at;
    }

    /** Whether the text is one object. */
    boolean accepts() {
        return read == text.length && (states[read] & 0xFF) == END;
    }

    /** Whether it is with another byte at one place; the text itself must be. */
    boolean acceptsWith(int at, byte value) {
        if (!accepts()) {
            throw new IllegalStateException("the text is broken without a change");
        }
        Reader reader = new Reader(outside);
        reader.restore(states[at], frames[at]);
        if (!reader.take(value & 0xFF)) {
            return false;
        }
        for (int i = at + 1; i < text.length; i++) {
            if (reader.frame == frames[i] && reader.packed() == states[i]) {
                return true;
            }
            if (!reader.take(text[i] & 0xFF)) {
                return false;
            }
        }
        return reader.state == END;
    }

    /** Whether {@code bytes[0, length)} is one object. */
    static boolean accepts(byte[] bytes, int length) {
        return new StrictAutomaton(Arrays.copyOf(bytes, length)).accepts();
    }
}
