package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.KeyHash;

/** Messages of a WebSocket that are no plain turns reach no account unchecked. */
class WebSocketWallsTest {
    private static final String TURN = "{\"type\":\"response.create\",\"model\":\"gpt-5\",\"input\":\"hi\"}";

    private SayingUpstream upstream;
    private RunningGateway gateway;

    @BeforeEach
    void start() throws IOException {
        upstream = new SayingUpstream();
        gateway = RunningGateway.accounts(upstream.uri(), 1, "clients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex()
                + "\", models: [\"gpt-5*\"], requests-per-minute: 4}]\n");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    private TestWebSocket open() throws IOException {
        return TestWebSocket.open(gateway.port(), "authorization", "Bearer k1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"session.update\",\"model\":\"gpt-4\"}", "{\"model\":\"gpt-4\",\"input\":\"hi\"}", "{\"type\":1}",
        "{\"type\":\"response.create\",\"model\":\"gpt-4\",\"type\":\"response.processed\"}",
        "{\"type\":\"response.processed\",\"Type\":\"response.create\",\"model\":\"gpt-4\"}",
        "{\"type\":\"response.create\",\"model\":\"gpt-5\",\"Model\":\"gpt-4\"}",
        "{\"type\":\"response.create\",\"model\":\"gpt-5\",\"mod\\u0065l\":\"gpt-4\"}",
        "{\"type\":\"response.create\",\"model\":\"gpt-4\"}", "{\"type\":\"Response.Create\",\"model\":\"gpt-4\"}", "[1]"})
    void whatIsNoPlainTurnIsRefused(String message) throws Exception {
        try (TestWebSocket socket = open()) {
            String said = socket.turn(message).getLast();
            assertEquals("error", TestWebSocket.type(said), said);
            assertTrue(said.contains("\"status\":40"), said);
            assertEquals("response.completed", TestWebSocket.type(socket.turn(TURN).getLast()));
            assertEquals(1, upstream.asked("sk-a").size());
        }
    }

    @Test
    void wordsAboutATurnCountAsRequestsDo() throws Exception {
        try (TestWebSocket socket = open()) {
            socket.turn(TURN);
            List<String> said = List.of();
            for (int i = 0; i < 4; i++) {
                socket.send("{\"type\":\"response.processed\",\"response_id\":\"resp_1\"}");
            }
            said = socket.turn(TURN);
            assertTrue(said.toString().contains("\"client_rate\""), said.toString());
            assertTrue(upstream.asked("sk-a").size() <= 4, upstream.asked("sk-a").toString());
        }
    }
}
