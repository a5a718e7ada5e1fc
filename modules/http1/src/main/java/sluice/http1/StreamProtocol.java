package sluice.http1;

import java.util.function.LongSupplier;
import sluice.net.Link;

/**
 * A protocol that carries many requests on one connection of a client, such as HTTP/2. It is found by {@link java.util.ServiceLoader} and
 * may be absent: a server without one speaks HTTP/1.1. Thread-safe.
 */
public interface StreamProtocol {
    /** Its name in a TLS handshake (ALPN, RFC 7301). */
    String name();

    /**
     * Prepares to serve a connection whose client has chosen this protocol.
     *
     * @param clock monotonic, in nanoseconds
     */
    StreamConnection over(Link link, StreamHost host, StreamLimits limits, LongSupplier clock);
}
