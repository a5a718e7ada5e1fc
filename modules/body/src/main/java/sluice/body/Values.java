package sluice.body;

import java.nio.charset.StandardCharsets;
import sluice.api.JsonValue;
import sluice.json.JsonText;

/** Turns JSON text that is known to be valid into values. Thread-safe. */
final class Values {
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
            case '"' -> JsonValue.string(JsonText.decode(buffer, from + 1, to - 1));
            default -> new JsonValue(JsonValue.Kind.NUMBER, new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
        };
    }
}
