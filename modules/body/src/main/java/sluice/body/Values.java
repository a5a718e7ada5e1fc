package sluice.body;

import java.nio.charset.StandardCharsets;
import sluice.api.JsonValue;
import sluice.json.JsonText;

/** Turns JSON text that is known to be valid into values. Thread-safe. */
final class Values {
    /** Longer than any text that is asked for: of a longer one, copies would cost more than the body itself. */
    static final int LONGEST_BYTES = 16 * 1024;

    private Values() {
    }

    /** The value whose text is {@code buffer[from, to)}. */
    static JsonValue of(byte[] buffer, int from, int to) {
        return switch (buffer[from]) {
            case '{' -> JsonValue.OBJECT;
            case '[' -> JsonValue.ARRAY;
            case 't' -> JsonValue.TRUE;
            case 'f' -> JsonValue.FALSE;
            case 'n' -> JsonValue.NULL;
            case '"' -> JsonValue.string(JsonText.decode(buffer, from + 1, textEnd(buffer, from + 1, to - 1)));
            default -> new JsonValue(JsonValue.Kind.NUMBER, new String(buffer, from, Math.min(to - from, LONGEST_BYTES),
                    StandardCharsets.ISO_8859_1));
        };
    }

    /** The end of the text {@code [from, to)}, or of as much of it as is kept, between two characters. */
    private static int textEnd(byte[] buffer, int from, int to) {
        if (to - from <= LONGEST_BYTES) {
            return to;
        }
        int end = from + LONGEST_BYTES;
        while (isInsideCharacter(buffer[end])) {
            end--;
        }
        // An escape that is cut off is left out when the text is decoded.
        return end;
    }

    private static boolean isInsideCharacter(byte b) {
        return (b & 0xC0) == 0x80;
    }
}
