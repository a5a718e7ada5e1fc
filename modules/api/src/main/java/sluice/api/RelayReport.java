package sluice.api;

/**
 * What a relay saw.
 *
 * @param usage of the terminal event; {@link TokenUsage#NONE} if none was told
 * @param responseId the response's id; empty if none was seen
 * @param conversationId the conversation's id; empty if none was seen
 * @param terminal the type of the terminal event; empty if none came
 * @param error the error that the terminal event carried; {@link RelayOutcome.StreamError#NONE} if none
 * @param outputSent whether a byte was written to the client
 * @param events complete events
 * @param deltas events that carried a piece of output
 * @param parsedEvents events of which any JSON was looked at beyond the gates
 * @param flushes writes to the client
 * @param bytesIn bytes read
 * @param bytesOut bytes written
 * @param firstEventNanos clock at the first complete event; 0 if none
 * @param firstOutputNanos clock at the first output event; 0 if none, as of every JSON answer: it begins when it is done
 */
public record RelayReport(TokenUsage usage, String responseId, String conversationId, String terminal,
        RelayOutcome.StreamError error, boolean outputSent, long events, long deltas, long parsedEvents, long flushes,
        long bytesIn, long bytesOut, long firstEventNanos, long firstOutputNanos) { }
