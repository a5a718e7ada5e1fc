/**
 * WebSocket mode: each message of a client is an exchange like any other. {@link WebSocketDoor} opens a client's connection; its
 * {@code ClientSocket} receives messages, whose bytes {@code ArrivingMessage} takes from the budget. The {@code TurnDesk} finds out
 * what is {@code MessageKind}, and runs the turns of each stream one after another: a {@code ClientMessage} becomes a {@code TurnExchange}
 * with a {@code TurnAnswer}, which the {@code Gateway} handles as it handles every request; {@code SseMessages} makes messages of the
 * events. {@code TurnWay} is what turns really do otherwise: they stay on the one connection to an account that their client keeps, and
 * leave it only if they must. {@code WebSocketOffer} knows whom it pays to let in.
 *
 * <p>Thread rule: a thread receives for each client, and one more serves each stream that has turns.
 */
package sluice.turns;
