package sluice.api;

import java.io.IOException;

/**
 * Pooled WebSocket connections to accounts. As an {@link Upstream} it serves single HTTP requests, {@code POST /responses}
 * only: the events of the answer come as SSE. {@link #open} gives a client that speaks WebSocket itself a connection to keep.
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
     * Opens a connection, or takes an idle one of the same (account, client, session key, {@code openai-beta}, query). Blocks.
     *
     * @param listener hears of the connection from now until it is closed, on the connection's own thread
     */
    Opening open(Request request, Listener listener);

    /** Seats and connections of an account; all zero if it has none. */
    ConnectionSeats.Counts counts(String account);

    /**
     * Who asks for a connection.
     *
     * @param account whom to call
     * @param target path after the account's base URL, with the query, such as {@code /responses?a=b}
     * @param headers for the handshake, by the rules for requests: all but those that belong to a connection, and credentials
     * @param client the client's name
     * @param sessionKey the session's key; with 0 the connection is never reused
     * @param cancellation ends the opening from another thread
     */
    record Request(Account account, String target, Headers headers, String client, long sessionKey,
            Cancellation cancellation) { }

    /** What {@link #open} gives. */
    sealed interface Opening {
        /**
         * A connection to send turns on. It must be closed.
         *
         * @param reused whether it was open already, and so may know earlier responses of the session
         * @param connectNanos time spent to get it
         */
        record Opened(Connection connection, boolean reused, long connectNanos) implements Opening { }

        /**
         * The account answered the handshake with an error.
         *
         * @param status HTTP status
         * @param headers as they came
         * @param body at most 64 KiB of it
         */
        record Refused(int status, Headers headers, byte[] body) implements Opening { }

        /**
         * There is no connection.
         *
         * @param kind what went wrong; {@code TIMEOUT} also where no seat came free
         * @param detail for the log, without secrets
         */
        record Unreachable(UpstreamResult.Kind kind, String detail) implements Opening { }
    }

    /** A connection that one client keeps. Thread-safe. */
    interface Connection extends AutoCloseable {
        /** {@code ws_<account>_<number>}. */
        String id();

        /**
         * Sends a text message. The connection counts as busy from now on, until {@link #pause}.
         *
         * @throws IOException if the connection has ended, or gave up its seat while it was paused
         */
        void send(OutboundBody message) throws IOException;

        /** All turns are over. The connection stays with its client, but may have to give up its seat for another. */
        void pause();

        /**
         * The client has left. If no turn is open, and no error was seen, the connection waits for the client's next one with
         * the same session; otherwise it is closed. The listener hears nothing any more. May be called again.
         */
        @Override
        void close();
    }

    /**
     * Hears of a connection, on the connection's own thread: as long as it does not return, nothing more is read, pings
     * included.
     */
    interface Listener {
        /** A message: {@code buffer[offset, offset + length)}, to be used or copied before this returns. Must not throw. */
        void message(byte[] buffer, int offset, int length);

        /**
         * No further message is here yet: what was held back to go out together with the next one must go now. Called after
         * one message or several. Must not throw.
         */
        void quiet();

        /**
         * The connection has ended.
         *
         * @param code close code; 1006 if it broke
         * @param reason for the log
         */
        void closed(int code, String reason);
    }
}
