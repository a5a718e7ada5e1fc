package sluice.json;

import java.nio.charset.StandardCharsets;

/** The text of JSON string literals. Thread-safe. */
public final class JsonText {
    private static final int HEX_DIGITS = 4;

    private JsonText() {
    }

    /**
     * The text of a string literal, given without its quotation marks. A broken escape is left out, also one that is cut off
     * by {@code to}; nothing outside of {@code [from, to)} is read.
     */
    public static String decode(byte[] json, int from, int to) {
        int escape = ByteSearch.indexOf(json, from, to, (byte) '\\');
        if (escape == to) {
            return new String(json, from, to - from, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(to - from);
        int plain = from;
        while (escape < to) {
            text.append(new String(json, plain, escape - plain, StandardCharsets.UTF_8));
            plain = escape + 1 < to ? appendEscaped(text, json, escape + 1, to) : to;
            escape = ByteSearch.indexOf(json, plain, to, (byte) '\\');
        }
        return text.append(new String(json, plain, to - plain, StandardCharsets.UTF_8)).toString();
    }

    private static int appendEscaped(StringBuilder text, byte[] json, int at, int to) {
        switch (json[at]) {
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case '"', '\\', '/' -> text.append((char) json[at]);
            case 'u' -> {
                return appendUnit(text, json, at + 1, to);
            }
            default -> {
                // What follows the backslash is no escape, and may be the first byte of a longer character.
                return at;
            }
        }
        return at + 1;
    }

    private static int appendUnit(StringBuilder text, byte[] json, int from, int to) {
        int unit = 0;
        for (int i = from; i < from + HEX_DIGITS; i++) {
            int digit = i < to ? Character.digit(json[i], 16) : -1;
            if (digit < 0) {
                return i;
            }
            unit = unit << 4 | digit;
        }
        text.append((char) unit);
        return from + HEX_DIGITS;
    }
}
