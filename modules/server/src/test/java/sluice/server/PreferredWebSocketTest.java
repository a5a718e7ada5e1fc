package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** HTTP requests that go to accounts with {@code websocket: prefer}. */
class PreferredWebSocketTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String PLAIN = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private RunningGateway gateway(String more) throws IOException {
        return RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: sk-a, websocket: prefer, tier: 0" + more + "}\n  - {name: b, base-url: \"" + upstream.baseUri()
                + "\", api-key: sk-b, tier: 1}\n");
    }

    private List<ReceivedRequest> turns() {
        return upstream.log().all().stream().filter(request -> request.method().equals("WEBSOCKET")).toList();
    }

    @Test
    void servesStreamsAndJsonOverOneWebSocket() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            TestClient.Answer stream = client.post(STREAM);
            assertTrue(stream.text().startsWith("event: response.created\n"), stream.text());
            assertTrue(stream.text().contains("event: response.completed\n"));
            assertTrue(stream.whole());
            TestClient.Answer json = client.post(PLAIN);
            assertEquals("application/json", json.headers().first("content-type").orElseThrow());
            assertTrue(json.text().contains("\"status\":\"completed\""), json.text());
            List<ReceivedRequest> turns = turns();
            assertEquals(2, turns.size());
            assertEquals(turns.getFirst().connection(), turns.getLast().connection());
            assertEquals("{\"type\":\"response.create\"," + STREAM.substring(1),
                    new String(turns.getFirst().body(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void restoresAMappedModel() throws IOException {
        try (RunningGateway gateway = gateway(", models: [{from: fast, to: gpt-5-mini}]"); TestClient client = gateway.client()) {
            String text = client.post(STREAM.replace("gpt-5.1", "fast")).text();
            assertTrue(text.contains("\"model\":\"fast\""), text);
            assertFalse(text.contains("gpt-5-mini"), text);
            assertTrue(new String(turns().getFirst().body(), StandardCharsets.UTF_8).contains("\"gpt-5-mini\""));
        }
    }

    @Test
    void usesHttpAtOnceAndFromThenOnWhereThereIsNoWebSocket() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("handshake=426"));
            assertTrue(client.post(STREAM).text().contains("event: response.completed\n"));
            assertTrue(client.post(STREAM).text().contains("event: response.completed\n"));
            assertEquals(List.of("GET", "POST", "POST"), upstream.log().all().stream().map(ReceivedRequest::method).toList());
            assertTrue(upstream.log().all().stream().allMatch(request -> request.accountKey().equals("sk-a")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 520})
    void usesHttpForTheRequestWhoseHandshakeMetAServerError(int status) throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("handshake=" + status));
            assertTrue(client.post(STREAM).text().contains("event: response.completed\n"));
            upstream.always("sk-a", Fault.NONE);
            assertTrue(client.post(STREAM).text().contains("event: response.completed\n"));
            assertEquals(List.of("GET", "POST", "GET", "WEBSOCKET"), upstream.log().all().stream().map(ReceivedRequest::method).toList());
            assertEquals(0, gateway.account("a").history().failed());
        }
    }

    @Test
    void sendsBackgroundWorkAndOtherRoutesByHttp() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            assertEquals(200, client.post(PLAIN.replace("\"store\":false", "\"background\":true")).status());
            assertEquals(200, client.post("/v1/responses/input_tokens", PLAIN).status());
            assertEquals(List.of(), turns());
        }
    }

    @Test
    void movesOnUnseenWhenTheFirstMessageIsARefusal() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.script("sk-a", Fault.of("status=429;retry=7"));
            TestClient.Answer answer = client.post(STREAM);
            assertEquals(200, answer.status());
            assertTrue(answer.text().contains("event: response.completed\n"), answer.text());
            assertEquals("sk-b", upstream.log().last().accountKey());
            assertTrue(client.post(STREAM).text().contains("event: response.completed\n"));
            assertEquals("sk-b", upstream.log().last().accountKey());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STREAM, PLAIN})
    void opensAnotherConnectionWhenTheAccountSaysThatOneIsTooOld(String body) throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.script("sk-a", Fault.NONE, Fault.of("ws_limit"));
            assertEquals(200, client.post(body).status());
            TestClient.Answer answer = client.post(body);
            assertEquals(200, answer.status());
            assertTrue(answer.text().contains("\"status\":\"completed\""), answer.text());
            assertEquals(List.of("sk-a", "sk-a", "sk-a"), turns().stream().map(ReceivedRequest::accountKey).toList());
            List<Long> connections = turns().stream().map(ReceivedRequest::connection).toList();
            assertEquals(connections.get(0), connections.get(1));
            assertEquals(2, Set.copyOf(connections).size());
        }
    }

    @Test
    void tellsTheClientIfEvenANewConnectionIsTooOld() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("ws_limit"));
            TestClient.Answer answer = client.post(STREAM);
            assertEquals(400, answer.status());
            assertTrue(answer.text().contains("websocket_connection_limit_reached"), answer.text());
            assertEquals(2, turns().size());
        }
    }

    @Test
    void endsTheStreamWithAFailureWhenTheSocketIsCut() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            upstream.script("sk-a", Fault.of("cutafter=4"));
            TestClient.Answer answer = client.post(STREAM);
            assertFalse(answer.whole());
            assertTrue(answer.text().contains("event: response.failed\n"), answer.text());
            assertTrue(answer.text().contains("upstream_stream_broken"), answer.text());
        }
    }
}
