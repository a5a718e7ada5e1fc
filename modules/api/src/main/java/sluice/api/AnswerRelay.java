package sluice.api;

/** Service: relays a JSON answer. Implementations are stateless and thread-safe; a call runs on the request's thread. */
public interface AnswerRelay extends Named {
    /**
     * Moves a JSON answer of any size from {@code source} to {@code sink}, restores the model's name and reads the usage and
     * the id on the way, holding no more than a buffer. Bytes that are not JSON pass as they are, without usage.
     *
     * <p>A failure that {@link RelayOptions#refusable} takes is refused as long as nothing of the answer has been written. With
     * {@link RelayOptions.Commit#FIRST_OUTPUT} the first write waits until it is known whether the answer is one, within
     * {@link RelayOptions#holdBytes}, {@link RelayOptions#hold} and the size of the buffer.
     */
    RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options);
}
