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
        /** The client left. */
        CLIENT_GONE,
        /** The client does not read. */
        CLIENT_STALLED,
        /** The call was cancelled from another thread. */
        CANCELLED
    }

    /**
     * An error that came as an event.
     *
     * @param status the status it names, or 0
     * @param code such as {@code server_is_overloaded}; may be empty
     * @param type such as {@code server_error}; may be empty
     * @param message may be empty
     */
    record StreamError(int status, String code, String type, String message) {
        /** No error. */
        public static final StreamError NONE = new StreamError(0, "", "", "");
    }
}
