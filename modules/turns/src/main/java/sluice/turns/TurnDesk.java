package sluice.turns;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.AccountStatus.Quota;
import sluice.api.BodyScanner.Scan;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.forward.ByteBudget;
import sluice.forward.Exchange;
import sluice.forward.Gateway;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.responses.AnswerFacts;
import sluice.responses.RequestCheck;
import sluice.responses.Route;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketEvent;

/**
 * Takes the messages of all clients' WebSockets: each turn waits in its line for those before it, and goes to the {@link Gateway} as an
 * {@link Exchange}; so does, at once, a word about a turn. Whatever else comes is refused. Thread-safe.
 */
final class TurnDesk implements TurnHost {
    private final Gateway gateway;
    private final Supplier<TurnRules> rules;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /** The desk of a gateway; {@code rules}: those of the configuration in force. */
    TurnDesk(Gateway gateway, Supplier<TurnRules> rules, LongSupplier clock, LongSupplier epochMillis) {
        this.gateway = gateway;
        this.rules = rules;
        this.clock = clock;
        this.epochMillis = epochMillis;
    }

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
    public void overheard(String account, byte[] buffer, int offset, int length) {
        List<Quota> quotas = AnswerFacts.quotasOf(buffer, offset, offset + length, epochMillis.getAsLong());
        if (!quotas.isEmpty()) {
            gateway.inForce().scheduler().limited(account, quotas);
        }
    }

    @Override
    public void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) throws InterruptedException {
        byte[] bytes = message.buffer();
        int from = message.offset();
        int length = message.length();
        Scan scan = message.text() ? gateway.inForce().scanner().scan(bytes, from, from + length)
                : new Scan.Malformed(0, "a message must be text");
        switch (scan) {
            case Scan.Malformed fault -> asksForNothing(socket, length, permit, RequestCheck.malformed(fault, length), "");
            case Scan.Valid(RequestBody body) -> {
                JsonValue stream = body.field(Field.STREAM_ID);
                sort(socket, new ClientMessage(bytes, from, length, body, stream.isText() ? stream.text() : "", clock.getAsLong(),
                        permit));
            }
        }
    }

    private void sort(ClientSocket socket, ClientMessage message) throws InterruptedException {
        switch (MessageKind.of(message.body())) {
            case MessageKind.Turn turn -> queue(socket, message);
            case MessageKind.Word word -> {
                try (ByteBudget.Permit _ = message.permit()) {
                    gateway.handle(exchange(socket, Route.CONTROL, message));
                }
            }
            case MessageKind.Unclear(GatewayError error) ->
                    asksForNothing(socket, message.length(), message.permit(), error, message.streamId());
        }
    }

    /** A line of turns has a thread while there are any. A turn whose client has left is dropped. */
    private void queue(ClientSocket socket, ClientMessage message) {
        String streamId = message.streamId();
        switch (socket.lines().add(message)) {
            case FIRST -> Thread.ofVirtual().name("turns").start(() -> runLine(socket, streamId));
            case BEHIND_OTHERS, DROPPED -> { }
            case TOO_MANY -> refuse(socket, message.length(), message.permit(), GatewayError.gateway(429, "client_concurrency",
                    "Too many turns of this connection wait for earlier ones.").withRetryAfter(Duration.ofSeconds(1)), streamId);
        }
    }

    private void runLine(ClientSocket socket, String streamId) {
        TurnLines lines = socket.lines();
        for (Optional<ClientMessage> next = lines.next(streamId); next.isPresent(); next = lines.next(streamId)) {
            serve(socket, next.get());
        }
    }

    private void serve(ClientSocket socket, ClientMessage message) {
        TurnExchange turn = exchange(socket, Route.TURN, message);
        socket.begins(turn);
        try (ByteBudget.Permit _ = message.permit()) {
            gateway.handle(turn);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            turn.over();
            socket.ended(turn);
        }
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

    /** The byte budget has no room for a message. None of it is kept, and the connection goes on. */
    void noRoom(ClientSocket socket, long length) {
        long total = gateway.inForce().budget().totalBytes();
        refuse(socket, length, length <= total ? ByteBudget.exhausted() : GatewayError.client(413, "body_too_large",
                "The message is larger than the " + total + " bytes that all may have (limits.bodies-in-flight)."), "");
    }

    /** Six bytes of such a message cost as much as many times six of a request, so that a client does not go on for ever. */
    private void asksForNothing(ClientSocket socket, long length, ByteBudget.Permit permit, GatewayError fault, String streamId) {
        permit.close();
        if (socket.indulges()) {
            refuse(socket, length, fault, streamId);
        }
    }

    private void refuse(ClientSocket socket, long length, ByteBudget.Permit permit, GatewayError fault, String streamId) {
        permit.close();
        refuse(socket, length, fault, streamId);
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
}
