package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpClient;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.api.Headers;
import sluice.config.KeyHash;

/** What one account gave to find a turn again is not for another. */
class TurnStateTest extends AtAllDoors {
    private static final String NAME = "x-codex-turn-state";
    private static final String WELL = "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\",\"output\":[]}";
    private static final String ASK = "{\"model\":\"m\",\"input\":\"hi\",\"store\":false}";

    private RunningGateway gateway;

    @BeforeEach
    void start() throws Exception {
        upstream.account("sk-a", asked -> asked.webSocket() ? SayingUpstream.well(asked)
                : SayingUpstream.status(200, WELL, NAME, "of a"));
        String clients = "clients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex() + "\"}, {name: two, key-sha256: \""
                + KeyHash.of("k2").hex() + "\"}]\n";
        gateway = gateway(2, "", clients);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private List<String> sent(String account) {
        return upstream.asked(account).stream().map(SayingUpstream.Asked::headers)
                .map(headers -> headers.first(NAME).or(() -> headers.first("x_codex_turn_state")).orElse("none")).toList();
    }

    private void rest() {
        String limit = "{\"error\":{\"code\":\"rate_limit_exceeded\"}}";
        upstream.account("sk-a", asked -> SayingUpstream.status(429, limit, "retry-after", "60"));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void staysWithTheAccountThatGaveIt(HttpClient.Version version) throws Exception {
        try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
            String given = door.send("POST", "/v1/responses", ASK, "x-api-key", "k1").headers().firstValue(NAME).orElseThrow();
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1", NAME, given).statusCode());
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1", NAME, "of nobody").statusCode());
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k2", NAME, given).statusCode());
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1", "x_codex_turn_state", given).statusCode());
            assertEquals(List.of("none", "of a", "none", "none", "of a"), sent("sk-a"));
            rest();
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1", NAME, given).statusCode());
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1", "x_codex_turn_state", given).statusCode());
            assertEquals(List.of("none", "none"), sent("sk-b"));
        }
    }

    @Test
    void staysWithTheAccountThatGaveItOverWebSocketsToo() throws Exception {
        upstream.handshake("sk-a", Headers.of(NAME, "of a's handshake"));
        try (HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            door.send("POST", "/v1/responses", ASK, "x-api-key", "k1");
            upstream.forget();
        }
        try (TestWebSocket socket = open("of a")) {
            assertEquals("response.completed", TestWebSocket.type(socket.turn(turn()).getLast()));
            assertEquals(List.of("of a"), sent("sk-a"));
        }
        rest();
        try (TestWebSocket socket = open("of a")) {
            assertEquals("response.completed", TestWebSocket.type(socket.turn(turn()).getLast()));
            assertEquals(List.of("none"), sent("sk-b"));
        }
    }

    private TestWebSocket open(String state) throws Exception {
        return TestWebSocket.open(connection(gateway), "authorization", "Bearer k1", "session-id", "s", NAME, state);
    }

    private static String turn() {
        return "{\"type\":\"response.create\"," + ASK.substring(1);
    }
}
