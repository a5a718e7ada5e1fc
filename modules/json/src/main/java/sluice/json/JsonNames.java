package sluice.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Compares the names of members as RFC 8259 §8.3 wants it: after unescaping. Thread-safe. */
public final class JsonNames {
    /** The most bytes that one byte of a name can take when it is spelled as an escape. */
    static final int LONGEST_ESCAPE = 6;

    private JsonNames() {
    }

    /** The UTF-8 of a name. */
    public static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether {@code buffer[from, to)} is ASCII without escapes: letters that stand for themselves. */
    public static boolean isPlain(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] < 0 || buffer[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Whether the name whose text, without quotation marks, is {@code buffer[from, to)} is {@code name}. */
    public static boolean equal(byte[] buffer, int from, int to, byte[] name) {
        int length = to - from;
        if (length < name.length || length > LONGEST_ESCAPE * name.length) {
            return false;
        }
        if (length > name.length) {
            // Every escape is longer than what it stands for, so this can only be the same name if there is one.
            return ByteSearch.indexOf(buffer, from, to, (byte) '\\') < to
                    && JsonText.decode(buffer, from, to).equals(new String(name, StandardCharsets.UTF_8));
        }
        return Arrays.equals(buffer, from, to, name, 0, length) && ByteSearch.indexOf(buffer, from, to, (byte) '\\') == to;
    }

    /** The same for readers that do not tell small letters from large ones; {@code name} is ASCII. */
    public static boolean equalIgnoringCase(byte[] buffer, int from, int to, byte[] name) {
        int length = to - from;
        if (length < name.length || length > LONGEST_ESCAPE * name.length) {
            return false;
        }
        if (!isPlain(buffer, from, to)) {
            // Some letters outside of ASCII are forms of ASCII ones: a long s, the sign for Kelvin.
            return JsonText.decode(buffer, from, to).equalsIgnoreCase(new String(name, StandardCharsets.UTF_8));
        }
        if (length != name.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[from + i] != name[i] && Character.toLowerCase(buffer[from + i]) != Character.toLowerCase(name[i])) {
                return false;
            }
        }
        return true;
    }
}
