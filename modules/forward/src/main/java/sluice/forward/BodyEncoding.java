package sluice.forward;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.responses.Check;

/**
 * How the characters of a body are written, at paths that are passed on. Some readers of JSON find out UTF-16 and UTF-32 by themselves, and
 * some go by {@code charset}: what they would find in such a body, the gateway does not. Stateless.
 */
final class BodyEncoding {
    private static final Pattern CHARSET = Pattern.compile("charset\\s*=\\s*\"?\\s*([^\\s\";,]*)");
    private static final String FORM = "application/x-www-form-urlencoded";

    private BodyEncoding() {
    }

    /** Whether nobody would read other characters in a body than the gateway. */
    static Check check(Headers headers, byte[] bytes, int length) {
        String type = type(headers);
        boolean known = length == 0 || !beginsWide(bytes, length) && (isMultipart(type) || isCommon(type));
        return known ? Check.PASSED : Check.refused(GatewayError.client(400, "invalid_json",
                "The body is not in UTF-8, and another server could read other characters in it. Send it in UTF-8."));
    }

    /**
     * Whether nobody would read an object in a body that is no JSON for the gateway: other readers take numbers that are none, marks of the
     * byte order, more depth, or commas and comments more than there may be.
     */
    static Check checkBroken(byte[] bytes, int length) {
        int at = length > 2 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF ? 3 : 0;
        while (at < length && bytes[at] <= ' ' && bytes[at] >= 0) {
            at++;
        }
        boolean opens = at < length && (bytes[at] == '{' || bytes[at] == '/');
        return opens ? Check.refused(GatewayError.client(400, "invalid_json", "The body begins as a JSON object and is not a valid one, but"
                + " another server could read one in it.")) : Check.PASSED;
    }

    /** Whether it is a form with its fields in one line, percent-encoded. */
    static boolean isPercentEncoded(Headers headers) {
        return type(headers).contains(FORM);
    }

    /** Whether it is in parts, each with a head of its own. */
    static boolean isMultipart(Headers headers) {
        return isMultipart(type(headers));
    }

    private static boolean isMultipart(String type) {
        return type.startsWith("multipart/");
    }

    private static String type(Headers headers) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.nameIs(i, "content-type")) {
                all.append(all.isEmpty() ? "" : ",").append(headers.value(i).toLowerCase(Locale.ROOT));
            }
        }
        return all.toString();
    }

    private static boolean isCommon(String type) {
        Matcher named = CHARSET.matcher(type);
        while (named.find()) {
            String charset = named.group(1);
            if (!charset.equals("utf-8") && !charset.equals("utf8") && !charset.equals("us-ascii") && !charset.equals("iso-8859-1")) {
                return false;
            }
        }
        return true;
    }

    /** Whether it begins as JSON does, in two or four bytes a character, with or without a mark that says so. */
    private static boolean beginsWide(byte[] bytes, int length) {
        byte[] start = new byte[4];
        System.arraycopy(bytes, 0, start, 0, Math.min(length, start.length));
        String latin = new String(start, StandardCharsets.ISO_8859_1);
        return latin.startsWith("\u00FE\u00FF") || latin.startsWith("\u00FF\u00FE") || latin.startsWith("\0\0\u00FE\u00FF")
                || length > 1 && opens(start[0]) && start[1] == 0 || length > 1 && start[0] == 0 && opens(start[1])
                || length > 3 && start[0] == 0 && start[1] == 0 && start[2] == 0 && opens(start[3]);
    }

    private static boolean opens(byte first) {
        return first == '{' || first == '[' || first == ' ' || first == '\n' || first == '\r' || first == '\t';
    }
}
