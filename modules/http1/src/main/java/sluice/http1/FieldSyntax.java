package sluice.http1;

import sluice.api.Headers;

/** What names and values in heads may consist of, in every version of HTTP. Stateless. */
public final class FieldSyntax {
    /** Most fields of one head; real clients send about thirty. */
    public static final int MAX_FIELDS = 256;
    /** RFC 9110 §5.6.2: characters of a token, for names and methods. */
    static final boolean[] TOKEN = new boolean[256];
    /** RFC 9110 §5.5: characters of a value, plus space and tab. */
    static final boolean[] VALUE = new boolean[256];
    private static final int MAX_LENGTH_DIGITS = 18;

    static {
        for (int c = 0x21; c < 0x7F; c++) {
            TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
        }
        for (int c = 0x20; c < 0x100; c++) {
            VALUE[c] = c != 0x7F;
        }
        VALUE['\t'] = true;
    }

    private FieldSyntax() {
    }

    /** Whether {@code text} can be a name or a method. */
    public static boolean isToken(String text) {
        return !text.isEmpty() && consistsOf(TOKEN, text);
    }

    /** Whether {@code text} can be a value; blanks around it are the caller's business. */
    public static boolean isValue(String text) {
        return consistsOf(VALUE, text);
    }

    private static boolean consistsOf(boolean[] allowed, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= allowed.length || !allowed[c]) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code text} can be a host with an optional port: no user, no path, no list. */
    public static boolean isAuthority(String text) {
        return RequestTarget.isAuthority(text);
    }

    /** The number that a Content-Length says. */
    public static long contentLength(String digits) throws FramingException {
        if (digits.isEmpty() || digits.length() > MAX_LENGTH_DIGITS) {
            throw new FramingException("Content-Length is not a number");
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                throw new FramingException("Content-Length is not a number");
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    /**
     * Refuses what a client asks for and nobody knows (RFC 9110 §10.1.1). The field is a list, in any case; HTTP/1.0 cannot ask.
     *
     * @throws FramingException with status 417
     */
    public static void checkExpectations(Headers headers) throws FramingException {
        for (int i = headers.find("expect"); i >= 0; i = headers.find("expect", i + 1)) {
            for (String expectation : headers.value(i).split(",")) {
                if (!expectation.isBlank() && !expectation.strip().equalsIgnoreCase(RequestHead.CONTINUE)) {
                    throw new FramingException(417, "an expectation other than " + RequestHead.CONTINUE);
                }
            }
        }
    }
}
