package sluice.api;

/** How a relay ended. */
public sealed interface RelayOutcome {
    /** What was seen until then. */
    Report report();

    /**
     * The answer is complete: a JSON answer to its end, or a stream with its terminal event, which may be a failure.
     *
     * @param report what was seen
     */
    record Completed(Report report) implements RelayOutcome { }

    /**
     * The stream began with an error event, or a JSON answer says that it failed, and not one byte has been written to the client.
     *
     * @param error what the answer says
     * @param report what was seen
     */
    record RefusedBeforeOutput(StreamError error, Report report) implements RelayOutcome { }

    /**
     * One side broke off. If {@link Report#flushes()} is 0, nothing has been written to the client.
     *
     * @param cause which side and how
     * @param detail for the log
     * @param report what was seen until then
     */
    record BrokeOff(Cause cause, String detail, Report report) implements RelayOutcome {
        /** The client has left, or does not read. */
        public static BrokeOff of(ClientSink.Gone left, Report report) {
            return new BrokeOff(left.stalled() ? Cause.CLIENT_STALLED : Cause.CLIENT_GONE, String.valueOf(left.getMessage()), report);
        }
    }

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
        /** We have no memory for what must be kept whole of the answer. */
        NO_ROOM,
        /** The client left. */
        CLIENT_GONE,
        /** The client does not read. */
        CLIENT_STALLED,
        /** The call was cancelled from another thread. */
        CANCELLED;

        /** Who broke off an answer that ended so. */
        public static Cause of(ByteSource.Broken broken) {
            return switch (broken.how()) {
                case CUT -> UPSTREAM_CUT;
                case IDLE -> UPSTREAM_IDLE;
                case FRAMING -> UPSTREAM_FRAMING;
                case NO_ROOM -> NO_ROOM;
                case CANCELLED -> CANCELLED;
            };
        }
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

    /**
     * What a relay saw.
     *
     * @param ids which response it was
     * @param ended how it ended, as the answer itself tells it
     * @param counts what was read and written
     * @param firstEventNanos clock at the first complete event; 0 if none
     * @param firstOutputNanos clock at the first output event; 0 if none, as of every JSON answer: it begins when it is done
     */
    record Report(Ids ids, Ended ended, Counts counts, long firstEventNanos, long firstOutputNanos) {
        /**
         * Ids.
         *
         * @param response the response's id; empty if none was seen
         * @param conversation the conversation's id; empty if none was seen
         */
        public record Ids(String response, String conversation) { }

        /**
         * An end.
         *
         * @param terminal the type of the terminal event; empty if none came
         * @param error the error that the terminal event carried; {@link RelayOutcome.StreamError#NONE} if none
         * @param usage of the terminal event; {@link TokenUsage#NONE} if none was told
         * @param serviceTier that served, as the terminal event names it; empty if it does not
         */
        public record Ended(String terminal, RelayOutcome.StreamError error, TokenUsage usage, String serviceTier) { }

        /**
         * Counts.
         *
         * @param events events, where there are any
         * @param flushes writes to the client
         * @param bytesIn bytes read
         * @param bytesOut bytes written
         * @param textBytes of them that are text of the output, as far as that was looked for: in answers that are no stream
         */
        public record Counts(Events events, long flushes, long bytesIn, long bytesOut, long textBytes) {
            /** Pieces of the usual events of a stream around a token; most of an event is what says where it belongs. */
            private static final long BYTES_PER_DELTA = 256;

            /** Counts of a stream. */
            public Counts(Events events, long flushes, long bytesIn, long bytesOut) {
                this(events, flushes, bytesIn, bytesOut, 0);
            }

            /** Counts of an answer that is no stream. */
            public static Counts of(long flushes, long bytesIn, long bytesOut, long textBytes) {
                return new Counts(Events.NONE, flushes, bytesIn, bytesOut, textBytes);
            }

            /** Tokens of output that were seen, for answers that do not tell: an event is one, and so are four bytes of text. */
            public long tokens() {
                return Math.max(Math.max(events.all, textBytes / TokenUsage.BYTES_PER_TOKEN), bytesIn / BYTES_PER_DELTA);
            }
        }

        /**
         * Counts of events.
         *
         * @param all complete events
         * @param deltas events that carried a piece of output
         * @param parsed events of which any JSON was looked at beyond the gates
         */
        public record Events(long all, long deltas, long parsed) {
            /** No events. */
            public static final Events NONE = new Events(0, 0, 0);
        }

        /** {@link Ended#usage}. */
        public TokenUsage usage() {
            return ended.usage;
        }

        /** {@link Ended#serviceTier}. */
        public String serviceTier() {
            return ended.serviceTier;
        }

        /** {@link Ids#response}. */
        public String responseId() {
            return ids.response;
        }

        /** {@link Ids#conversation}. */
        public String conversationId() {
            return ids.conversation;
        }

        /** {@link Ended#terminal}. */
        public String terminal() {
            return ended.terminal;
        }

        /** {@link Ended#error}. */
        public RelayOutcome.StreamError error() {
            return ended.error;
        }

        /** {@link Events#all}. */
        public long events() {
            return counts.events.all;
        }

        /** {@link Counts#flushes}. */
        public long flushes() {
            return counts.flushes;
        }

        /** {@link Counts#bytesIn}. */
        public long bytesIn() {
            return counts.bytesIn;
        }

        /** {@link Counts#bytesOut}. */
        public long bytesOut() {
            return counts.bytesOut;
        }
    }
}
