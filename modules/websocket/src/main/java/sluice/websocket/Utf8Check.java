package sluice.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks that bytes which come in pieces are UTF-8 (RFC 3629 §4: no overlong form, no surrogate, nothing above U+10FFFF), and
 * fails at the first byte that cannot be right. Confined to one thread.
 */
public final class Utf8Check {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final int CONTINUATION_LOW = 0x80;
    private static final int CONTINUATION_HIGH = 0xBF;

    /** Continuation bytes still to come, and what the next one may be. */
    private int expected;
    private int low = CONTINUATION_LOW;
    private int high = CONTINUATION_HIGH;

    /** Whether {@code bytes[from, to)} are a whole text in UTF-8. */
    public static boolean isText(byte[] bytes, int from, int to) {
        Utf8Check check = new Utf8Check();
        return check.accept(bytes, from, to) && check.complete();
    }

    /** Starts a new text. */
    void reset() {
        expected = 0;
        low = CONTINUATION_LOW;
        high = CONTINUATION_HIGH;
    }

    /** Whether the text may end here: not within a character. */
    boolean complete() {
        return expected == 0;
    }

    /** Takes {@code bytes[from, to)}; false if they are not the next part of a text in UTF-8. */
    boolean accept(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (expected == 0) {
                while (i + Long.BYTES <= to && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
                    i += Long.BYTES;
                }
                if (i == to) {
                    return true;
                }
            }
            int b = bytes[i++] & 0xFF;
            if (expected == 0 ? !lead(b) : !continuation(b)) {
                return false;
            }
        }
        return true;
    }

    private boolean continuation(int b) {
        if (b < low || b > high) {
            return false;
        }
        expected--;
        low = CONTINUATION_LOW;
        high = CONTINUATION_HIGH;
        return true;
    }

    /** The table of RFC 3629 §4, by the first byte: how many follow, and which second bytes are left. */
    private boolean lead(int b) {
        if (b < 0x80) {
            return true;
        }
        if (b < 0xC2 || b > 0xF4) {
            return false;
        }
        expected = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
        switch (b) {
            case 0xE0 -> low = 0xA0;
            case 0xED -> high = 0x9F;
            case 0xF0 -> low = 0x90;
            case 0xF4 -> high = 0x8F;
            default -> { }
        }
        return true;
    }
}
