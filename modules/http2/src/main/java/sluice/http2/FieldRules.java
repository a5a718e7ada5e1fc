package sluice.http2;

import java.util.Set;
import sluice.http1.FieldSyntax;

/** What a field of a head or of trailers must be in HTTP/2 (RFC 9113 §8.2), beside what it must be anyway. Stateless. */
final class FieldRules {
    /** RFC 9113 §8.2.2: they speak of a connection, and a stream has none. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private FieldRules() {
    }

    /** Checks a field that is no pseudo-header. */
    static void check(int streamId, HeaderTable.Field field) throws Http2Fault {
        String name = field.name();
        String value = field.value();
        if (!FieldSyntax.isToken(name)) {
            throw malformed(streamId, "a name that is none");
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
                throw malformed(streamId, "a name in upper case");
            }
        }
        if (!FieldSyntax.isValue(value)) {
            throw malformed(streamId, "a value with a control character");
        }
        if (!value.isEmpty() && (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)))) {
            throw malformed(streamId, "a value with a blank around it");
        }
        if (OF_CONNECTIONS.contains(name) || name.equals("te") && !value.equals("trailers")) {
            throw malformed(streamId, "a field of a connection");
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether a field of an answer would speak of a connection of HTTP/1.1. */
    static boolean isOfConnection(String name) {
        return OF_CONNECTIONS.contains(name);
    }

    /** Checks a field of trailers, which hold no pseudo-headers (§8.1). */
    static void checkTrailer(int streamId, HeaderTable.Field field) throws Http2Fault {
        if (field.name().startsWith(":")) {
            throw malformed(streamId, "a pseudo-header in trailers");
        }
        check(streamId, field);
    }

    /** Checks the value of a pseudo-header: what would stand in a request line or in Host. */
    static void checkPseudo(int streamId, String value) throws Http2Fault {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7F) {
                throw malformed(streamId, "a pseudo-header with a space or a control character");
            }
        }
    }

    static Http2Fault malformed(int streamId, String what) {
        return new Http2Fault(Http2Fault.PROTOCOL, streamId, what);
    }
}
