package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.api.Headers;
import sluice.http1.HttpInput;
import sluice.net.ByteBuilder;
import sluice.net.SocketLink;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

class WebSocketTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private SimulatedUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
        client.shutdownNow();
    }

    @Test
    void answersTurnsOneAfterAnother() throws Exception {
        Peer peer = open("sk-a");
        String first = peer.turn(create("", "deltas=2"));
        List<String> types = peer.types(first);
        assertEquals("response.created", types.getFirst());
        assertEquals("response.completed", types.getLast());

        String id = Calls.member(first.substring(first.indexOf("\"response\":")), "id");
        String next = peer.turn(create("\"previous_response_id\":\"" + id + "\",", "deltas=1"));

        assertTrue(next.contains("\"previous_response_id\":\"" + id + "\""));
        ReceivedRequest turn = upstream.log().last();
        assertEquals("WEBSOCKET", turn.method());
        assertEquals(ReceivedRequest.Ending.ANSWERED, turn.awaitEnd());
        assertEquals(3, upstream.log().total());
    }

    @Test
    void responsesLiveAsLongAsTheirConnection() throws Exception {
        String first = open("sk-a").turn(create("", "deltas=1"));
        String id = Calls.member(first.substring(first.indexOf("\"response\":")), "id");

        String refused = open("sk-a").turn(create("\"previous_response_id\":\"" + id + "\",", "deltas=1"));

        assertTrue(refused.startsWith("{\"type\":\"error\",\"status\":400,"));
        assertEquals("previous_response_not_found", Calls.member(refused, "code"));
    }

    @Test
    void warmsUpWithoutOutput() throws Exception {
        List<String> types = new ArrayList<>();
        Peer peer = open("sk-a");
        types.addAll(peer.types(peer.turn(create("\"generate\":false,", "deltas=5"))));

        assertEquals(List.of("response.created", "response.in_progress", "response.completed"), types);
    }

    @Test
    void errorsAreInBandAndTheConnectionGoesOn() throws Exception {
        Peer peer = open("sk-a");

        assertTrue(peer.turn(create("", "status=429;retry=3")).startsWith("{\"type\":\"error\",\"status\":429,"));
        assertTrue(peer.turn("no json").contains("invalid_json"));
        assertTrue(peer.turn("{\"type\":\"other\"}").contains("\"status\":400"));
        assertTrue(peer.turn(create("", "deltas=1")).contains("response.completed"));
    }

    @Test
    void aTurnThatFailsToGoOnForgetsWhatItWouldHaveGoneOnFrom() throws Exception {
        Peer peer = open("sk-a");
        String first = Calls.member(peer.turn(create("", "deltas=1")), "id");
        String previous = "\"previous_response_id\":\"" + first + "\",";
        assertTrue(peer.turn(create(previous, "deltas=1")).contains("response.completed"));

        String failed = peer.turn("{\"type\":\"response.create\",\"model\":\"m\",\"store\":false," + previous + "\"input\":[{\"type\":"
                + "\"function_call_output\",\"call_id\":\"call_x\",\"output\":\"1\"}]}");

        assertTrue(failed.contains("No tool call found"), failed);
        assertTrue(peer.turn(create(previous, "deltas=1")).contains("previous_response_not_found"));
    }

    @Test
    void refusesWhatOnlyHttpHas() throws Exception {
        Peer peer = open("sk-a");

        assertTrue(peer.turn(create("\"background\":true,", "")).contains("\"param\":\"background\""));
        assertTrue(peer.turn(create("\"stream_id\":\"a b\",", "")).contains("\"param\":\"stream_id\""));
        assertTrue(peer.turn(create("\"stream_id\":\"a.b-c_1\",", "deltas=1")).contains("response.completed"));
    }

    @Test
    void aRefusalInsideATurnHasTheFormOfASocket() throws Exception {
        String turn = open("sk-a").turn(create("", "fail=usage_limit_reached;failas=error;resets_in=9;plan=plus"));

        assertTrue(turn.contains("{\"type\":\"error\",\"status\":429,\"error\":{\"message\":\"The usage limit has been reached\","
                + "\"type\":\"usage_limit_reached\",\"param\":null,\"code\":\"usage_limit_reached\",\"plan_type\":\"plus\","
                + "\"resets_in_seconds\":9}}"), turn);
    }

    @Test
    void turnsStandOnTheBill() throws Exception {
        String id = Calls.member(open("sk-a").turn(create("\"service_tier\":\"priority\",", "deltas=3")), "id");

        assertEquals(3, upstream.bill().of(id).orElseThrow().tokens().output());
        assertEquals("priority", upstream.bill().of(id).orElseThrow().serviceTier());
    }

    @Test
    void streamsRunAtTheSameTime() throws Exception {
        Peer peer = open("sk-a");
        peer.socket.sendText(create("\"stream_id\":\"slow\",", "stall=2"), true).join();
        peer.socket.sendText(create("\"stream_id\":\"fast\",", "deltas=1"), true).join();

        Set<String> seen = new HashSet<>();
        String message = "";
        while (!message.contains("response.completed")) {
            message = peer.next();
            seen.add(message.substring(message.lastIndexOf("\"stream_id\"")));
        }
        assertTrue(message.endsWith(",\"stream_id\":\"fast\"}"));
        assertTrue(seen.size() <= 2);
        // The peer has the last event a moment before its turn is over; the stalled turn stays.
        while (upstream.activeRequests() != 1) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aPeerThatLeavesEndsItsTurn() throws Exception {
        Peer peer = open("sk-a");
        peer.socket.sendText(create("", "stall=2"), true).join();
        peer.next();
        peer.next();
        ReceivedRequest turn = upstream.log().last();

        peer.socket.abort();

        assertEquals(ReceivedRequest.Ending.PEER_GONE, turn.awaitEnd());
    }

    @Test
    void endsAsAsked() throws Exception {
        Peer closed = open("sk-a");
        closed.socket.sendText(create("", "close=1013;cutafter=3"), true).join();
        assertEquals("closed 1013", closed.last());
        Peer limited = open("sk-a");
        assertTrue(limited.turn(create("", "ws_limit")).contains("websocket_connection_limit_reached"));
        assertEquals("closed 1000", limited.last());
    }

    /** Not with the JDK's client: at a cut behind data it may throw an InternalError, or tell nothing. */
    @Test
    void cutsBehindSomeMessages() throws Exception {
        try (SocketLink link = new SocketLink(new Socket("127.0.0.1", upstream.port()))) {
            String key = WebSocketHandshake.newKey();
            ByteBuilder request = new ByteBuilder(512);
            WebSocketHandshake.request("/v1/responses", "simulated", key, Headers.of("Authorization", "Bearer sk-a"), request);
            link.write(request.array(), 0, request.length());
            HttpInput input = new HttpInput(link, 16 * 1024);
            assertEquals(101, input.readResponseHead("GET").orElseThrow().status());
            WebSocketConnection peer = WebSocketConnection.client(link, input, 1024 * 1024, System::nanoTime);

            peer.sendText(create("", "cutafter=3"));

            for (int i = 0; i < 3; i++) {
                assertInstanceOf(WebSocketEvent.Message.class, peer.receive());
            }
            assertEquals(CloseCodes.ABNORMAL, assertInstanceOf(WebSocketEvent.Closed.class, peer.receive()).code());
            assertEquals(ReceivedRequest.Ending.BROKEN, upstream.log().last().awaitEnd());
        }
    }

    @Test
    void connectionsHaveALifetime() throws Exception {
        SimulatorSettings settings = SimulatorSettings.DEFAULT.withWebSocketLifetime(Duration.ZERO);
        try (SimulatedUpstream old = SimulatedUpstream.start(settings)) {
            Peer peer = open(old, "sk-a");
            assertTrue(peer.turn(create("", "deltas=1")).contains("websocket_connection_limit_reached"));
        }
    }

    @Test
    void refusesHandshakes() {
        CompletionException refused = assertThrows(CompletionException.class, () -> open("sk-sim-handshake-426"));

        WebSocketHandshakeException why = assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
        assertEquals(426, why.getResponse().statusCode());
        assertFalse(upstream.log().all().isEmpty());
    }

    private Peer open(String key) {
        return open(upstream, key);
    }

    private Peer open(SimulatedUpstream where, String key) {
        Peer peer = new Peer();
        URI uri = URI.create(where.baseUri().toString().replace("http:", "ws:") + "/responses");
        peer.socket = client.newWebSocketBuilder().header("Authorization", "Bearer " + key).buildAsync(uri, peer).join();
        return peer;
    }

    private static String create(String members, String options) {
        return "{\"type\":\"response.create\"," + members + "\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi [[sim:" + options
                + "]]\"}";
    }

    /** A client's end: what came, in order. */
    private static final class Peer implements WebSocket.Listener {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private WebSocket socket;

        String next() throws InterruptedException {
            return received.take();
        }

        /** Sends a message and reads up to the end of its turn. */
        String turn(String message) throws InterruptedException {
            socket.sendText(message, true).join();
            StringBuilder all = new StringBuilder();
            while (true) {
                String next = next();
                all.append(next).append('\n');
                if (next.startsWith("{\"type\":\"error\"") || next.startsWith("{\"type\":\"response.completed\"")) {
                    return all.toString();
                }
            }
        }

        /** Reads up to the end of the connection, and says how it ended. */
        String last() throws InterruptedException {
            String next = next();
            while (next.startsWith("{")) {
                next = next();
            }
            return next;
        }

        List<String> types(String messages) {
            return messages.lines().map(line -> Calls.member(line, "type")).toList();
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                received.add(partial.toString());
                partial.setLength(0);
            }
            return WebSocket.Listener.super.onText(webSocket, data, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            received.add("closed " + statusCode);
            return WebSocket.Listener.super.onClose(webSocket, statusCode, reason);
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            received.add("broken " + error);
        }
    }
}
