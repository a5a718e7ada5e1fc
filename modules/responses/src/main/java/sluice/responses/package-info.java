/**
 * The grammar of the Responses API, once for JSON answers, event streams and WebSocket messages.
 *
 * <ul>
 *   <li>{@link sluice.responses.Route} and {@link sluice.responses.RequestCheck}: which requests there are, and what two readers
 *       must not read in two ways; {@link sluice.responses.SessionSource}: where they name their session.
 *   <li>{@link sluice.responses.EventType}: what opens, carries and ends a response.
 *   <li>{@link sluice.responses.AnswerTree}: where ids, usage and errors stand in an answer; {@link sluice.responses.AnswerFacts}
 *       collects them.
 *   <li>{@link sluice.responses.ErrorJson}, {@link sluice.responses.ErrorEvent} and {@link sluice.responses.ErrorMessage} are the
 *       voice of errors: the body of an answer, the last event of a stream, a message of a WebSocket.
 *   <li>{@link sluice.responses.ModelGate} finds the upstream's name of a model, and {@link sluice.responses.RestoredNames} puts the
 *       client's in its place.
 * </ul>
 *
 * <p>It knows no account, no connection and no policy. Its types are immutable or stateless where they do not say otherwise.
 */
package sluice.responses;
