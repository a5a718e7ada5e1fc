package sluice.http1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sluice.api.Headers;

/**
 * Parses the head of an HTTP/1.1 message strictly: what two readers could read differently is refused (RFC 9112 §2.2, §5.1,
 * §5.2, §6.1, §6.3, §11.2). Stateless.
 */
final class HeadParser {
    private static final boolean[] TOKEN = FieldSyntax.TOKEN;
    private static final boolean[] VALUE = FieldSyntax.VALUE;

    private HeadParser() {
    }

    /** Parses {@code head[0, end)}, which ends with the blank line. */
    static RequestHead request(byte[] head, int end) throws FramingException {
        int methodEnd = tokenEnd(head, 0);
        if (methodEnd == 0 || head[methodEnd] != ' ') {
            throw new FramingException("the request line does not start with a method and one space");
        }
        int targetStart = methodEnd + 1;
        int targetEnd = targetStart;
        while (head[targetEnd] > ' ' && head[targetEnd] < 0x7F) {
            targetEnd++;
        }
        if (targetEnd == targetStart || head[targetEnd] != ' ') {
            throw new FramingException("the request target is empty or holds characters that are not allowed");
        }
        int minor = minorVersion(head, targetEnd + 1);
        int lines = targetEnd + 1 + "HTTP/1.1".length();
        expectCrlf(head, lines);
        Headers headers = headers(head, lines + 2, end);
        String host = host(headers, minor);
        long length = bodyBytes(headers, minor);
        if (minor == 1) {
            FieldSyntax.checkExpectations(headers);
        }
        String method = method(head, methodEnd);
        String target = target(head, targetStart, targetEnd);
        return new RequestHead(method, target.startsWith("/") ? target : RequestTarget.inOriginForm(method, target, host), minor,
                headers, length == ResponseHead.UNTIL_CLOSE ? 0 : length, keepAlive(headers, minor));
    }

    /** RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one in HTTP/1.0, and nothing in it that is no host. */
    private static String host(Headers headers, int minor) throws FramingException {
        int index = headers.find("host");
        if (index < 0) {
            if (minor == 1) {
                throw new FramingException("no Host");
            }
            return "";
        }
        if (headers.find("host", index + 1) >= 0) {
            throw new FramingException("more than one Host");
        }
        String host = headers.value(index);
        if (!RequestTarget.isAuthority(host)) {
            throw new FramingException("the Host is not a host");
        }
        return host;
    }

    /** Parses {@code head[0, end)}, which ends with the blank line, as the answer to {@code method}. */
    static ResponseHead response(byte[] head, int end, String method) throws FramingException {
        int minor = minorVersion(head, 0);
        int at = "HTTP/1.1".length();
        if (head[at] != ' ') {
            throw new FramingException("the status line has no space after the version");
        }
        int status = 0;
        for (int i = at + 1; i < at + 4; i++) {
            if (head[i] < '0' || head[i] > '9') {
                throw new FramingException("the status is not a number of three digits");
            }
            status = status * 10 + head[i] - '0';
        }
        if (status < 100 || status > 599) {
            throw new FramingException("the status is out of range");
        }
        int line = at + 4;
        if (head[line] != ' ' && head[line] != '\r') {
            throw new FramingException("the status is not a number of three digits");
        }
        while (VALUE[head[line] & 0xFF]) {
            line++;
        }
        expectCrlf(head, line);
        Headers headers = headers(head, line + 2, end);
        long length = bodyBytes(headers, minor);
        if (ResponseHead.isBodyless(status) || method.equals("HEAD")) {
            length = 0;
        }
        return new ResponseHead(status, headers, length, length != ResponseHead.UNTIL_CLOSE && keepAlive(headers, minor));
    }

    private static Headers headers(byte[] head, int from, int end) throws FramingException {
        int[] spans = new int[16 * Headers.SPAN_INTS];
        int count = 0;
        int at = from;
        while (at < end - 2) {
            if (count == FieldSyntax.MAX_FIELDS) {
                throw new FramingException(431, "more than " + FieldSyntax.MAX_FIELDS + " header lines");
            }
            int nameEnd = tokenEnd(head, at);
            if (nameEnd == at || head[nameEnd] != ':') {
                throw new FramingException("a header line does not start with a name and a colon");
            }
            int valueStart = nameEnd + 1;
            while (head[valueStart] == ' ' || head[valueStart] == '\t') {
                valueStart++;
            }
            int lineEnd = valueStart;
            while (VALUE[head[lineEnd] & 0xFF]) {
                lineEnd++;
            }
            expectCrlf(head, lineEnd);
            int valueEnd = lineEnd;
            while (valueEnd > valueStart && (head[valueEnd - 1] == ' ' || head[valueEnd - 1] == '\t')) {
                valueEnd--;
            }
            if ((count + 1) * Headers.SPAN_INTS > spans.length) {
                spans = Arrays.copyOf(spans, spans.length * 2);
            }
            int span = count++ * Headers.SPAN_INTS;
            spans[span] = at;
            spans[span + 1] = nameEnd;
            spans[span + 2] = valueStart;
            spans[span + 3] = valueEnd;
            at = lineEnd + 2;
        }
        expectCrlf(head, at);
        return Headers.over(head, spans, count);
    }

    /** The framing of RFC 9112 §6.3; {@link ResponseHead#UNTIL_CLOSE} where no header says any. */
    private static long bodyBytes(Headers headers, int minor) throws FramingException {
        int length = headers.find("content-length");
        int coding = headers.find("transfer-encoding");
        if (coding >= 0) {
            if (length >= 0) {
                throw new FramingException("both Content-Length and Transfer-Encoding");
            }
            if (minor == 0 || headers.find("transfer-encoding", coding + 1) >= 0) {
                throw new FramingException("Transfer-Encoding in HTTP/1.0, or more than once");
            }
            if (!headers.valueIs(coding, "chunked")) {
                throw new FramingException(501, "a Transfer-Encoding other than chunked");
            }
            return RequestHead.CHUNKED;
        }
        if (length < 0) {
            return ResponseHead.UNTIL_CLOSE;
        }
        if (headers.find("content-length", length + 1) >= 0) {
            throw new FramingException("more than one Content-Length");
        }
        return FieldSyntax.contentLength(headers.value(length));
    }

    private static boolean keepAlive(Headers headers, int minor) {
        boolean keep = minor == 1;
        for (int i = headers.find("connection"); i >= 0; i = headers.find("connection", i + 1)) {
            if (headers.valueIs(i, "keep-alive")) {
                keep = true;
            } else if (headers.valueIs(i, "close")) {
                return false;
            } else if (namesClose(headers.value(i))) {
                return false;
            }
        }
        return keep;
    }

    private static boolean namesClose(String list) {
        for (String option : list.split(",")) {
            if (option.strip().equalsIgnoreCase("close")) {
                return true;
            }
        }
        return false;
    }

    private static int minorVersion(byte[] head, int at) throws FramingException {
        String version = "HTTP/1.";
        if (at + version.length() + 1 > head.length) {
            throw new FramingException("the version is missing");
        }
        for (int i = 0; i < version.length(); i++) {
            if (head[at + i] != version.charAt(i)) {
                throw new FramingException(head[at] == 'H' ? 505 : 400, "the version is not HTTP/1.0 or HTTP/1.1");
            }
        }
        int minor = head[at + version.length()] - '0';
        if (minor != 0 && minor != 1) {
            throw new FramingException(505, "the version is not HTTP/1.0 or HTTP/1.1");
        }
        return minor;
    }

    /** Scans stop at the latest at the CR LF CR LF that ends the head, so that no bound is checked for each byte. */
    private static int tokenEnd(byte[] head, int from) {
        int at = from;
        while (TOKEN[head[at] & 0xFF]) {
            at++;
        }
        return at;
    }

    private static void expectCrlf(byte[] head, int at) throws FramingException {
        if (at + 1 >= head.length || head[at] != '\r' || head[at + 1] != '\n') {
            throw new FramingException("a line holds a control character or does not end in CR LF");
        }
    }

    private static String method(byte[] head, int end) {
        if (end == 4 && head[0] == 'P' && head[1] == 'O' && head[2] == 'S' && head[3] == 'T') {
            return "POST";
        }
        return new String(head, 0, end, StandardCharsets.ISO_8859_1);
    }

    private static String target(byte[] head, int from, int to) {
        String usual = "/v1/responses";
        if (to - from == usual.length()) {
            int i = 0;
            while (i < usual.length() && head[from + i] == usual.charAt(i)) {
                i++;
            }
            if (i == usual.length()) {
                return usual;
            }
        }
        return new String(head, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
