package sluice.api;

/**
 * Pooled WebSocket connections to accounts. As an {@link Upstream} it serves single HTTP requests, {@code POST /responses}
 * only: the events of the answer come as SSE. {@link #bind} gives a client that speaks WebSocket itself a connection to keep.
 * Thread-safe.
 */
public interface TurnPool extends Upstream {
    /** Service: makes pools. */
    interface Factory extends Named {
        /** A pool with no connections yet. */
        TurnPool create(UpstreamSettings upstream, WebSocketSettings settings);

        /** A pool with no connections yet, whose seats are kept by {@code seats}. */
        TurnPool create(UpstreamSettings upstream, WebSocketSettings settings, ConnectionSeats.Factory seats);
    }

    /**
     * The connection of a WebSocket client that has none yet. It must be closed when the client leaves.
     *
     * @param strays hears what accounts say outside of any turn
     */
    Binding bind(Strays strays);

    /** Seats and connections of an account; all zero if it has none. */
    ConnectionSeats.Counts counts(String account);

    /**
     * The one connection to an account that a WebSocket client keeps: opened by its first turn, shared by the turns of its
     * streams, replaced when it is lost or when a turn goes to another account. An idle one of the same (account, client, session
     * key, {@code openai-beta}, query) is taken over. Thread-safe.
     */
    interface Binding extends AutoCloseable {
        /** Name of the account that the client is bound to; empty while it is to none. */
        String account();

        /** Whether no turn of another stream than {@code streamId} uses the connection. */
        boolean isFreeFor(String streamId);

        /**
         * Sends a turn to its account and waits for its first event; the events that follow are the answer, as SSE. A
         * connection that had ended unnoticed, or is too old, is replaced once. An error with a status that comes first is an
         * answer with that status. Blocks.
         *
         * @param request its body is the message; its headers are for the handshake
         * @param streamId tells the events of turns at the same time apart; empty without one
         * @param portable whether the turn refers to nothing that was said on the connection before
         */
        UpstreamResult turn(UpstreamRequest request, String streamId, boolean portable);

        /** Passes a message on that is no turn; false if there is no connection to pass it on to. */
        boolean passOn(OutboundBody message);

        /**
         * The client has left. If no turn is open, and no error was seen, the connection waits for the client's next one with
         * the same session; otherwise it is closed. May be called again.
         */
        @Override
        void close();
    }

    /**
     * Hears what belongs to no turn, on the connection's own thread: as long as it does not return, nothing more is read, pings
     * included. Must not throw.
     */
    interface Strays {
        /** A message: {@code buffer[offset, offset + length)}, to be used or copied before this returns. */
        void message(byte[] buffer, int offset, int length);

        /** No further message is here yet: what was held back to go out together with the next one must go now. */
        void quiet();
    }
}
