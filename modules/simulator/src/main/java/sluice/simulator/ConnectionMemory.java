package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The latest responses of one WebSocket connection, stored or not: a later turn may go on from them. One from which a turn
 * failed to go on is forgotten, as the API does. Thread-safe.
 */
final class ConnectionMemory {
    /** As many as there may be streams: each goes on from its latest. */
    private static final int MAX_RESPONSES = 64;
    /** Where nothing is kept: an HTTP request. */
    static final ConnectionMemory NONE = new ConnectionMemory(0);

    private final int most;
    private final Map<String, SimulatedResponse> responses = new LinkedHashMap<>();

    ConnectionMemory() {
        this(MAX_RESPONSES);
    }

    private ConnectionMemory(int most) {
        this.most = most;
    }

    synchronized void add(SimulatedResponse response) {
        if (most == 0) {
            return;
        }
        responses.put(response.id(), response);
        if (responses.size() > most) {
            responses.remove(responses.keySet().iterator().next());
        }
    }

    synchronized Optional<SimulatedResponse> response(String id) {
        return Optional.ofNullable(responses.get(id));
    }

    synchronized void forget(String id) {
        responses.remove(id);
    }
}
