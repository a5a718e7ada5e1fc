package sluice.server;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The head of an HTTP/2 request, written anew as HTTP/1.1, so that the one strict parser judges it too; what could be read two
 * ways once it is written so is refused here (RFC 9113 §8.2, §8.3, §10.3). Confined to the connection's thread.
 */
final class Http2Request implements HeaderTable.Sink {
    /** Where no Content-Length is given. */
    static final long UNKNOWN_LENGTH = -1;
    private static final int MAX_LENGTH_DIGITS = 18;
    /** RFC 9113 §8.2.2: they speak of a connection, and a stream has none. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private final int streamId;
    private final int limitBytes;
    private final StringBuilder lines = new StringBuilder(256);
    private String method = "";
    private String path = "";
    private String scheme = "";
    private String authority = "";
    private String host = "";
    private long length = UNKNOWN_LENGTH;
    private boolean regular;

    /**
     * An empty head.
     *
     * @param limitBytes a head above this is cut there: the parser, whose limit it is, refuses it as too large
     */
    Http2Request(int streamId, int limitBytes) {
        this.streamId = streamId;
        this.limitBytes = limitBytes;
    }

    @Override
    public void field(HeaderTable.Field field) throws Http2Fault {
        String name = field.name();
        String value = field.value();
        check(value, ' ', "a value with a control character");
        if (name.startsWith(":")) {
            pseudo(name, value);
            return;
        }
        regular = true;
        checkName(name);
        if (OF_CONNECTIONS.contains(name) || name.equals("te") && !value.equals("trailers")) {
            throw malformed("a header field of a connection");
        }
        switch (name) {
            case "host" -> host = once(host, value);
            case "content-length" -> {
                if (length != UNKNOWN_LENGTH) {
                    throw malformed("more than one content-length");
                }
                length = number(value);
            }
            default -> {
                if (lines.length() <= limitBytes) {
                    lines.append(name).append(": ").append(value).append("\r\n");
                }
            }
        }
    }

    private void pseudo(String name, String value) throws Http2Fault {
        if (regular) {
            throw malformed("a pseudo-header behind a header field");
        }
        check(value, '!', "a pseudo-header with a space or a control character");
        switch (name) {
            case ":method" -> method = once(method, value);
            case ":path" -> path = once(path, value);
            case ":scheme" -> scheme = once(scheme, value);
            case ":authority" -> authority = once(authority, value);
            default -> throw malformed("an unknown pseudo-header");
        }
    }

    private String once(String before, String value) throws Http2Fault {
        if (!before.isEmpty() || value.isEmpty()) {
            throw malformed("a field that is empty, or given twice");
        }
        return value;
    }

    private void checkName(String name) throws Http2Fault {
        if (name.isEmpty()) {
            throw malformed("an empty name");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == ':' || c >= 'A' && c <= 'Z') {
                throw malformed("a name that is none");
            }
        }
    }

    private void check(String text, char least, String what) throws Http2Fault {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < least && !(c == '\t' && least == ' ') || c == 0x7F || c > 0xFF) {
                throw malformed(what);
            }
        }
    }

    private long number(String digits) throws Http2Fault {
        if (digits.isEmpty() || digits.length() > MAX_LENGTH_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed("a content-length that is no number");
        }
        return Long.parseLong(digits);
    }

    private Http2Fault malformed(String what) {
        return new Http2Fault(Http2Fault.PROTOCOL, streamId, what);
    }

    String method() {
        return method;
    }

    /** Announced bytes of the body, or {@link #UNKNOWN_LENGTH}. */
    long length() {
        return length;
    }

    /** Whether a body must be sent as chunks, for nobody said how long it is. */
    boolean chunked(boolean endOfStream) {
        return !endOfStream && length == UNKNOWN_LENGTH;
    }

    /**
     * The head in HTTP/1.1; it asks for the end of its connection behind the answer.
     *
     * @param endOfStream whether no body follows
     */
    byte[] head(boolean endOfStream) throws Http2Fault {
        if (method.isEmpty() || path.isEmpty() || scheme.isEmpty() || method.equals("CONNECT")) {
            throw malformed("no method, path or scheme");
        }
        if (!path.startsWith("/") && !(path.equals("*") && method.equals("OPTIONS"))) {
            throw malformed("a path that is none");
        }
        if (!authority.isEmpty() && !host.isEmpty() && !authority.equalsIgnoreCase(host)) {
            throw malformed("two hosts");
        }
        if (endOfStream && length > 0) {
            throw malformed("a content-length without a body");
        }
        String first = authority.isEmpty() ? host : authority;
        StringBuilder head = new StringBuilder(lines.length() + path.length() + 128);
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        if (!first.isEmpty()) {
            head.append("host: ").append(first).append("\r\n");
        }
        head.append("connection: close\r\n");
        if (length != UNKNOWN_LENGTH) {
            head.append("content-length: ").append(length).append("\r\n");
        } else if (!endOfStream) {
            head.append("transfer-encoding: chunked\r\n");
        }
        return head.append(lines).append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
