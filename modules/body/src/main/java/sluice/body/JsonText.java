package sluice.body;

import java.nio.charset.StandardCharsets;
import sluice.api.JsonValue;

/** Turns JSON text into values. Thread-safe. */
final class JsonText {
    private JsonText() {
    }

    /** The value whose text is {@code buffer[from, to)}. */
    static JsonValue value(byte[] buffer, int from, int to) {
        return switch (buffer[from]) {
            case '{' -> JsonValue.OBJECT;
            case '[' -> JsonValue.ARRAY;
            case 't' -> JsonValue.TRUE;
            case 'f' -> JsonValue.FALSE;
            case 'n' -> JsonValue.NULL;
            case '"' -> JsonValue.string(decode(buffer, from + 1, to - 1));
            default -> new JsonValue(JsonValue.Kind.NUMBER, new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
        };
    }

    /**
     * The text of a string literal, given without its quotation marks. Where an answer holds a broken escape, what comes out
     * is unspecified; nothing outside of the literal is read.
     */
    static String decode(byte[] buffer, int from, int to) {
        int escape = nextEscape(buffer, from, to);
        if (escape == to) {
            return new String(buffer, from, to - from, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(to - from);
        int plain = from;
        while (escape < to) {
            text.append(new String(buffer, plain, escape - plain, StandardCharsets.UTF_8));
            plain = escape + 2;
            switch (buffer[escape + 1]) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    int last = Math.min(plain + 4, to);
                    text.append(codeUnit(buffer, plain, last));
                    plain = last;
                }
                default -> text.append((char) buffer[escape + 1]);
            }
            escape = nextEscape(buffer, plain, to);
        }
        return text.append(new String(buffer, plain, to - plain, StandardCharsets.UTF_8)).toString();
    }

    private static int nextEscape(byte[] buffer, int from, int to) {
        int i = from;
        while (i < to && buffer[i] != '\\') {
            i++;
        }
        return i;
    }

    private static char codeUnit(byte[] buffer, int from, int to) {
        int unit = 0;
        for (int i = from; i < to; i++) {
            unit = unit << 4 | Character.digit(buffer[i], 16);
        }
        return (char) unit;
    }
}
