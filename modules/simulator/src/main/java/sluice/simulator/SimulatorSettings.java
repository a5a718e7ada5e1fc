package sluice.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * How a simulated upstream is set up.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param keys API keys it accepts; empty accepts all, and none at all
 * @param organizations organisation by key; a key that is not here is its own
 * @param models what {@code /v1/models} lists; any other name is served too
 * @param base what every request gets, unless its key, model or text says otherwise
 * @param webSocketLifetime after it, a connection gets the error of the 60-minute limit
 * @param distance simulated round trip: one for a connection, one more for its TLS, and one for each request or turn
 * @param tls speaks TLS with these keys
 */
public record SimulatorSettings(String host, int port, Set<String> keys, Map<String, String> organizations, List<String> models,
        Fault base, Duration webSocketLifetime, Duration distance, Optional<SSLContext> tls) {
    /** A free port on loopback, any key, no faults. */
    public static final SimulatorSettings DEFAULT = new SimulatorSettings("127.0.0.1", 0, Set.of(), Map.of(),
            List.of("gpt-5.1", "gpt-5.1-codex", "gpt-5-mini", "gpt-5-nano"), Fault.NONE, Duration.ofMinutes(60),
            Duration.ZERO, Optional.empty());

    /** Checks and copies. */
    public SimulatorSettings {
        keys = Set.copyOf(keys);
        organizations = Map.copyOf(organizations);
        models = List.copyOf(models);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: 0..65535, not " + port);
        }
        if (distance.isNegative()) {
            throw new IllegalArgumentException("distance: not negative, not " + distance);
        }
        if (webSocketLifetime.isNegative()) {
            throw new IllegalArgumentException("webSocketLifetime: not negative, not " + webSocketLifetime);
        }
    }

    /** With another port. */
    public SimulatorSettings withPort(int other) {
        return new SimulatorSettings(host, other, keys, organizations, models, base, webSocketLifetime, distance, tls);
    }

    /** With another address. */
    public SimulatorSettings withHost(String other) {
        return new SimulatorSettings(other, port, keys, organizations, models, base, webSocketLifetime, distance, tls);
    }

    /** Accepting only some keys. */
    public SimulatorSettings withKeys(Set<String> others) {
        return new SimulatorSettings(host, port, others, organizations, models, base, webSocketLifetime, distance, tls);
    }

    /** With keys that share an organisation. */
    public SimulatorSettings withOrganizations(Map<String, String> others) {
        return new SimulatorSettings(host, port, keys, others, models, base, webSocketLifetime, distance, tls);
    }

    /** With something that every request gets. */
    public SimulatorSettings withBase(Fault other) {
        return new SimulatorSettings(host, port, keys, organizations, models, other, webSocketLifetime, distance, tls);
    }

    /** With another lifetime of WebSocket connections. */
    public SimulatorSettings withWebSocketLifetime(Duration other) {
        return new SimulatorSettings(host, port, keys, organizations, models, base, other, distance, tls);
    }

    /** As far away as a round trip of {@code other}. */
    public SimulatorSettings withDistance(Duration other) {
        return new SimulatorSettings(host, port, keys, organizations, models, base, webSocketLifetime, other, tls);
    }

    /** Speaking TLS. */
    public SimulatorSettings withTls(SSLContext keysOfServer) {
        return new SimulatorSettings(host, port, keys, organizations, models, base, webSocketLifetime, distance,
                Optional.of(keysOfServer));
    }
}
