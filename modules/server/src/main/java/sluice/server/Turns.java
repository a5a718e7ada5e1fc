package sluice.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import sluice.api.ClientGoneException;
import sluice.api.EventInspector;
import sluice.api.Field;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.Scan;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.clients.Admission;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.responses.RequestCheck;
import sluice.responses.Route;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/**
 * WebSocket mode (DESIGN §9): opens clients' connections, and takes each of their turns through the same steps as a request:
 * authenticate, admit, scan, check, find its session, and hand it to the {@link FailoverLoop}; whatever becomes of it is
 * recorded once. Thread-safe; each turn sees one {@link Live} from its start to its end.
 */
final class Turns {
    private final Gateway gateway;
    private final TurnPool pool;
    private final EventInspector inspector;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;
    private final AtomicInteger open = new AtomicInteger();

    Turns(Gateway gateway, TurnPool pool, EventInspector inspector, Sweeper sweeper, LongSupplier clock,
            LongSupplier epochMillis) {
        this.gateway = gateway;
        this.pool = pool;
        this.inspector = inspector;
        this.sweeper = sweeper;
        this.clock = clock;
        this.epochMillis = epochMillis;
    }

    /** Clients' connections that are open. */
    int open() {
        return open.get();
    }

    TurnRules rules() {
        return gateway.live().turns();
    }

    boolean draining() {
        return gateway.draining();
    }

    /** How long the turns of a client go on that has left. */
    long drainNanos() {
        return rules().drain().toNanos();
    }

    UpstreamBinding binding(ClientSocket socket) {
        return new UpstreamBinding(socket, pool, inspector);
    }

    /** Answers {@code GET /v1/responses}: by a WebSocket, which then has the connection, or by the error that is returned. */
    Optional<GatewayError> upgrade(Live now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known)
            throws ClientGoneException {
        switch (WebSocketHandshake.asked(exchange.head())) {
            case WebSocketHandshake.Asked.Plain plain -> {
                return Optional.of(unavailable("GET /v1/responses opens a WebSocket. Without one, send POST /v1/responses with "
                        + "\"stream\": true."));
            }
            case WebSocketHandshake.Asked.Faulty(int status, String reason) -> {
                return Optional.of(status == 426 ? unavailable("The WebSocket handshake is not valid: " + reason + ".")
                        : GatewayError.client(status, "bad_request_framing", "The WebSocket handshake is not valid: " + reason + "."));
            }
            case WebSocketHandshake.Asked.Upgrade(String key) -> {
                return refusal(now, exchange.head().headers(), known).or(() -> switchOver(exchange, record, known.client(), key));
            }
        }
    }

    private static GatewayError unavailable(String message) {
        return GatewayError.gateway(426, "websocket_unavailable", message);
    }

    private static Optional<GatewayError> refusal(Live now, Headers headers, ClientAuthenticator.Outcome.Known known) {
        long session = now.sessions().keyOf(known.client().name(), headers, RawBody.NONE);
        if (!now.turns().offer().isOpenTo(known.policy(), session)) {
            return Optional.of(unavailable("No account that this key may use offers WebSocket; send POST /v1/responses with "
                    + "\"stream\": true."));
        }
        int most = now.turns().policy().clientConnections();
        if (!known.client().connect(most)) {
            return Optional.of(GatewayError.gateway(429, "client_connections", "This key has " + most
                    + " WebSocket connections open, as many as it may (websocket.client-connections).")
                    .withRetryAfter(Duration.ofSeconds(1)));
        }
        return Optional.empty();
    }

    /** The handshake's answer goes out on the connection's thread, which then serves the WebSocket. */
    private Optional<GatewayError> switchOver(Exchange exchange, RequestRecord record, Client client, String key) {
        record.status = 101;
        RequestHead head = exchange.head();
        ByteBuilder answer = new ByteBuilder(256);
        WebSocketHandshake.switching(key, Headers.of("x-sluice-request-id", record.requestId), answer);
        exchange.connection().upgrade((link, input) -> {
            open.incrementAndGet();
            try {
                link.write(answer.array(), 0, answer.length());
                AtomicReference<ClientSocket> opened = new AtomicReference<>();
                ArrivingMessage arriving = new ArrivingMessage(() -> gateway.live().budget().permit(client.bodyShare()),
                        () -> rules().bodyWait().toNanos(), length -> noRoom(opened.get(), length), clock);
                WebSocketConnection socket = WebSocketConnection.server(link, input, rules().messageBytes(), arriving, clock);
                opened.set(new ClientSocket(socket, arriving, head, exchange.remoteHost(), client.name(), this, sweeper,
                        clock));
                opened.get().run();
            } finally {
                open.decrementAndGet();
                client.disconnect();
            }
        });
        return Optional.empty();
    }

    /** The byte budget has no room for a message; nothing of it was kept, and the connection goes on. */
    private void noRoom(ClientSocket socket, long length) {
        long total = gateway.live().budget().totalBytes();
        refused(socket, length, length <= total ? BodyReader.noMemory() : GatewayError.client(413, "body_too_large",
                "The message is larger than the " + total + " bytes that all may have (limits.bodies-in-flight)."), "");
    }

    /**
     * A message has come: a turn takes its place, and with it the message's part of the byte budget; anything else is for the
     * account that the client is bound to.
     */
    void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) {
        if (!queued(socket, message, permit)) {
            permit.close();
        }
    }

    private boolean queued(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) {
        byte[] bytes = message.buffer();
        int from = message.offset();
        Scan scan = gateway.live().scanner().scan(bytes, from, from + message.length());
        if (!message.text() || !(scan instanceof Scan.Valid(RequestBody body))) {
            refused(socket, message.length(), message.text() ? RequestCheck.malformed((Scan.Malformed) scan, message.length())
                    : GatewayError.client(400, "invalid_json", "A message must be text: a JSON object."), "");
            return false;
        }
        JsonValue type = body.field(Field.TYPE);
        JsonValue stream = body.field(Field.STREAM_ID);
        String streamId = stream.isText() ? stream.text() : "";
        if (type.isText() && type.text().equals("response.create")) {
            ClientMessage turn = new ClientMessage(bytes, from, message.length(), body, streamId, clock.getAsLong(),
                    permit);
            if (socket.queue(turn)) {
                return true;
            } else {
                refused(socket, message.length(), GatewayError.gateway(429, "client_concurrency",
                        "Too many turns of this connection wait for earlier ones.").withRetryAfter(Duration.ofSeconds(1)), streamId);
            }
        } else if (!socket.binding().passOn(body.edited(java.util.List.of()))) {
            refused(socket, message.length(), new GatewayError(GatewayError.Source.CLIENT, 400, "invalid_request_error",
                    "invalid_type", "The message's 'type' must be \"response.create\".", "type", Duration.ZERO), streamId);
        }
        return false;
    }

    private void refused(ClientSocket socket, long length, GatewayError error, String streamId) {
        RequestRecord record = record(socket, clock.getAsLong(), length);
        record.client = socket.client();
        record.failed(error.status(), error.code(), error.message());
        socket.tell(error, streamId);
        gateway.turnRefused(record);
    }

    private RequestRecord record(ClientSocket socket, long startedNanos, long length) {
        RequestRecord record = new RequestRecord(RequestIds.next(), epochMillis.getAsLong(), startedNanos);
        record.route = Route.TURN.label();
        record.stream = true;
        record.requestBytes = length;
        socket.head().headers().first("traceparent").ifPresent(value -> record.traceParent = value);
        socket.head().headers().first("x-client-request-id").ifPresent(value -> record.clientRequestId = value);
        return record;
    }

    /** Serves one turn to its end; runs on the thread of its stream. */
    void serve(ClientSocket socket, ClientMessage message) {
        Live now = gateway.live();
        // The message itself must not be held on to: a long answer does not keep its request's bytes.
        String streamId = message.streamId();
        RequestRecord record = record(socket, message.receivedNanos(), message.length());
        // Its connection was authenticated long ago; until now it has waited for the stream's earlier turns, which is its client's time.
        record.authenticatedNanos = record.startedNanos;
        record.bodyReadNanos = clock.getAsLong();
        boolean room = gateway.turnBegins(now);
        try (ByteBudget.Permit permit = message.permit()) {
            Optional<GatewayError> refusal = room ? authenticated(now, socket, message, record, permit) : Optional.of(Gateway.busy());
            if (refusal.isPresent()) {
                record.failed(refusal.get().status(), refusal.get().code(), refusal.get().message());
                socket.tell(refusal.get(), streamId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            record.failed(499, "client_gone", "interrupted");
        } catch (RuntimeException e) {
            System.getLogger("sluice.server").log(System.Logger.Level.ERROR, "turn " + record.requestId + " failed", e);
            GatewayError error = Gateway.internal(record.requestId);
            record.failed(error.status(), error.code(), String.valueOf(e));
            socket.tell(error, streamId);
        } finally {
            gateway.turnEnded(now, record, room);
        }
    }

    /** A key can expire, or be taken away, while its connection is open. */
    private Optional<GatewayError> authenticated(Live now, ClientSocket socket, ClientMessage message, RequestRecord record,
            ByteBudget.Permit permit) throws InterruptedException {
        if (gateway.draining()) {
            return Optional.of(Gateway.shuttingDown());
        }
        return switch (now.authenticator().authenticate(socket.head().headers(), socket.remoteHost(), epochMillis.getAsLong())) {
            case ClientAuthenticator.Outcome.Refused refused -> {
                socket.tell(refused.error(), message.streamId());
                record.failed(refused.error().status(), refused.error().code(), refused.error().message());
                socket.close(CloseCodes.POLICY_VIOLATION, "the key is no longer valid");
                yield Optional.empty();
            }
            case ClientAuthenticator.Outcome.Known known -> {
                record.client = known.client().name();
                yield admitted(now, socket, message, record, known, permit);
            }
        };
    }

    private Optional<GatewayError> admitted(Live now, ClientSocket socket, ClientMessage message, RequestRecord record,
            ClientAuthenticator.Outcome.Known known, ByteBudget.Permit permit) {
        if (now.admission().enter(known, clock.getAsLong()) instanceof Admission.Outcome.Refused(GatewayError error)) {
            return Optional.of(error);
        }
        try {
            return checked(now, socket, message, record, known, permit);
        } finally {
            now.admission().leave(known, record.usage, clock.getAsLong());
        }
    }

    private Optional<GatewayError> checked(Live now, ClientSocket socket, ClientMessage message, RequestRecord record,
            ClientAuthenticator.Outcome.Known known, ByteBudget.Permit permit) {
        RequestBody body = message.body();
        record.scannedNanos = clock.getAsLong();
        Optional<GatewayError> fault = RequestCheck.check(body, true);
        if (fault.isPresent()) {
            return fault;
        }
        JsonValue model = body.field(Field.MODEL);
        record.model = model.isText() ? model.text() : "";
        String client = known.client().name();
        String boundTo = Forwarding.boundTo(body);
        if (now.admission().afterScan(known, record.model, clock.getAsLong()) instanceof Admission.Outcome.Refused(GatewayError error)) {
            return Optional.of(error);
        }
        Optional<GatewayError> refusal = Forwarding.foreign(now, client, boundTo);
        if (refusal.isPresent()) {
            return refusal;
        }
        long session = now.sessions().keyOf(client, socket.head().headers(), body);
        if (!now.turns().offer().has(record.model)) {
            turnAway(now, socket, session);
            return Optional.of(GatewayError.gateway(503, "websocket_unavailable", "No account that serves the model '"
                    + record.model + "' offers WebSocket; send POST /v1/responses with \"stream\": true."));
        }
        Turn turn = new Turn(socket, record, client, "/responses" + socket.head().query(), session, boundTo,
                Forwarding.mayResend(now.resend(), body), permit, message,
                wish -> !now.scheduler().explain(wish).account().isEmpty(), () -> turnAway(now, socket, session),
                now.turns().offer().lacks(record.model));
        socket.begins(turn);
        try {
            now.turns().loop().run(turn);
        } finally {
            socket.binding().leave(turn);
            socket.ended(turn);
        }
        return Optional.empty();
    }

    /** The session gets 426 at its next handshake, upon which clients use HTTP. The error goes out before the close. */
    private static void turnAway(Live now, ClientSocket socket, long session) {
        now.turns().offer().turnAway(session);
        socket.closeWhenQuiet(CloseCodes.TRY_AGAIN_LATER, "no account for this model offers WebSocket");
    }
}
