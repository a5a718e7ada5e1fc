package sluice.sse;

import java.nio.charset.StandardCharsets;

/** Small readings of JSON text (RFC 8259) in bytes. Stateless and thread-safe. */
final class JsonBytes {
    static final byte[] TYPE_KEY = "\"type\"".getBytes(StandardCharsets.UTF_8);

    private JsonBytes() {
    }

    /** The first byte of {@code [from, to)} that is not white space, or {@code to}. */
    static int skipSpace(byte[] json, int from, int to) {
        int at = from;
        while (at < to && isSpace(json[at])) {
            at++;
        }
        return at;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The text of a string literal whose quotation marks are outside {@code [from, to)}; a broken escape is left out. */
    static String text(byte[] json, int from, int to) {
        String raw = new String(json, from, to - from, StandardCharsets.UTF_8);
        int at = raw.indexOf('\\');
        if (at < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder(raw.length());
        out.append(raw, 0, at);
        while (at < raw.length()) {
            char c = raw.charAt(at++);
            if (c != '\\') {
                out.append(c);
            } else if (at < raw.length()) {
                at = appendEscaped(out, raw, at);
            }
        }
        return out.toString();
    }

    private static int appendEscaped(StringBuilder out, String raw, int at) {
        char c = raw.charAt(at);
        switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'u' -> {
                return appendUnicode(out, raw, at + 1);
            }
            default -> out.append(c);
        }
        return at + 1;
    }

    private static int appendUnicode(StringBuilder out, String raw, int at) {
        int code = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = i < raw.length() ? Character.digit(raw.charAt(i), 16) : -1;
            if (digit < 0) {
                return i;
            }
            code = code << 4 | digit;
        }
        out.append((char) code);
        return at + 4;
    }
}
