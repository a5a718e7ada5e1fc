package sluice.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Hides the names by which an account knows its owner (organisation, project, user) in what it says of an error, {@code Rate limit reached
 * in organization org-…}, and what looks like a key. A star takes the place of each character, so that nothing else moves. Stateless.
 */
public final class AccountNames {
    /** Shorter ones are words: {@code user-friendly}. */
    private static final int SHORTEST = 16;
    private static final byte[][] PREFIXES = {bytes("org-"), bytes("proj_"), bytes("user-")};
    /** {@code sk-…}, {@code sk-proj-…}, {@code sk-svcacct-…}. */
    private static final byte[] KEY_PREFIX = bytes("sk-");

    private AccountNames() {
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Hides them in {@code text[from, to)}; whether there were any. */
    public static boolean hide(byte[] text, int from, int to) {
        boolean any = hideBehind(KEY_PREFIX, true, text, from, to);
        for (byte[] prefix : PREFIXES) {
            any |= hideBehind(prefix, false, text, from, to);
        }
        return any;
    }

    private static boolean hideBehind(byte[] prefix, boolean key, byte[] text, int from, int to) {
        boolean any = false;
        int at = ByteSearch.indexOf(text, from, to, prefix);
        while (at >= 0) {
            int name = at + prefix.length;
            int end = name;
            while (end < to && (isPart(text[end]) || key && (text[end] == '-' || text[end] == '_'))) {
                end++;
            }
            if (end - name >= SHORTEST && (at == from || !isPart(text[at - 1]))) {
                Arrays.fill(text, name, end, (byte) '*');
                any = true;
            }
            at = ByteSearch.indexOf(text, end, to, prefix);
        }
        return any;
    }

    /** The text without them. */
    public static String hidden(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hide(bytes, 0, bytes.length) ? new String(bytes, StandardCharsets.UTF_8) : text;
    }

    private static boolean isPart(byte c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
