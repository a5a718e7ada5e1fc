/**
 * WebSocket (RFC 6455) without extensions, one codec for both ends.
 *
 * <p>{@link sluice.websocket.WebSocketHandshake} opens, on a connection that {@link sluice.http1.HttpInput} reads; then
 * {@link sluice.websocket.WebSocketConnection} receives whole messages and sends them. One thread receives; any thread sends.
 *
 * <p>What a message says is nobody's business here; how much memory one may take is asked of a {@link sluice.websocket.MessageRoom}.
 */
package sluice.websocket;
