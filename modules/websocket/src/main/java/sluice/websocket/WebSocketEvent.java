package sluice.websocket;

import java.nio.charset.StandardCharsets;

/** What {@link WebSocketConnection#receive} returns. */
public sealed interface WebSocketEvent {
    /**
     * A whole message, its fragments joined. The bytes belong to the connection and are gone with the next
     * {@link WebSocketConnection#receive}, unless {@link WebSocketConnection#keepMessage} is called before.
     *
     * @param text whether it is a text message, and then valid UTF-8
     * @param buffer holds the payload, with room for a frame header before it
     * @param offset where the payload starts
     * @param length size of the payload
     */
    record Message(boolean text, byte[] buffer, int offset, int length) implements WebSocketEvent {
        /** The payload as text. For messages that are known to be small. */
        public String asText() {
            return new String(buffer, offset, length, StandardCharsets.UTF_8);
        }
    }

    /** An answer to a ping. */
    record Pong(byte[] payload) implements WebSocketEvent { }

    /**
     * The connection has ended: there is nothing more to receive. The close frame, if one is owed, is on its way.
     *
     * @param code what the peer sent, {@link CloseCodes#NONE} or {@link CloseCodes#ABNORMAL}; or what a violation was
     *     answered with
     * @param reason the peer's text, or ours for a violation or a broken connection
     * @param byPeer whether the peer ended it; false for a violation that we answered with {@code code}
     */
    record Closed(int code, String reason, boolean byPeer) implements WebSocketEvent { }
}
