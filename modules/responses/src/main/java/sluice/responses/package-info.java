/**
 * The grammar of the Responses API, once for JSON answers, event streams and WebSocket messages.
 *
 * <ul>
 *   <li>{@link sluice.responses.ErrorJson}, {@link sluice.responses.ErrorEvent} and {@link sluice.responses.ErrorMessage} are the
 *       voice of errors: the body of an answer, the last event of a stream, a message of a WebSocket.
 *   <li>{@link sluice.responses.RestoredNames} puts the client's name of a model in place of the upstream's.
 * </ul>
 *
 * <p>It knows no account, no connection and no policy. Its types are immutable or stateless where they do not say otherwise.
 */
package sluice.responses;
