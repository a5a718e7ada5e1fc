package sluice.turns;

import java.time.Duration;
import java.util.function.LongSupplier;
import sluice.api.AccountScheduler;
import sluice.api.Upstream;
import sluice.config.Configuration;
import sluice.config.WebSocketPolicy;
import sluice.forward.WebSocketRefusals;

/** What turns of WebSocket connections are served by, made from one configuration. Immutable; exchanged as a whole at a reload. */
public final class TurnRules {
    private final TurnMeans means;
    private final WebSocketPolicy policy;
    private final Arrival arrival;
    private final int clientConnections;
    private final int connections;
    private final Duration stall;
    private final Duration keepalive;

    /**
     * How a message may arrive.
     *
     * @param messageBytes largest message
     * @param roomWait how long it waits for its part of the byte budget
     * @param limit how long it may take, whatever its size
     * @param bytesPerSecond fewest bytes a second beyond that; 0: any
     */
    record Arrival(int messageBytes, Duration roomWait, Duration limit, int bytesPerSecond) { }

    private TurnRules(Configuration configuration, TurnMeans means) {
        this.means = means;
        policy = configuration.webSocket();
        connections = configuration.limits().connections();
        int half = Math.max(1, connections / 2);
        clientConnections = policy.clientConnections() == 0 ? half : Math.min(half, policy.clientConnections());
        arrival = new Arrival(configuration.limits().messageBytes(), configuration.limits().bodyWait(),
                configuration.server().bodyTimeout(), configuration.server().bodyRateBytes());
        stall = configuration.stream().stall();
        keepalive = configuration.stream().timeouts().keepalive();
    }

    /** The rules of {@code configuration}, for turns that may also go to accounts by {@code http}. */
    public static TurnRules of(Configuration configuration, Upstream http, AccountScheduler scheduler, WebSocketRefusals refusals,
            LongSupplier clock) {
        return new TurnRules(configuration, TurnMeans.of(configuration, http, scheduler, refusals, clock));
    }

    /** The ways to accounts besides a client's own connection. */
    TurnMeans means() {
        return means;
    }

    /** The configured limits. */
    WebSocketPolicy policy() {
        return policy;
    }

    /** Most open connections of one client: as configured, and never more than half of all that there may be. */
    int clientConnections() {
        return clientConnections;
    }

    /** Most open connections of all clients. */
    int connections() {
        return connections;
    }

    Arrival arrival() {
        return arrival;
    }

    /** Longest time that one write to a client may take. */
    Duration stall() {
        return stall;
    }

    /** Silence after which a client is sent a ping; zero: none. */
    Duration keepalive() {
        return keepalive;
    }
}
