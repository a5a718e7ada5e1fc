package sluice.turns;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Places;
import sluice.forward.Exchange;
import sluice.forward.Gateway;
import sluice.forward.InForce;
import sluice.forward.Reply;
import sluice.forward.UpgradableExchange;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.records.RequestRecord;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketHandshake;

/** Where clients' WebSockets are opened, or refused; what they send then goes to the {@link TurnDesk}. Thread-safe. */
public final class WebSocketDoor implements Gateway.Upgrades {
    private final Gateway gateway;
    private final Supplier<TurnRules> rules;
    private final TurnPool pool;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final TurnDesk desk;
    private final Places open = new Places();

    /**
     * A door of a gateway.
     *
     * @param rules those of the configuration in force
     */
    public WebSocketDoor(Gateway gateway, Supplier<TurnRules> rules, TurnPool pool, Sweeper sweeper, LongSupplier clock,
            LongSupplier epochMillis) {
        this.gateway = gateway;
        this.rules = rules;
        this.pool = pool;
        this.sweeper = sweeper;
        this.clock = clock;
        desk = new TurnDesk(gateway, rules, clock, epochMillis);
    }

    @Override
    public int open() {
        return open.taken();
    }

    private TurnRules rules() {
        return rules.get();
    }

    @Override
    public Reply upgrade(InForce now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known) {
        if (!(exchange instanceof UpgradableExchange door)) {
            return unavailable("GET /v1/responses opens a WebSocket over HTTP/1.1 only. Send POST /v1/responses with \"stream\": true.");
        }
        return switch (WebSocketHandshake.asked(exchange.head())) {
            case WebSocketHandshake.Asked.Plain plain -> unavailable("GET /v1/responses opens a WebSocket. Without one, send"
                    + " POST /v1/responses with \"stream\": true.");
            case WebSocketHandshake.Asked.Faulty(int status, String reason) -> status == 426
                    ? unavailable("The WebSocket handshake is not valid: " + reason + ".")
                    : new Reply.Refused(GatewayError.client(status, "bad_request_framing",
                            "The WebSocket handshake is not valid: " + reason + "."));
            case WebSocketHandshake.Asked.Upgrade(String key) -> upgrade(now, door, record, known, key);
        };
    }

    private static Reply unavailable(String message) {
        return new Reply.Refused(GatewayError.gateway(426, "websocket_unavailable", message));
    }

    private Reply upgrade(InForce now, UpgradableExchange door, RequestRecord record, ClientAuthenticator.Outcome.Known known, String key) {
        long session = now.sessionOf(known.client().name(), door.head().headers());
        if (!rules().means().offer().isOpenTo(known.policy(), session)) {
            return unavailable("No account that this key may use offers WebSocket; send POST /v1/responses with \"stream\": true.");
        }
        int most = rules().clientConnections();
        if (!known.client().connect(most)) {
            return new Reply.Refused(GatewayError.gateway(429, "client_connections", "This key has " + most
                    + " WebSocket connections open, as many as it may (websocket.client-connections, half of limits.connections).")
                    .withRetryAfter(Duration.ofSeconds(1)));
        }
        if (!open.enter(rules().connections(), now.reserve(), known.client().openConnections(), 0)) {
            known.client().disconnect();
            return new Reply.Refused(GatewayError.gateway(503, "too_many_connections", "There are as many WebSocket connections as there"
                    + " may be (limits.connections), or as many as leave some to clients with few (limits.reserve-percent).")
                    .withRetryAfter(Duration.ofSeconds(1)));
        }
        record.status = 101;
        switchOver(door, record.requestId, known.client(), key);
        return Reply.ANSWERED;
    }

    /** The handshake's answer goes out on the connection's thread, which then serves the WebSocket. */
    private void switchOver(UpgradableExchange door, String requestId, Client client, String key) {
        RequestHead head = door.head();
        String remoteHost = door.remoteHost();
        ByteBuilder answer = new ByteBuilder(256);
        WebSocketHandshake.switching(key, Headers.of("x-sluice-request-id", requestId), answer);
        door.upgrade((link, input) -> {
            try {
                link.write(answer.array(), 0, answer.length());
                AtomicReference<ClientSocket> opened = new AtomicReference<>();
                ArrivingMessage arriving = new ArrivingMessage(() -> gateway.inForce().budget().permit(client.bodyShare()),
                        () -> rules().arrival().roomWait().toNanos(), new ArrivingMessage.LeastSpeed(
                                () -> rules().arrival().limit().toNanos(), () -> rules().arrival().bytesPerSecond()),
                        length -> desk.noRoom(opened.get(), length), clock);
                WebSocketConnection socket = WebSocketConnection.server(link, input, rules().arrival().messageBytes(), arriving, clock);
                opened.set(new ClientSocket(socket, arriving, new ClientSocket.Opening(head, remoteHost, client.name()),
                        desk, pool, sweeper, clock));
                opened.get().run();
            } finally {
                open.leave();
                client.disconnect();
            }
        });
    }
}
