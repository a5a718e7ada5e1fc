package sluice.turns;

import sluice.forward.ByteBudget;
import sluice.websocket.WebSocketEvent;

/**
 * What a socket asks, under the configuration in force, and to whom it gives what it receives: {@link TurnDesk}, which the socket need
 * not know. Thread-safe.
 */
interface TurnHost {
    /** The rules in force. */
    TurnRules rules();

    /** Whether the gateway is shutting down. */
    boolean draining();

    /** Whether a turn ends when its client leaves. */
    boolean cancelsWhenClientLeaves();

    /** Whether the key that opened a socket would open it now. */
    boolean isStillAllowed(ClientSocket socket);

    /** A message has come: it is taken with its part of the byte budget, or refused. Does not wait for what it asks for. */
    void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) throws InterruptedException;

    /** What an account says between two turns, before its client hears it. */
    void overheard(String account, byte[] buffer, int offset, int length);
}
