package sluice.api;

import java.util.List;

/**
 * What one event says about its response. Immutable and thread-safe.
 *
 * @param type such as {@code response.output_text.delta}; empty if there is none
 * @param kind what the type means for a relay
 * @param belongs to what it belongs
 * @param ended what a terminal event tells
 * @param models where the upstream's model name stands as {@code model} or {@code response.model}, in order
 */
public record EventFacts(String type, Kind kind, Belongs belongs, Ended ended, List<Span> models) {
    /** Copies the list. */
    public EventFacts {
        models = List.copyOf(models);
    }

    /**
     * Ids.
     *
     * @param responseId of {@code response.id}; empty without one
     * @param conversationId of {@code response.conversation}; empty without one
     * @param streamId the member {@code stream_id} of multiplexed WebSocket turns; empty without one
     * @param sequenceNumber the member {@code sequence_number}; -1 without one
     */
    public record Belongs(String responseId, String conversationId, String streamId, long sequenceNumber) { }

    /**
     * An end.
     *
     * @param usage of an event that carries it; {@link TokenUsage#NONE} otherwise
     * @param error of an {@code error} or {@code response.failed} event; {@link RelayOutcome.StreamError#NONE} otherwise
     */
    public record Ended(TokenUsage usage, RelayOutcome.StreamError error) { }

    /** What an event means for a relay. */
    public enum Kind {
        /** Announces output, or is not known to carry any, as a heartbeat: held back by {@code FIRST_OUTPUT}. */
        OPENING,
        /** A piece of output. */
        DELTA,
        /** Carries a piece of output whole. */
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

    /** {@link Belongs#responseId}. */
    public String responseId() {
        return belongs.responseId;
    }

    /** {@link Belongs#conversationId}. */
    public String conversationId() {
        return belongs.conversationId;
    }

    /** {@link Belongs#streamId}. */
    public String streamId() {
        return belongs.streamId;
    }

    /** {@link Belongs#sequenceNumber}. */
    public long sequenceNumber() {
        return belongs.sequenceNumber;
    }

    /** {@link Ended#usage}. */
    public TokenUsage usage() {
        return ended.usage;
    }

    /** {@link Ended#error}. */
    public RelayOutcome.StreamError error() {
        return ended.error;
    }
}
