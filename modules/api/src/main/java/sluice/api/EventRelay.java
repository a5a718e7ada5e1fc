package sluice.api;

/** Service: relays an SSE answer. Implementations are stateless and thread-safe; a call runs on the request's thread. */
public interface EventRelay extends Named {
    /**
     * Moves events from {@code source} to {@code sink} as they are, until the stream is complete ({@link RelayOptions.Ending}) and the
     * source at its end, or until one side breaks off. When the upstream breaks after the first byte is out, and the sink stands
     * between two events, one {@code response.failed} is written; the caller then breaks the connection. Does not close the source.
     */
    RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options);

    /**
     * Reads an SSE answer to a request that asked for JSON, and writes the {@code response} object of its terminal event as
     * the whole JSON answer; where that has no output, with the items that were complete before it.
     */
    RelayOutcome fold(ByteSource source, ClientSink sink, RelayOptions options);
}
