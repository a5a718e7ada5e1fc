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
    private static final String CLIENTS = "clients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex()
            + "\", models: [\"gpt-5*\"], requests-per-minute: 4}]\n";

    private SayingUpstream upstream;
    private RunningGateway gateway;

    @BeforeEach
    void start() throws IOException {
        upstream = new SayingUpstream();
        gateway = RunningGateway.accounts(upstream.uri(), 1, CLIENTS);
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
        "{\"type\":\"response.create\",\"model\":\"gpt-5\",\"Previous_Response_ID\":\"resp_x\"}",
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

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"type\":\"x\"}", "{\"type\":\"response.create\",\"type\":1}"})
    void whatIsRefusedCountsAsRequestsDo(String message) throws Exception {
        try (TestWebSocket socket = open()) {
            String said = "";
            for (int i = 0; i < 5; i++) {
                said = socket.turn(message).getLast();
            }
            assertTrue(said.contains("\"client_rate\""), said);
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
    }

    /** Each is a message of six bytes, and would be answered by two hundred. */
    @Test
    void whoGoesOnAskingForNothingIsEnded() throws Exception {
        try (TestWebSocket socket = open()) {
            byte[] empty = {(byte) 0x81, (byte) 0x80, 0, 0, 0, 0};
            byte[] many = new byte[5000 * empty.length];
            for (int i = 0; i < many.length; i += empty.length) {
                System.arraycopy(empty, 0, many, i, empty.length);
            }
            socket.raw(many);
            socket.sendClose(1000);
            int answers = 0;
            while (!socket.next().startsWith("close")) {
                answers++;
            }
            assertTrue(answers < 5000, answers + " of 5000 are answered");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"type\":\"response.cancel\",\"response_id\":\"resp_1\"",
        "\"type\":\"response.cancel\",\"response_id\":\"resp_of_nobody\"",
        "\"type\":\"response.cancel\",\"response_id\":\"resp_2\",\"response_id\":\"resp\\u005f1\"",
        "\"type\":\"response.inject\",\"previous_response_id\":\"resp_1\"",
        "\"type\":\"response.inject\",\"input\":[{\"type\":\"message\",\"x\":\"resp_1\"}]",
        "\"type\":\"response.inject\",\"conversation\":\"conv_of_nobody\"", "\"type\":\"response.inject\",\"model\":\"gpt-4\"",
        "\"type\":\"response.inject\",\"model\":\"gpt-5\",\"MODEL\":\"gpt-4\"",
        "\"type\":\"response.inject\",\"conversation\":{\"id\":\"resp_2\",\"ID\":\"conv_of_nobody\"}"})
    void aWordAboutATurnNamesNothingThatATurnCouldNot(String word) throws Exception {
        String two = CLIENTS.replace("]\n", ", {name: two, key-sha256: \"" + KeyHash.of("k2").hex() + "\"}]\n");
        try (RunningGateway both = RunningGateway.accounts(upstream.uri(), 1, two.replace("requests-per-minute: 4", "concurrency: 9"));
                TestWebSocket other = TestWebSocket.open(both.port(), "authorization", "Bearer k2");
                TestWebSocket socket = TestWebSocket.open(both.port(), "authorization", "Bearer k1")) {
            other.turn(TURN);
            upstream.account("sk-a", asked -> new SayingUpstream.Say.Part(List.of(SayingUpstream.created("gpt-5").replace("resp_1",
                    "resp_2"))));
            socket.send(TURN);
            assertTrue(socket.next().contains("resp_2"));
            int before = upstream.asked("sk-a").size();
            socket.send("{" + word + "}");
            String said = socket.next();
            assertEquals("error", TestWebSocket.type(said), said);
            assertTrue(said.contains("\"status\":40"), said);
            assertEquals(before, upstream.asked("sk-a").size());
            socket.send("{\"type\":\"response.processed\",\"response_id\":\"resp_2\"}");
            socket.next();
            assertEquals(before + 1, upstream.asked("sk-a").size(), "what is its own it may name");
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
