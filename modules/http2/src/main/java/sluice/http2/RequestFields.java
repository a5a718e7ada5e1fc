package sluice.http2;

import sluice.api.Headers;
import sluice.http1.FieldSyntax;
import sluice.http1.FramingException;
import sluice.http1.RequestHead;

/**
 * The fields of a request as they come (RFC 9113 §8.3), and the head that they make. What HTTP/2 forbids is a fault of the stream; what
 * HTTP/1.1 would refuse with an answer is refused with the same answer. Confined to the connection's thread.
 */
final class RequestFields implements HeaderTable.Sink {
    private final int streamId;
    private final Headers.Builder headers = Headers.builder();
    private String method = "";
    private String path = "";
    private String scheme = "";
    private String authority = "";
    private String host = "";
    private long length = RequestHead.CHUNKED;
    private boolean regular;

    RequestFields(int streamId) {
        this.streamId = streamId;
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
        if (name.equals("host")) {
            host = once(host, value);
            return;
        }
        if (name.equals("content-length")) {
            length = length(value);
        }
        headers.add(name, value);
    }

    private void pseudo(String name, String value) throws Http2Fault {
        if (regular) {
            throw malformed("a pseudo-header behind a field");
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

    private long length(String digits) throws Http2Fault {
        if (length != RequestHead.CHUNKED) {
            throw malformed("more than one content-length");
        }
        try {
            return FieldSyntax.contentLength(digits);
        } catch (FramingException e) {
            throw malformed(e.getMessage());
        }
    }

    private Http2Fault malformed(String what) {
        return FieldRules.malformed(streamId, what);
    }

    /** Announced bytes of the body, or {@link RequestHead#CHUNKED} where nobody said how many. */
    long length() {
        return length;
    }

    /**
     * The head.
     *
     * @param whole whether all fields have come; they have not if they were too many
     * @param endOfStream whether no body follows
     */
    HeadOrRefusal head(boolean whole, boolean endOfStream) throws Http2Fault {
        if (!whole) {
            return new HeadOrRefusal.Refused(new FramingException(431, "the request head is larger than it may be"));
        }
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
        try {
            return new HeadOrRefusal.Head(new RequestHead(method, path, 1, checked(), endOfStream ? 0 : length, true));
        } catch (FramingException e) {
            return new HeadOrRefusal.Refused(e);
        }
    }

    /** The fields, if they keep the rules of all versions. */
    private Headers checked() throws FramingException {
        String first = authority.isEmpty() ? host : authority;
        if (!FieldSyntax.isToken(method)) {
            throw new FramingException("the method is no token");
        }
        if (first.isEmpty() || !FieldSyntax.isAuthority(first)) {
            throw new FramingException(first.isEmpty() ? "no Host" : "the Host is not a host");
        }
        Headers lines = headers.add("host", first).build();
        FieldSyntax.checkExpectations(lines);
        return lines;
    }
}
