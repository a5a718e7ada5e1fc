package sluice.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks over JSON text in bytes (RFC 8259, UTF-8 as in RFC 3629) and checks every byte on the way. Each method takes the place
 * where something begins and returns the place after it, or {@link #FAILED}; the fault is then in {@link #faultAt} and
 * {@link #fault}.
 *
 * <p>Confined to one thread. Allocates nothing after construction.
 */
public final class JsonWalk {
    /** Returned instead of a place. */
    public static final int FAILED = -1;

    /*
     * Nearly all bytes of a body stand in strings, and nearly all of those are plain ASCII. So strings are read eight bytes
     * at a time, as one little-endian long, in which a few subtractions find the first byte that is a quotation mark, a
     * backslash, a control character or not ASCII. Such a subtraction may also mark bytes above a true hit, never below one,
     * and only the lowest mark is used; that it also marks bytes outside of ASCII does no harm, for they are hits themselves.
     * Escapes of two bytes are looked up in a table: a switch over them is a tree of branches that no processor foresees.
     */
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;

    private static final boolean[] SHORT_ESCAPES = shortEscapes();

    private static final byte[] NOTHING = {};

    private final byte[] buffer;
    private final int end;
    private final int maxDepth;
    /** A bit for each open container: set for an object. */
    private final long[] objects;
    private int depth;

    private byte[] wanted = NOTHING;
    private boolean wantedSeen;
    private int faultAt = FAILED;
    private String fault = "";

    /** Walks in {@code buffer[…, end)}, through at most {@code maxDepth} nested containers. */
    public JsonWalk(byte[] buffer, int end, int maxDepth) {
        this.buffer = buffer;
        this.end = end;
        this.maxDepth = maxDepth;
        this.objects = new long[(maxDepth >> 6) + 1];
    }

    /** Where the text is broken; {@link #FAILED} if it is not. */
    public int faultAt() {
        return faultAt;
    }

    /** What is wrong there. */
    public String fault() {
        return fault;
    }

    /** From now on looks for members of this name, at any depth; an empty name is none. */
    public void watchFor(byte[] name) {
        wanted = name;
    }

    /** Whether a member that was watched for was met, with a value that is not null. */
    public boolean watchedSeen() {
        return wantedSeen;
    }

    /** The byte at {@code i}; 0, which is legal nowhere outside of tokens, at the end. */
    public int peek(int i) {
        return i < end ? buffer[i] : 0;
    }

    /** Notes a fault. */
    public int fail(int at, String reason) {
        faultAt = Math.min(at, end);
        fault = at >= end ? "ends too early" : reason;
        return FAILED;
    }

    /** Skips white space. */
    public int space(int start) {
        int i = start;
        while (i < end) {
            int c = buffer[i];
            if (c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                break;
            }
            i++;
        }
        return i;
    }

    /** Opens the container at {@code i}; returns the place of its first part or of its end. */
    public int open(int i) {
        if (depth == maxDepth) {
            return fail(i, "nested deeper than " + maxDepth);
        }
        long bit = 1L << depth;
        if (buffer[i] == '{') {
            objects[depth >> 6] |= bit;
        } else {
            objects[depth >> 6] &= ~bit;
        }
        depth++;
        return space(i + 1);
    }

    private boolean inObject() {
        return (objects[depth - 1 >> 6] >>> depth - 1 & 1) != 0;
    }

    /** Walks over a member's name, its colon and the white space around it, to the value. */
    public int name(int i) {
        if (peek(i) != '"') {
            return fail(i, "expected a member's name");
        }
        int after = string(i + 1);
        if (after < 0) {
            return FAILED;
        }
        int value = colon(after);
        if (wanted.length > 0 && value >= 0 && peek(value) != 'n' && JsonNames.equal(buffer, i + 1, after - 1, wanted)) {
            wantedSeen = true;
        }
        return value;
    }

    /** Walks over white space, a colon and white space. */
    public int colon(int i) {
        int at = space(i);
        if (peek(at) != ':') {
            return fail(at, "expected a colon");
        }
        return space(at + 1);
    }

    /** Walks over a whole value of any kind. */
    public int value(int start) {
        int base = depth;
        int i = start;
        while (true) {
            int c = peek(i);
            if (c == '"') {
                i = string(i + 1);
            } else if (c == '{' || c == '[') {
                i = open(i);
                if (i >= 0 && peek(i) != (c == '{' ? '}' : ']')) {
                    i = c == '{' ? name(i) : i;
                    if (i < 0) {
                        return FAILED;
                    }
                    continue;
                }
                // An empty container: its end is read below.
            } else {
                i = scalar(i, c);
            }
            i = i < 0 ? FAILED : afterValue(i, base);
            if (i < 0 || depth == base) {
                return i;
            }
        }
    }

    /** After a value: closes what ends here; returns the place of the next value, or the end if all is closed. */
    private int afterValue(int start, int base) {
        int i = start;
        while (depth > base) {
            i = space(i);
            int c = peek(i);
            boolean object = inObject();
            if (c == ',') {
                i = space(i + 1);
                return object ? name(i) : i;
            }
            if (c != (object ? '}' : ']')) {
                return fail(i, object ? "expected a comma or the end of an object" : "expected a comma or the end of an array");
            }
            depth--;
            i++;
        }
        return i;
    }

    private int scalar(int i, int c) {
        return switch (c) {
            case 't' -> literal(i, "true");
            case 'f' -> literal(i, "false");
            case 'n' -> literal(i, "null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(i);
            default -> fail(i, "expected a value");
        };
    }

    private int literal(int start, String text) {
        for (int k = 1; k < text.length(); k++) {
            if (peek(start + k) != text.charAt(k)) {
                return fail(start + k, "expected " + text);
            }
        }
        return start + text.length();
    }

    private int number(int start) {
        int i = peek(start) == '-' ? start + 1 : start;
        if (peek(i) == '0') {
            i++;
        } else {
            i = digits(i);
        }
        if (i >= 0 && peek(i) == '.') {
            i = digits(i + 1);
        }
        if (i >= 0 && (peek(i) | 0x20) == 'e') {
            int sign = peek(i + 1);
            i = digits(sign == '+' || sign == '-' ? i + 2 : i + 1);
        }
        return i;
    }

    private int digits(int start) {
        int i = start;
        while (i < end && buffer[i] >= '0' && buffer[i] <= '9') {
            i++;
        }
        return i == start ? fail(i, "expected a digit") : i;
    }

    /** Walks over a string, from the byte after its first quotation mark to the one after its last. */
    public int string(int start) {
        byte[] bytes = buffer;
        int last = end - 8;
        int i = start;
        while (true) {
            while (i <= last) {
                long word = (long) LONGS.get(bytes, i);
                long stops = stops(word);
                if (stops != 0) {
                    i += Long.numberOfTrailingZeros(stops) >>> 3;
                    break;
                }
                i += 8;
            }
            int c = peek(i);
            if (c == '"') {
                return i + 1;
            } else if (c == '\\') {
                i = SHORT_ESCAPES[peek(i + 1) & 0xFF] ? i + 2 : longEscape(i + 1);
            } else if (c < 0) {
                i = characters(i);
            } else if (c < ' ') {
                return fail(i, "a control character in a string");
            } else {
                i++;
            }
            if (i < 0) {
                return FAILED;
            }
        }
    }

    /** The high bits of the bytes that are not plain; the lowest one is right. */
    private static long stops(long word) {
        return ((word ^ QUOTES) - ONES | (word ^ BACKSLASHES) - ONES | word - SPACES | word) & HIGH;
    }

    private static boolean[] shortEscapes() {
        boolean[] table = new boolean[256];
        for (char c : "\"\\/bfnrt".toCharArray()) {
            table[c] = true;
        }
        return table;
    }

    private int longEscape(int i) {
        return peek(i) == 'u' ? hexDigits(i + 1) : fail(i, "an unknown escape");
    }

    private int hexDigits(int start) {
        for (int i = start; i < start + 4; i++) {
            int c = peek(i);
            int letter = c | 0x20;
            if ((c < '0' || c > '9') && (letter < 'a' || letter > 'f')) {
                return fail(i, "expected four hexadecimal digits");
            }
        }
        return start + 4;
    }

    /** Walks over characters outside of ASCII, as many as follow each other. */
    private int characters(int start) {
        int i = start;
        while (i >= 0 && i < end && buffer[i] < 0) {
            i = character(i);
        }
        return i;
    }

    /** RFC 3629 §4: neither longer than needed, nor a surrogate, nor above U+10FFFF. */
    private int character(int i) {
        int lead = buffer[i] & 0xFF;
        int low = 0x80;
        int high = 0xBF;
        int more;
        if (lead >= 0xE0 && lead <= 0xEF) {
            low = lead == 0xE0 ? 0xA0 : low;
            high = lead == 0xED ? 0x9F : high;
            more = 2;
        } else if (lead >= 0xC2 && lead <= 0xDF) {
            more = 1;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            low = lead == 0xF0 ? 0x90 : low;
            high = lead == 0xF4 ? 0x8F : high;
            more = 3;
        } else {
            return fail(i, "not UTF-8");
        }
        int second = peek(i + 1) & 0xFF;
        if (second < low || second > high) {
            return fail(i + 1, "not UTF-8");
        }
        for (int k = 2; k <= more; k++) {
            if ((peek(i + k) & 0xC0) != 0x80) {
                return fail(i + k, "not UTF-8");
            }
        }
        return i + more + 1;
    }
}
