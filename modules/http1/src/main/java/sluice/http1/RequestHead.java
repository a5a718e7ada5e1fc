package sluice.http1;

import sluice.api.Headers;

/**
 * The head of a request (RFC 9112 §3), with its framing decided.
 *
 * @param method as spelled
 * @param target origin-form path with its query, or {@code *}
 * @param minorVersion 0 or 1, of HTTP/1
 * @param headers all lines
 * @param bodyBytes length of the body; 0 if there is none, {@link #CHUNKED} if it is chunked
 * @param keepAlive whether the connection may be used for another request
 */
public record RequestHead(String method, String target, int minorVersion, Headers headers, long bodyBytes, boolean keepAlive) {
    /** {@link #bodyBytes} of a chunked body. */
    public static final long CHUNKED = -1;

    static final String CONTINUE = "100-continue";

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    public boolean expectsContinue() {
        for (int i = headers.find("expect"); i >= 0 && minorVersion == 1; i = headers.find("expect", i + 1)) {
            // other expectations have been refused, so whatever is asked for is this
            if (!headers.value(i).isBlank()) {
                return true;
            }
        }
        return false;
    }

    /** Whether the request only reads, and so may run twice (RFC 9110 §9.2.1). */
    public boolean isSafe() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The target without its query. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The query with its question mark; empty without one. */
    public String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query);
    }
}
