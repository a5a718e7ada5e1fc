package sluice.turns;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.AccountStatus.Quota;
import sluice.api.BodyScanner.Scan;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Places;
import sluice.forward.ByteBudget;
import sluice.forward.Exchange;
import sluice.forward.Gateway;
import sluice.forward.InForce;
import sluice.forward.Reply;
import sluice.forward.UpgradableExchange;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.responses.Check;
import sluice.responses.PlanWindow;
import sluice.responses.RequestCheck;
import sluice.responses.Route;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/**
 * WebSocket mode: opens clients' connections, and hands each of their messages to the {@link Gateway} as an {@link Exchange}.
 * Thread-safe.
 */
public final class WebSocketDoor implements Gateway.Upgrades {
    /** Messages about a turn under way: they are passed on to the account that serves it. */
    private static final Set<String> CONTROLS = Set.of("response.cancel", "response.processed", "response.inject");

    private final Gateway gateway;
    private final Supplier<TurnRules> rules;
    private final TurnPool pool;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;
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
        this.epochMillis = epochMillis;
    }

    @Override
    public int open() {
        return open.taken();
    }

    TurnRules rules() {
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
                        length -> noRoom(opened.get(), length), clock);
                WebSocketConnection socket = WebSocketConnection.server(link, input, rules().arrival().messageBytes(), arriving, clock);
                opened.set(new ClientSocket(socket, arriving, new ClientSocket.Opening(head, remoteHost, client.name()),
                        new Serving(), pool, sweeper, clock));
                opened.get().run();
            } finally {
                open.leave();
                client.disconnect();
            }
        });
    }

    /** The byte budget has no room for a message. None of it is kept, and the connection goes on. */
    private void noRoom(ClientSocket socket, long length) {
        long total = gateway.inForce().budget().totalBytes();
        refuse(socket, length, length <= total ? ByteBudget.exhausted() : GatewayError.client(413, "body_too_large",
                "The message is larger than the " + total + " bytes that all may have (limits.bodies-in-flight)."), "");
    }

    /** What sockets ask of their turns. */
    private final class Serving implements TurnHost {
        @Override
        public TurnRules rules() {
            return rules.get();
        }

        @Override
        public boolean draining() {
            return gateway.draining();
        }

        @Override
        public boolean cancelsWhenClientLeaves() {
            return gateway.cancelsWhenClientLeaves();
        }

        @Override
        public boolean isStillAllowed(ClientSocket socket) {
            return gateway.inForce().stillAllows(socket.client(), socket.head().headers(), socket.remoteHost(), epochMillis.getAsLong());
        }

        @Override
        public void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) throws InterruptedException {
            byte[] bytes = message.buffer();
            int from = message.offset();
            int length = message.length();
            Scan scan = message.text() ? gateway.inForce().scanner().scan(bytes, from, from + length)
                    : new Scan.Malformed(0, "a message must be text");
            switch (scan) {
                case Scan.Malformed fault -> {
                    permit.close();
                    refuse(socket, length, RequestCheck.malformed(fault, length), "");
                }
                case Scan.Valid(RequestBody body) -> {
                    JsonValue stream = body.field(Field.STREAM_ID);
                    ClientMessage whole = new ClientMessage(bytes, from, length, body, stream.isText() ? stream.text() : "",
                            clock.getAsLong(), permit);
                    Check refusal = takes(socket, whole);
                    if (refusal instanceof Check.Refused(GatewayError error)) {
                        permit.close();
                        refuse(socket, length, error, whole.streamId());
                    }
                }
            }
        }

        @Override
        public void overheard(String account, byte[] buffer, int offset, int length) {
            List<Quota> quotas = PlanWindow.toldBy(buffer, offset, offset + length, epochMillis.getAsLong());
            if (!quotas.isEmpty()) {
                gateway.inForce().scheduler().limited(account, quotas);
            }
        }

        @Override
        public void serve(ClientSocket socket, ClientMessage message) {
            TurnExchange turn = exchange(socket, Route.TURN, message);
            socket.begins(turn);
            try (ByteBudget.Permit _ = message.permit()) {
                gateway.handle(turn);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                socket.ended(turn);
            }
        }
    }

    private Check takes(ClientSocket socket, ClientMessage message) throws InterruptedException {
        RequestBody body = message.body();
        Check ambiguous = RequestCheck.onceOnly(body, Field.TYPE, Field.STREAM_ID, Field.GENERATE);
        if (ambiguous instanceof Check.Refused) {
            return ambiguous;
        }
        JsonValue type = body.field(Field.TYPE);
        if (type.isText() && type.text().equals("response.create")) {
            return socket.queue(message) ? Check.PASSED : Check.refused(GatewayError.gateway(429, "client_concurrency",
                    "Too many turns of this connection wait for earlier ones.").withRetryAfter(Duration.ofSeconds(1)));
        }
        if (type.isText() && CONTROLS.contains(type.text())) {
            try (ByteBudget.Permit _ = message.permit()) {
                gateway.handle(exchange(socket, Route.CONTROL, message));
            }
            return Check.PASSED;
        }
        return Check.refused(new GatewayError(GatewayError.Source.CLIENT, 400, "invalid_request_error", "invalid_type",
                "The message's 'type' must be \"response.create\", or one of " + String.join(", ", new java.util.TreeSet<>(CONTROLS))
                        + ".", "type", Duration.ZERO));
    }

    private void refuse(ClientSocket socket, long length, GatewayError fault, String streamId) {
        GatewayError error = gateway.counted(socket.head().headers(), socket.remoteHost(), fault);
        RequestRecord record = gateway.record(RequestIds.next(), clock.getAsLong());
        record.remote = socket.remoteHost();
        record.route = Route.TURN.label();
        record.stream = true;
        record.requestBytes = length;
        record.client = socket.client();
        gateway.refuseEarly(new TurnAnswer(socket, record.requestId, streamId, () -> { }), record, error);
    }

    private TurnExchange exchange(ClientSocket socket, Route route, ClientMessage message) {
        TurnMeans means = rules().means();
        long session = gateway.inForce().sessionOf(socket.client(), socket.head().headers(), message.body());
        TurnAnswer answer = new TurnAnswer(socket, RequestIds.next(), message.streamId(), () -> {
            // The session gets 426 at its next handshake, upon which clients use HTTP. The error has gone out before the close.
            means.offer().turnAway(session);
            socket.closeWhenQuiet(CloseCodes.TRY_AGAIN_LATER, "no account for this model offers WebSocket");
        });
        return new TurnExchange(socket, route, message, answer, new TurnWay(socket.binding(), message, means));
    }
}
