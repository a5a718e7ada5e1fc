/**
 * HTTP/1.1 messages as RFC 9112 frames them, read strictly: what two readers could read differently is refused.
 *
 * <p>Start at {@link sluice.http1.HttpInput}, the reading half of a connection: it gives a {@link sluice.http1.RequestHead} or
 * {@link sluice.http1.ResponseHead} with the framing decided, then the {@link sluice.http1.HttpBody}, then the next head.
 * {@link sluice.http1.ConnectTunnel} is the one exchange that is complete here. Heads are written by those who send them, with a
 * {@link sluice.net.ByteBuilder}.
 *
 * <p>Nothing here knows a route, a status's meaning or a deadline. A connection's input is confined to one thread at a time.
 */
package sluice.http1;
