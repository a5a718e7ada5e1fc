package sluice.api;

/** What became of a call. */
public sealed interface UpstreamResult {
    /**
     * The account answered; the status says how.
     *
     * @param status HTTP status, 200..599
     * @param headers as they came
     * @param body the answer's bytes, decoded from chunks; must be closed
     * @param resent whether the request was sent twice, because a reused connection was reset before any answer byte: the account
     *     may have executed both
     * @param connectNanos time spent to get a connection
     */
    record Answered(int status, Headers headers, ByteSource body, boolean resent, long connectNanos)
            implements UpstreamResult { }

    /**
     * There is no answer.
     *
     * @param requestSent whether the account may have received the whole request, and so may have executed and billed it
     * @param resent whether it was sent twice, as in {@link Answered}
     * @param kind what went wrong
     * @param detail for the log, without secrets
     * @param close what the account said when it closed its WebSocket; {@link Close#UNTOLD} if it said nothing
     */
    record Unreachable(boolean requestSent, boolean resent, Kind kind, String detail, Close close) implements UpstreamResult {
        /** One whose end was not told. */
        public Unreachable(boolean requestSent, boolean resent, Kind kind, String detail) {
            this(requestSent, resent, kind, detail, Close.UNTOLD);
        }

        /** One that was sent once, or not at all. */
        public Unreachable(boolean requestSent, Kind kind, String detail) {
            this(requestSent, false, kind, detail);
        }

        /**
         * No connection was got because of {@code why}; {@code mayHaveRun}: after a first try that was reset, and that the account may
         * have executed.
         */
        public static Unreachable unconnected(boolean mayHaveRun, Kind why, String detail) {
            return mayHaveRun ? new Unreachable(true, why == Kind.CANCELLED ? why : Kind.RESET, "reset after sending, then " + why + ": "
                    + detail) : new Unreachable(false, why, detail);
        }
    }

    /**
     * The end of a WebSocket, with words (RFC 6455 §7.1.6).
     *
     * @param code the close code
     * @param reason what came with it
     */
    record Close(int code, String reason) {
        /** Without a word. */
        public static final Close UNTOLD = new Close(0, "");

        /** The code of a peer for which a message is too large (RFC 6455 §7.4.1). */
        public static final int TOO_LARGE = 1009;

        /** Whether it says why. */
        public boolean isTold() {
            return !reason.isEmpty();
        }
    }

    /** What went wrong. */
    enum Kind {
        /** No address for the host. */
        DNS,
        /** Refused, unroutable, or too slow to connect. */
        CONNECT,
        /** The handshake, the certificate or the host name. */
        TLS,
        /** The proxy refused the tunnel. */
        PROXY,
        /** Closed or reset before the answer's headers. */
        RESET,
        /** No headers in time. */
        TIMEOUT,
        /** Not HTTP, or unsafe framing. */
        FRAMING,
        /** The account's address knows no WebSocket: it answered the handshake with something else. */
        NO_WEBSOCKET,
        /** The account closed its WebSocket because the message is larger than it takes (RFC 6455 §7.4.1, code 1009). */
        TOO_LARGE,
        /** Turns of other streams hold the client's one WebSocket to another account. */
        HELD,
        /** We have no memory for the answer. */
        NO_ROOM,
        /** {@link Cancellation#cancel()} was called. */
        CANCELLED
    }
}
