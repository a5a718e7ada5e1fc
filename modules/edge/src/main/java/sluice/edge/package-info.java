/**
 * The port for clients. {@link DataPort} accepts connections, agrees on TLS ({@link DataTls}) and gives
 * each to its protocol: {@code DataConnection} reads HTTP/1.1 requests one after another, {@code StreamDoor} is told of the
 * streams of HTTP/2. Each request becomes an exchange ({@code Http1Exchange}, {@code StreamExchange}) whose answer is one
 * {@code HttpAnswer}, over the {@code AnswerCodec} of its protocol, and is handed to the {@code Gateway}.
 *
 * <p>All limits of connections live here: {@code ConnectionLimits} for one, {@code OpenConnections} for all together. A client
 * that leaves while it waits is noticed by {@code Lookout}, for which {@code ClientWatch} reads.
 *
 * <p>Thread rule: each connection has a virtual thread; the sweeper visits it for its limits and never blocks in it.
 */
package sluice.edge;
