package sluice.body;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Compares the names of members as RFC 8259 §8.3 wants it: after unescaping. Thread-safe. */
final class Names {
    /** The most bytes that one byte of a name can take when it is spelled as an escape. */
    private static final int LONGEST_ESCAPE = 6;

    private Names() {
    }

    /** The UTF-8 of a name. */
    static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the name whose text, without quotation marks, is {@code buffer[from, to)} is {@code name}. */
    static boolean equal(byte[] buffer, int from, int to, byte[] name) {
        int length = to - from;
        if (length < name.length || length > LONGEST_ESCAPE * name.length) {
            return false;
        }
        if (length > name.length) {
            // Every escape is longer than what it stands for, so this can only be the same name if there is one.
            return hasEscape(buffer, from, to)
                    && JsonText.decode(buffer, from, to).equals(new String(name, StandardCharsets.UTF_8));
        }
        return Arrays.equals(buffer, from, to, name, 0, length) && !hasEscape(buffer, from, to);
    }

    private static boolean hasEscape(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\\') {
                return true;
            }
        }
        return false;
    }
}
