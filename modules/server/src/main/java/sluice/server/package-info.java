/**
 * The gateway server, to be read in the order of a request's life: {@code Exchange} and {@code Answer}
 * (an HTTP/1.1 request, or a turn of a WebSocket), {@code Gateway}, {@code Forwarding}, {@code BodyReader}, {@code Call},
 * {@code FailoverLoop}, {@code Attempt}, {@code Way}. What they are made from is put together by {@code Assembly}; {@code
 * GatewayProcess} is the life of the whole.
 *
 * <p>Thread rule: a request stays on its own virtual thread from its first byte to its last.
 */
package sluice.server;
