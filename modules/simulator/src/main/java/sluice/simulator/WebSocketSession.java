package sluice.simulator;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import sluice.api.Headers;
import sluice.json.JsonStrings;
import sluice.wire.ByteBuilder;
import sluice.wire.CloseCodes;
import sluice.wire.HttpInput;
import sluice.wire.Link;
import sluice.wire.RequestHead;
import sluice.wire.WebSocketConnection;
import sluice.wire.WebSocketEvent;
import sluice.wire.WebSocketHandshake;

/**
 * The WebSocket mode of the API on one connection: turns of one stream in order, those of different streams at the same time,
 * responses that live as long as the connection. The connection's thread receives; a virtual thread per stream answers.
 */
final class WebSocketSession {
    /** More streams than any client opens on one connection. */
    private static final int MAX_STREAMS = 64;
    private static final long FINISH_NANOS = 2_000_000_000L;

    private final SimulatedUpstream upstream;
    private final HttpConnection connection;
    private final RequestHead head;
    private final ReceivedRequest handshake;
    private final int firstNumber;
    private final long openedNanos = System.nanoTime();
    private final Map<String, ExecutorService> streams = new HashMap<>();
    private final Set<String> responses = ConcurrentHashMap.newKeySet();
    private final Map<ReceivedRequest, Pauses> active = new ConcurrentHashMap<>();
    private Optional<WebSocketConnection> socket = Optional.empty();

    WebSocketSession(SimulatedUpstream upstream, HttpConnection connection, RequestHead head, ReceivedRequest handshake,
            int firstNumber) {
        this.upstream = upstream;
        this.connection = connection;
        this.head = head;
        this.handshake = handshake;
        this.firstNumber = firstNumber;
    }

    /** Answers the handshake. */
    void open(Link link, HttpInput input, String key, Fault fault) throws IOException {
        Headers.Builder more = Headers.builder().add("x-request-id", upstream.ids().next("req_"));
        fault.text(FaultOption.TURN_STATE).ifPresent(state -> more.add("x-codex-turn-state", state));
        ByteBuilder out = new ByteBuilder(512);
        WebSocketHandshake.switching(key, more.build(), out);
        handshake.answering(101);
        link.write(out.array(), 0, out.length());
        socket = Optional.of(WebSocketConnection.server(link, input, WebSocketConnection.MAX_MESSAGE_BYTES, System::nanoTime));
        upstream.ended(handshake, ReceivedRequest.Ending.ANSWERED);
    }

    /** Serves until the connection ends. */
    void run() {
        WebSocketConnection peer = socket.orElseThrow();
        int number = firstNumber;
        try {
            while (true) {
                switch (peer.receive()) {
                    case WebSocketEvent.Message message -> {
                        byte[] bytes = new byte[message.length()];
                        System.arraycopy(message.buffer(), message.offset(), bytes, 0, bytes.length);
                        begin(peer, bytes, ++number);
                    }
                    case WebSocketEvent.Pong pong -> { }
                    case WebSocketEvent.Closed closed -> {
                        leave();
                        if (closed.code() != CloseCodes.ABNORMAL) {
                            peer.finish(upstream.sweeper(), FINISH_NANOS);
                        }
                        return;
                    }
                }
            }
        } finally {
            leave();
            streams.values().forEach(ExecutorService::shutdown);
        }
    }

    /** Each turn finds out for itself: one that has said all is answered, though its peer left at once. */
    private void leave() {
        active.values().forEach(Pauses::gone);
    }

    private void begin(WebSocketConnection peer, byte[] bytes, int number) {
        ReceivedRequest request = new ReceivedRequest("WEBSOCKET", head.target(), head.headers(), bytes,
                handshake.accountKey(), handshake.connection(), number);
        upstream.began(request);
        Pauses pauses = new Pauses();
        active.put(request, pauses);
        Optional<TurnRequest> read = Optional.empty();
        try {
            read = Optional.of(TurnRequestReader.read(bytes));
        } catch (IOException e) {
            // Answered as no JSON, in its turn.
        }
        Optional<TurnRequest> turn = read;
        String stream = turn.flatMap(r -> r.text("stream_id")).orElse("");
        if (!streams.containsKey(stream) && streams.size() == MAX_STREAMS) {
            connection.breakOff(false);
            return;
        }
        streams.computeIfAbsent(stream, s -> Executors.newSingleThreadExecutor(Thread.ofVirtual().factory()))
                .execute(() -> answer(peer, request, turn, pauses));
    }

    private void answer(WebSocketConnection peer, ReceivedRequest request, Optional<TurnRequest> read, Pauses pauses) {
        WebSocketOut out = new WebSocketOut(peer, request, read.flatMap(r -> r.text("stream_id")));
        try {
            turn(out, request, read, pauses);
            upstream.ended(request, ReceivedRequest.Ending.ANSWERED);
        } catch (BrokenOnPurpose e) {
            upstream.ended(request, ReceivedRequest.Ending.BROKEN);
            breakOff(peer, e);
        } catch (IOException e) {
            upstream.ended(request, ReceivedRequest.Ending.PEER_GONE);
            connection.close();
        } finally {
            active.remove(request);
        }
    }

    private void turn(WebSocketOut out, ReceivedRequest request, Optional<TurnRequest> read, Pauses pauses)
            throws IOException {
        try {
            TurnRequest asked = read.orElseThrow(() -> new ApiException(new ApiError(400, "invalid_request_error",
                    "invalid_json", Optional.empty(), "We could not parse the JSON of your message.")));
            upstream.travel(1);
            String type = asked.text("type").orElse("");
            if (!type.equals("response.create")) {
                throw new ApiException(ApiError.invalid("invalid_value", "type", "Invalid value: '" + type + "'."));
            }
            Fault fault = upstream.plan().choose(request.accountKey(), asked.model(), asked.lastText,
                    request.onConnection() > firstNumber + 1);
            request.chosen(fault);
            if (fault.has(FaultOption.WS_LIMIT) || isTooOld()) {
                out.error(new ApiError(400, "invalid_request_error", "websocket_connection_limit_reached", Optional.empty(),
                        "Responses websocket connection limit reached (60 minutes). "
                                + "Create a new websocket connection to continue."), Fault.NONE);
                throw new BrokenOnPurpose(false, CloseCodes.NORMAL);
            }
            respond(out, request, asked, fault, pauses);
        } catch (ApiException e) {
            out.error(e.error(), Fault.NONE);
        } catch (IllegalArgumentException e) {
            out.error(ApiError.invalid("invalid_simulator_option", "input", e.getMessage()), Fault.NONE);
        }
    }

    private void respond(WebSocketOut out, ReceivedRequest request, TurnRequest asked, Fault fault, Pauses pauses)
            throws IOException, ApiException {
        if (fault.has(FaultOption.DROP) || fault.has(FaultOption.REUSE)) {
            throw new BrokenOnPurpose(fault.has(FaultOption.REUSE) || fault.text(FaultOption.DROP).orElse("").equals("rst"));
        }
        if (fault.has(FaultOption.CLOSE) && !fault.has(FaultOption.CUTAFTER)) {
            throw new BrokenOnPurpose(false, fault.count(FaultOption.CLOSE, CloseCodes.NORMAL));
        }
        pauses.until(fault.nanos(FaultOption.HEADERS, 0) + fault.nanos(FaultOption.SILENT, 0));
        if (fault.has(FaultOption.STATUS)) {
            out.error(ApiError.of(fault.count(FaultOption.STATUS, 500), fault), fault);
            return;
        }
        String cacheKey = asked.text("prompt_cache_key").or(() -> head.headers().first("session-id")).orElse("");
        boolean known = asked.text("previous_response_id").map(responses::contains).orElse(false);
        Turn turn = upstream.routes().turn(asked, fault, upstream.account(request.accountKey()), cacheKey, known);
        responses.add(turn.id());
        turn.play(out.events(fault, pauses));
        out.flush();
        request.billed(turn.billed());
    }

    private boolean isTooOld() {
        return System.nanoTime() - openedNanos > upstream.settings().webSocketLifetime().toNanos();
    }

    private void breakOff(WebSocketConnection peer, BrokenOnPurpose how) {
        if (how.closeCode() == 0) {
            connection.breakOff(how.reset());
            return;
        }
        try {
            peer.sendClose(how.closeCode(), "simulated");
        } catch (IOException | IllegalArgumentException e) {
            connection.close();
        }
    }

    /** Messages of one turn. Confined to the stream's thread. */
    private static final class WebSocketOut {
        private final WebSocketConnection peer;
        private final ReceivedRequest request;
        private final String stream;
        private final ByteBuilder message = new ByteBuilder(1024);
        private long sent;

        WebSocketOut(WebSocketConnection peer, ReceivedRequest request, Optional<String> stream) {
            this.peer = peer;
            this.request = request;
            this.stream = stream.map(id -> ",\"stream_id\":" + JsonStrings.quote(id)).orElse("");
        }

        void error(ApiError error, Fault fault) throws IOException {
            String retry = fault.has(FaultOption.RETRY)
                    ? ",\"headers\":{\"retry-after\":\"" + fault.count(FaultOption.RETRY, 0) + "\"}" : "";
            message.reset(1024);
            message.bytes(BodyOut.bytes("{\"type\":\"error\",\"status\":" + error.status() + ",\"error\":" + error.inner()
                    + retry + stream + "}"));
            request.events(request.events() + 1);
            send(error.status());
        }

        EventOut events(Fault fault, Pauses pauses) {
            byte[] suffix = BodyOut.bytes(stream + "}");
            return new EventOut(request, fault, pauses) {
                @Override
                void write(String type, int number, byte[] rest) throws IOException {
                    message.reset(64 * 1024);
                    message.ascii("{\"type\":\"").ascii(type).ascii("\"");
                    if (number >= 0) {
                        message.ascii(",\"sequence_number\":").decimal(number);
                    }
                    message.bytes(rest).bytes(suffix);
                    sendLater();
                }

                @Override
                void comment() {
                    // A WebSocket has none.
                }

                @Override
                void badChunk() {
                    // A WebSocket has none.
                }

                @Override
                void done() {
                    // A WebSocket has no such end.
                }

                @Override
                void flush() throws IOException {
                    peer.flush();
                }
            };
        }

        /** What comes in one go goes out in one write, as of a stream. */
        private void sendLater() throws IOException {
            request.answering(200);
            peer.sendTextLater(message.array(), 0, message.length());
            sent += message.length();
            request.sent(sent);
        }

        void flush() throws IOException {
            peer.flush();
        }

        private void send(int status) throws IOException {
            request.answering(status);
            peer.sendText(message.array(), 0, message.length());
            sent += message.length();
            request.sent(sent);
        }
    }
}
