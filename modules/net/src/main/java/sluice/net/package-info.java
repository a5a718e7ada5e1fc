/**
 * Sockets, and what waits for them.
 *
 * <p>Start at {@link sluice.net.Link}, a connected pair of byte streams: {@link sluice.net.Dialer} opens one to an account, through
 * a {@link sluice.net.ProxyTunnel} and TLS where asked for; {@link sluice.net.SocketLink} is what it gives. A stream that
 * lasts waits on {@link sluice.net.EventLoops}, a socket that nobody reads on the {@link sluice.net.ReadPoller}, and every deadline of
 * the process on the {@link sluice.net.CoarseSweeper}.
 *
 * <p>No byte has a meaning here: messages of HTTP/1.1 and of WebSocket are read and written by the modules above this one. A link
 * belongs to one reading and one writing thread at a time; everything else is thread-safe.
 */
package sluice.net;
