package sluice.http1;

import sluice.api.Headers;

/**
 * The head of an answer (RFC 9112 §4), with its framing decided.
 *
 * @param status 100..599
 * @param headers all lines
 * @param bodyBytes length of the body; {@link RequestHead#CHUNKED}, or {@link #UNTIL_CLOSE}
 * @param keepAlive whether the connection may be used again
 */
public record ResponseHead(int status, Headers headers, long bodyBytes, boolean keepAlive) {
    /** {@link #bodyBytes} of a body that ends with the connection. */
    public static final long UNTIL_CLOSE = -2;

    /** Of interim answers before one answer (RFC 9110 §15.2): more of them is a fault. */
    public static final int MOST_INTERIM = 16;

    /** Whether answers with this status have no body, whatever was asked (RFC 9112 §6.3). */
    public static boolean isBodyless(int status) {
        return status < 200 || status == 204 || status == 304;
    }
}
