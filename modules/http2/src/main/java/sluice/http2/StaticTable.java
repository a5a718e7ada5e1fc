package sluice.http2;

import sluice.http2.HeaderTable.Field;

/** The header fields that every client and server of HTTP/2 knows (RFC 7541 appendix A); a name alone has an empty value. */
final class StaticTable {
    private static final Field[] FIELDS = fields(":authority", "", ":method", "GET", ":method", "POST", ":path", "/",
            ":path", "/index.html", ":scheme", "http", ":scheme", "https", ":status", "200", ":status", "204", ":status", "206",
            ":status", "304", ":status", "400", ":status", "404", ":status", "500", "accept-charset", "",
            "accept-encoding", "gzip, deflate", "accept-language", "", "accept-ranges", "", "accept", "",
            "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "", "cache-control", "",
            "content-disposition", "", "content-encoding", "", "content-language", "", "content-length", "",
            "content-location", "", "content-range", "", "content-type", "", "cookie", "", "date", "", "etag", "", "expect", "",
            "expires", "", "from", "", "host", "", "if-match", "", "if-modified-since", "", "if-none-match", "", "if-range", "",
            "if-unmodified-since", "", "last-modified", "", "link", "", "location", "", "max-forwards", "",
            "proxy-authenticate", "", "proxy-authorization", "", "range", "", "referer", "", "refresh", "", "retry-after", "",
            "server", "", "set-cookie", "", "strict-transport-security", "", "transfer-encoding", "", "user-agent", "",
            "vary", "", "via", "", "www-authenticate", "");

    /** Number of fields; their indices begin with 1. */
    static final int SIZE = FIELDS.length;

    private StaticTable() {
    }

    private static Field[] fields(String... texts) {
        Field[] fields = new Field[texts.length / 2];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = new Field(texts[2 * i], texts[2 * i + 1]);
        }
        return fields;
    }

    /** The field of an index from 1 to {@link #SIZE}. */
    static Field field(int index) {
        return FIELDS[index - 1];
    }
}
