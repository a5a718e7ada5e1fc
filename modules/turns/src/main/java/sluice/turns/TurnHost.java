package sluice.turns;

import sluice.forward.ByteBudget;
import sluice.websocket.WebSocketEvent;

/**
 * Serves what a socket receives, by the configuration in force; {@link WebSocketDoor} does. It is an interface so that the socket, which
 * {@link WebSocketDoor} makes, need not know it. Thread-safe.
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

    /** A message has come; whoever takes it takes its part of the byte budget. */
    void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) throws InterruptedException;

    /** What an account says between two turns, before its client hears it. */
    void overheard(String account, byte[] buffer, int offset, int length);

    /** Serves one turn to its end; runs on the thread of its stream. */
    void serve(ClientSocket socket, ClientMessage message);
}
