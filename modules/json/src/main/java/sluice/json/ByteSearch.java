package sluice.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches in byte arrays, eight bytes at a time. Stateless and thread-safe.
 *
 * <p>A byte of a word is zero exactly where {@code (x - 0x01…) & ~x & 0x80…} has its lowest bit set: Hacker's Delight §6-1.
 * Higher hits may be false, so only the first one is used.
 */
public final class ByteSearch {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;

    private ByteSearch() {
    }

    /** The first CR or LF in {@code [from, to)}, or {@code to}. */
    public static int lineEnd(byte[] bytes, int from, int to) {
        return either(bytes, from, to, '\n', '\r');
    }

    /** The first quotation mark or backslash in {@code [from, to)}, or {@code to}. */
    public static int quoteOrBackslash(byte[] bytes, int from, int to) {
        return either(bytes, from, to, '"', '\\');
    }

    /** The first {@code wanted} in {@code [from, to)}, or {@code to}. */
    public static int indexOf(byte[] bytes, int from, int to, byte wanted) {
        return either(bytes, from, to, wanted & 0xFF, wanted & 0xFF);
    }

    /** The first byte of {@code [from, to)} that is not JSON's white space, or {@code to}. */
    public static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    /** Whether this is white space between the tokens of JSON (RFC 8259 §2). */
    public static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The first place in {@code [from, to)} where {@code needle} stands whole, or -1. The needle is not empty. */
    public static int indexOf(byte[] bytes, int from, int to, byte[] needle) {
        int last = to - needle.length;
        byte first = needle[0];
        byte end = needle[needle.length - 1];
        int gap = needle.length - 1;
        long firsts = (first & 0xFF) * LOW;
        long ends = (end & 0xFF) * LOW;
        int at = from;
        // Both the first and the last byte must fit: in JSON a single byte is met too often.
        for (; at + 7 <= last; at += 8) {
            long x = (long) WORDS.get(bytes, at) ^ firsts;
            long y = (long) WORDS.get(bytes, at + gap) ^ ends;
            long miss = x | y;
            long hits = (miss - LOW) & ~miss & HIGH;
            while (hits != 0) {
                int found = at + (Long.numberOfTrailingZeros(hits) >>> 3);
                if (matches(bytes, found, needle)) {
                    return found;
                }
                hits &= hits - 1;
            }
        }
        for (; at <= last; at++) {
            if (bytes[at] == first && matches(bytes, at, needle)) {
                return at;
            }
        }
        return -1;
    }

    /** Whether {@code needle} stands at {@code at}; the caller knows that there is room for it. */
    public static boolean matches(byte[] bytes, int at, byte[] needle) {
        for (int i = 0; i < needle.length; i++) {
            if (bytes[at + i] != needle[i]) {
                return false;
            }
        }
        return true;
    }

    private static long hits(long word, long as, long bs) {
        long x = word ^ as;
        long y = word ^ bs;
        return ((x - LOW) & ~x | (y - LOW) & ~y) & HIGH;
    }

    private static int place(long hits) {
        return Long.numberOfTrailingZeros(hits) >>> 3;
    }

    private static int either(byte[] bytes, int from, int to, int a, int b) {
        long as = a * LOW;
        long bs = b * LOW;
        int at = from;
        // Two words for each turn of the loop: one branch for sixteen bytes.
        for (; at + 16 <= to; at += 16) {
            long first = hits((long) WORDS.get(bytes, at), as, bs);
            long second = hits((long) WORDS.get(bytes, at + 8), as, bs);
            if ((first | second) != 0) {
                return first != 0 ? at + place(first) : at + 8 + place(second);
            }
        }
        if (at + 8 <= to) {
            long hits = hits((long) WORDS.get(bytes, at), as, bs);
            if (hits != 0) {
                return at + place(hits);
            }
            at += 8;
        }
        for (; at < to; at++) {
            if (bytes[at] == a || bytes[at] == b) {
                return at;
            }
        }
        return to;
    }
}
