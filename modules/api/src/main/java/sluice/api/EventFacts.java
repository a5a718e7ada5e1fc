package sluice.api;

import java.util.List;

/**
 * What one event says about its response. Immutable and thread-safe.
 *
 * @param type such as {@code response.output_text.delta}; empty if there is none
 * @param kind what the type means for a relay
 * @param usage of an event that carries it; {@link TokenUsage#NONE} otherwise
 * @param responseId of {@code response.id}; empty without one
 * @param conversationId of {@code response.conversation}; empty without one
 * @param streamId the member {@code stream_id} of multiplexed WebSocket turns; empty without one
 * @param sequenceNumber the member {@code sequence_number}; -1 without one
 * @param error of an {@code error} or {@code response.failed} event; {@link RelayOutcome.StreamError#NONE} otherwise
 * @param models where the upstream's model name stands as {@code model} or {@code response.model}, in order
 */
public record EventFacts(String type, Kind kind, TokenUsage usage, String responseId, String conversationId, String streamId,
        long sequenceNumber, RelayOutcome.StreamError error, List<Span> models) {
    /** Copies the list. */
    public EventFacts {
        models = List.copyOf(models);
    }

    /** What an event means for a relay. */
    public enum Kind {
        /** Announces output but is none: held back by {@code FIRST_OUTPUT}. */
        OPENING,
        /** A piece of output. */
        DELTA,
        /** Any other event: output, too. */
        OUTPUT,
        /** Ends the response, and is not a failure. */
        TERMINAL,
        /** {@code error} or {@code response.failed}: ends the response. */
        FAILED;

        /** Whether the response is over. */
        public boolean terminal() {
            return this == TERMINAL || this == FAILED;
        }
    }

    /**
     * A string literal with its quotation marks: {@code json[from, to)}, counted from the start of the array.
     *
     * @param from the opening quotation mark
     * @param to behind the closing one
     */
    public record Span(int from, int to) { }
}
