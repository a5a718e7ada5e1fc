package sluice.simulator;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import sluice.api.Headers;
import sluice.api.TurnPool;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.net.Link;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/**
 * The WebSocket mode of the API on one connection: turns of one stream in order, those of different streams at the same time,
 * responses that live as long as the connection. The connection's thread receives; a virtual thread per stream answers.
 */
final class WebSocketSession {
    /** More streams than any client opens on one connection. */
    private static final int MAX_STREAMS = 64;
    private static final Pattern STREAM_ID = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
    private static final long FINISH_NANOS = 2_000_000_000L;

    private final Simulation simulation;
    private final HttpConnection connection;
    private final RequestHead head;
    private final ReceivedRequest handshake;
    private final int firstNumber;
    private final long openedNanos = System.nanoTime();
    private final Map<String, ExecutorService> streams = new HashMap<>();
    private final ConnectionMemory memory = new ConnectionMemory();
    private final Map<ReceivedRequest, Pauses> active = new ConcurrentHashMap<>();
    private Optional<WebSocketConnection> socket = Optional.empty();

    WebSocketSession(Simulation simulation, HttpConnection connection, RequestHead head, ReceivedRequest handshake,
            int firstNumber) {
        this.simulation = simulation;
        this.connection = connection;
        this.head = head;
        this.handshake = handshake;
        this.firstNumber = firstNumber;
    }

    /** Answers the handshake. */
    void open(Link link, HttpInput input, String key, Fault fault) throws IOException {
        Headers.Builder more = Headers.builder().add("x-request-id", simulation.ids().next("req_"));
        fault.text(FaultOption.TURN_STATE).ifPresent(state -> more.add(TurnPool.TURN_STATE, state));
        Limits.addPlan(fault, more);
        ByteBuilder out = new ByteBuilder(512);
        WebSocketHandshake.switching(key, more.build(), out);
        handshake.answering(101);
        link.write(out.array(), 0, out.length());
        socket = Optional.of(WebSocketConnection.server(link, input, WebSocketConnection.MAX_MESSAGE_BYTES, System::nanoTime));
        simulation.ended(handshake, ReceivedRequest.Ending.ANSWERED);
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
                            peer.finish(simulation.sweeper(), FINISH_NANOS);
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
        simulation.began(request);
        Pauses pauses = new Pauses();
        active.put(request, pauses);
        Optional<ResponseRequest> read = Optional.empty();
        try {
            read = Optional.of(ResponseRequestReader.read(bytes));
        } catch (IOException e) {
            // Answered as no JSON, in its turn.
        }
        Optional<ResponseRequest> turn = read;
        String stream = turn.flatMap(r -> r.text("stream_id")).orElse("");
        if (!streams.containsKey(stream) && streams.size() == MAX_STREAMS) {
            connection.breakOff(false);
            return;
        }
        streams.computeIfAbsent(stream, s -> Executors.newSingleThreadExecutor(Thread.ofVirtual().factory()))
                .execute(() -> answer(peer, request, turn, pauses));
    }

    private void answer(WebSocketConnection peer, ReceivedRequest request, Optional<ResponseRequest> read, Pauses pauses) {
        WebSocketOut out = new WebSocketOut(peer, request, read.flatMap(r -> r.text("stream_id")));
        try {
            turn(out, request, read, pauses);
            simulation.ended(request, ReceivedRequest.Ending.ANSWERED);
        } catch (BrokenOnPurpose e) {
            simulation.ended(request, ReceivedRequest.Ending.BROKEN);
            breakOff(peer, e);
        } catch (IOException e) {
            simulation.ended(request, ReceivedRequest.Ending.PEER_GONE);
            connection.close();
        } finally {
            active.remove(request);
        }
    }

    private void turn(WebSocketOut out, ReceivedRequest request, Optional<ResponseRequest> read, Pauses pauses)
            throws IOException {
        try {
            ResponseRequest asked = read.orElseThrow(() -> new ApiException(ApiError.invalid("invalid_json", null,
                    "We could not parse the JSON of your message.")));
            simulation.travel(1);
            String type = asked.text("type").orElse("");
            if (!type.equals("response.create")) {
                throw new ApiException(ApiError.invalid("invalid_value", "type", "Invalid value: '" + type + "'."));
            }
            check(asked);
            Fault fault = simulation.plan().choose(request.accountKey(), asked.model(), asked.lastText,
                    new FaultPlan.Place("responses", request.onConnection() > firstNumber + 1));
            request.chosen(fault);
            if (fault.has(FaultOption.WS_LIMIT) || isTooOld()) {
                out.error(ApiError.invalid("websocket_connection_limit_reached", null,
                        "Responses websocket connection limit reached (60 minutes). "
                                + "Create a new websocket connection to continue."), Fault.NONE);
                throw new BrokenOnPurpose(false, CloseCodes.NORMAL);
            }
            respond(out, request, asked, fault, pauses);
        } catch (ApiException e) {
            read.flatMap(asked -> asked.text("previous_response_id")).ifPresent(memory::forget);
            out.error(e.error(), Fault.NONE);
        } catch (IllegalArgumentException e) {
            out.error(ApiError.invalid("invalid_simulator_option", "input", e.getMessage()), Fault.NONE);
        }
    }

    private void respond(WebSocketOut out, ReceivedRequest request, ResponseRequest asked, Fault fault, Pauses pauses)
            throws IOException, ApiException {
        if (fault.has(FaultOption.DROP) || fault.has(FaultOption.REUSE)) {
            throw new BrokenOnPurpose(fault.has(FaultOption.REUSE) || fault.text(FaultOption.DROP).orElse("").equals("rst"));
        }
        if (fault.has(FaultOption.CLOSE) && !fault.has(FaultOption.CUTAFTER)) {
            throw new BrokenOnPurpose(false, fault.count(FaultOption.CLOSE, CloseCodes.NORMAL));
        }
        pauses.until(fault.nanos(FaultOption.HEADERS, 0) + fault.nanos(FaultOption.SILENT, 0));
        if (fault.has(FaultOption.STATUS)) {
            asked.text("previous_response_id").ifPresent(memory::forget);
            out.error(ApiError.of(fault.count(FaultOption.STATUS, 500), fault), fault);
            return;
        }
        String cacheKey = asked.text("prompt_cache_key").or(() -> head.headers().first("session-id")).orElse("");
        SimulatedResponse response = simulation.routes().maker()
                .make(asked, fault, simulation.account(request.accountKey()), cacheKey, memory);
        try {
            response.play(out.events(fault, pauses), () -> simulation.bill().whole(request.accountKey(), response.charge()));
            out.flush();
        } catch (BrokenOnPurpose e) {
            throw e;
        } catch (IOException e) {
            simulation.bill().left(request.accountKey(), response.charge(), request.deltas());
            throw e;
        }
        request.billed(response.charge().usage());
    }

    /** What only holds on a WebSocket. */
    private static void check(ResponseRequest asked) throws ApiException {
        if (asked.flag("background", false)) {
            throw new ApiException(ApiError.invalid("unsupported_parameter", "background",
                    "Unsupported parameter: 'background' is not supported over WebSocket."));
        }
        if (asked.json("stream_id").isPresent()
                && !asked.text("stream_id").filter(id -> STREAM_ID.matcher(id).matches()).isPresent()) {
            throw new ApiException(ApiError.invalid("invalid_value", "stream_id",
                    "Invalid 'stream_id': 1 to 256 letters, digits, underscores, hyphens and dots."));
        }
    }

    private boolean isTooOld() {
        return System.nanoTime() - openedNanos > simulation.settings().webSocketLifetime().toNanos();
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
}
