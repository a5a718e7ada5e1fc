package sluice.api;

/** How a relay ended. */
public sealed interface RelayOutcome {
    /** What was seen until then. */
    RelayReport report();

    /** The answer is complete: a JSON answer to its end, or a stream with its terminal event, which may be a failure. */
    record Completed(RelayReport report) implements RelayOutcome { }

    /** The stream began with an error event, or a JSON answer says that it failed, and not one byte has been written to the client. */
    record RefusedBeforeOutput(StreamError error, RelayReport report) implements RelayOutcome { }

    /**
     * One side broke off. If {@link RelayReport#outputSent()} is false, nothing has been written to the client.
     *
     * @param cause which side and how
     * @param detail for the log
     */
    record BrokeOff(Cause cause, String detail, RelayReport report) implements RelayOutcome { }

    /** Which side broke off. */
    enum Cause {
        /** Closed, reset, or ended without a terminal event. */
        UPSTREAM_CUT,
        /** Silent for too long. */
        UPSTREAM_IDLE,
        /** No output event in time. */
        FIRST_OUTPUT_TIMEOUT,
        /** An event above the limit, or broken framing. */
        UPSTREAM_FRAMING,
        /** What came with a good status is no answer: a page, half an object, or nothing at all. */
        NO_ANSWER,
        /** The client left. */
        CLIENT_GONE,
        /** The client does not read. */
        CLIENT_STALLED,
        /** The call was cancelled from another thread. */
        CANCELLED
    }

    /**
     * An error that came as an event, or inside an answer whose status was good.
     *
     * @param status the status it names, or 0
     * @param code such as {@code server_is_overloaded}; may be empty
     * @param type such as {@code server_error}; may be empty
     * @param message may be empty
     * @param param the request's member at fault; may be empty
     * @param resets when a limit that was hit ends
     */
    record StreamError(int status, String code, String type, String message, String param, Resets resets) {
        /** No error. */
        public static final StreamError NONE = new StreamError(0, "", "", "");

        /** An error that names neither a member nor a time. */
        public StreamError(int status, String code, String type, String message) {
            this(status, code, type, message, "", Resets.UNKNOWN);
        }
    }

    /**
     * When a limit ends, as far as an error says it.
     *
     * @param atEpochSeconds {@code resets_at}; 0 if it is not told
     * @param inSeconds {@code resets_in_seconds}; 0 if it is not told
     */
    record Resets(long atEpochSeconds, long inSeconds) {
        /** Nothing is told. */
        public static final Resets UNKNOWN = new Resets(0, 0);
    }
}
