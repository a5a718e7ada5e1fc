package sluice.server;

import java.nio.charset.StandardCharsets;

/**
 * The head of an HTTP/2 request, written anew as HTTP/1.1, so that the one strict parser judges it too; what could be read two
 * ways once it is written so is refused here (RFC 9113 §8.2, §8.3, §10.3). Confined to the connection's thread.
 */
final class RequestFields implements HeaderTable.Sink {
    /** Where no Content-Length is given. */
    static final long UNKNOWN_LENGTH = -1;
    private static final int MAX_LENGTH_DIGITS = 18;
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

    /** An empty head. */
    RequestFields(int streamId, int limitBytes) {
        this.streamId = streamId;
        this.limitBytes = limitBytes;
    }

    @Override
    public void field(HeaderTable.Field field) throws Http2Fault {
        String name = field.name();
        String value = field.value();
        if (name.startsWith(":")) {
            pseudo(name, value);
            return;
        }
        regular = true;
        FieldRules.check(streamId, field);
        switch (name) {
            case "host" -> host = once(host, value);
            case "content-length" -> {
                if (length != UNKNOWN_LENGTH) {
                    throw malformed("more than one content-length");
                }
                length = number(value);
            }
            default -> lines.append(name).append(": ").append(value).append("\r\n");
        }
    }

    /** The fields are more than a head may have: the parser, whose limit it is, is given a head that it refuses as too large. */
    void tooLarge() {
        lines.append("x: ").repeat('x', limitBytes).append("\r\n");
    }

    private void pseudo(String name, String value) throws Http2Fault {
        if (regular) {
            throw malformed("a pseudo-header behind a header field");
        }
        FieldRules.checkPseudo(streamId, value);
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

    private long number(String digits) throws Http2Fault {
        if (digits.isEmpty() || digits.length() > MAX_LENGTH_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw malformed("a content-length that is no number");
        }
        return Long.parseLong(digits);
    }

    private Http2Fault malformed(String what) {
        return FieldRules.malformed(streamId, what);
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
