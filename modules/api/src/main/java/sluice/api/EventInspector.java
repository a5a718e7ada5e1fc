package sluice.api;

/**
 * Service: says what one event is, where events come one by one instead of as a stream of bytes, such as WebSocket messages.
 * Implementations are stateless and thread-safe.
 */
public interface EventInspector extends Named {
    /**
     * Reads the event {@code json[from, to)}, which is one JSON object in UTF-8. Bytes that are not JSON give facts without
     * a type.
     *
     * @param model the name to look for, for {@link EventFacts#models}
     */
    EventFacts inspect(byte[] json, int from, int to, ModelNames model);
}
