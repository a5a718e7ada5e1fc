package sluice.api;

/**
 * What a relay saw.
 *
 * @param ids which response it was
 * @param ended how it ended, as the answer itself tells it
 * @param counts what was read and written
 * @param firstEventNanos clock at the first complete event; 0 if none
 * @param firstOutputNanos clock at the first output event; 0 if none, as of every JSON answer: it begins when it is done
 */
public record RelayReport(Ids ids, Ended ended, Counts counts, long firstEventNanos, long firstOutputNanos) {
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
     */
    public record Counts(Events events, long flushes, long bytesIn, long bytesOut) {
        /** Counts of an answer that is no stream. */
        public static Counts of(long flushes, long bytesIn, long bytesOut) {
            return new Counts(Events.NONE, flushes, bytesIn, bytesOut);
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

    /** Whether a byte was written to the client. */
    public boolean outputSent() {
        return counts.flushes > 0;
    }

    /** {@link Events#all}. */
    public long events() {
        return counts.events.all;
    }

    /** {@link Events#deltas}. */
    public long deltas() {
        return counts.events.deltas;
    }

    /** {@link Events#parsed}. */
    public long parsedEvents() {
        return counts.events.parsed;
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
