package sluice.records;

/**
 * Texts from outside, as they may stand in a line of a log: cut to a length, in one line, and without anything that a terminal
 * would obey or that would make the line read otherwise than it is. Stateless.
 */
public final class LogText {
    /** Most characters of a text from outside that are kept or told. */
    public static final int MOST_CHARS = 200;
    private static final String HEX = "0123456789abcdef";

    private LogText() {
    }

    /** The beginning of a text, as much of it as is kept. */
    public static String cut(String text) {
        if (text.length() <= MOST_CHARS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_CHARS - 1)) ? MOST_CHARS - 1 : MOST_CHARS;
        return text.substring(0, end);
    }

    /** Appends the beginning of a text in quotation marks, as JSON writes it. */
    public static void appendQuoted(StringBuilder line, String text) {
        String kept = cut(text);
        line.append('"');
        for (int i = 0; i < kept.length(); i++) {
            char c = kept.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (isTame(kept, i)) {
                line.append(c);
            } else {
                line.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt(c >> 8 & 15)).append(HEX.charAt(c >> 4 & 15))
                        .append(HEX.charAt(c & 15));
            }
        }
        line.append('"');
    }

    /** Appends a text bare if nobody can take it for something else, and in quotation marks otherwise. */
    public static void appendWord(StringBuilder line, String text) {
        if (text.length() <= MOST_CHARS && isBare(text)) {
            line.append(text);
        } else {
            appendQuoted(line, text);
        }
    }

    private static boolean isBare(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\' || c == '=') {
                return false;
            }
        }
        return true;
    }

    /** Not tame are controls (C0, DEL, C1), line separators, marks of direction, and halves of characters. */
    private static boolean isTame(String text, int at) {
        char c = text.charAt(at);
        if (c < 0x7F) {
            return c >= ' ';
        }
        if (Character.isSurrogate(c)) {
            return Character.isHighSurrogate(c) ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                    : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        boolean direction = c == 0x061C || c >= 0x200E && c <= 0x200F || c >= 0x2028 && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        return c > 0x9F && !direction && c != 0xFEFF;
    }
}
