package sluice.api;

/** Service: relays a JSON answer. Implementations are stateless and thread-safe; a call runs on the request's thread. */
public interface AnswerRelay extends Named {
    /**
     * Moves a JSON answer of any size from {@code source} to {@code sink}, restores the model's name and reads the usage and
     * the id on the way, holding no more than a buffer. What is no JSON object ends with {@code NO_ANSWER} as long as nothing of it
     * has been written; with {@link RelayOptions.Ending#ANY} it passes as it is, without usage.
     *
     * <p>A failure that {@link RelayOptions.Call#mayMoveOn} takes is refused as long as nothing of the answer has been written. With
     * {@link RelayOptions.Commit#FIRST_OUTPUT} the first write waits until it is known whether the answer is one, within
     * {@link RelayOptions.Held#bytes}, {@link RelayOptions.Held#time} and the size of the buffer.
     */
    RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options);
}
