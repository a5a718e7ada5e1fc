package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.http1.HttpBody;
import sluice.http1.ResponseHead;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** Comments keep a client awake, and stand between events only. */
class KeepaliveTest {
    private static final String BROKEN = "(broken off)";
    private static final String COMMENT = Listening.COMMENT;
    private static final String OPENING = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
            + "\"response\":{\"id\":\"resp_1\"}}\n\n";
    private static final String END = "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,"
            + "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}}\n\n";

    private SimulatedUpstream simulator;

    @BeforeEach
    void startUpstream() throws IOException {
        simulator = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        simulator.close();
    }

    private RunningGateway gateway(HandUpstream hand) throws IOException {
        return RunningGateway.of("stream: {keepalive: 30ms}\naccounts:\n  - {name: hand, base-url: \"" + hand.uri()
                + "\", api-key: k, models: [{from: hand}]}\n  - {name: tick, base-url: \"" + simulator.baseUri()
                + "\", api-key: sk-tick, models: [{from: tick}]}\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1500, 6000, 30_000})
    void neverInsideAnEvent(int eventBytes) throws IOException {
        simulator.always("sk-tick", Fault.of("first=3600s"));
        String event = "event: response.output_text.delta\n"
                + "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\""
                + "x".repeat(eventBytes) + "\"}\n\n";
        try (HandUpstream hand = new HandUpstream(); RunningGateway gateway = gateway(hand)) {
            hand.say(OPENING + event.substring(0, event.length() / 2));
            try (Listening listening = new Listening(gateway.client(), "hand");
                    Listening clock = new Listening(gateway.client(), "tick")) {
                boolean held = event.length() / 2 < 4000;
                while (listening.heard().length() < OPENING.length() || held && listening.comments() == 0) {
                    assertTrue(listening.hear());
                }
                while (clock.comments() < 5) {
                    assertTrue(clock.hear());
                }
                hand.say(event.substring(event.length() / 2));
                int before = listening.comments();
                while (listening.comments() == before) {
                    assertTrue(listening.hear(), "the stream ended");
                }
                hand.say(END);
                hand.end();
                while (listening.hear()) {
                    assertFalse(listening.heard().isEmpty());
                }
                assertEquals(OPENING + event + END, listening.heard().toString().replace(COMMENT, ""));
                assertTrue(listening.heard().indexOf(event) > 0, "a comment stands inside the event");
            }
        }
    }

    private static RunningGateway spacing(SayingUpstream said, String more) throws IOException {
        return RunningGateway.accounts(said.uri(), 2, "stream: {json-keepalive: 20ms}\nlog: {requests: json}\n" + more);
    }

    /** Answers once the client has heard white space. */
    private static SayingUpstream.Manner late(CountDownLatch heard, SayingUpstream.Say say) {
        return asked -> {
            try {
                heard.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return say;
        };
    }

    /** The whole body, and {@link #BROKEN} if it breaks off, of a client that has told when it had heard {@code spaces} bytes. */
    private static String heard(TestClient client, CountDownLatch told, int spaces) throws IOException {
        String body = "{\"model\":\"gpt-5.1\",\"input\":\"hi\"}";
        client.sendHead("POST", "/v1/responses", body.length());
        client.raw(body);
        ResponseHead head = client.head("POST");
        assertEquals(200, head.status());
        assertEquals("application/json", head.headers().first("content-type").orElse(""));
        HttpBody rest = client.input().body(head.bodyBytes());
        StringBuilder all = new StringBuilder();
        byte[] piece = new byte[8192];
        try {
            for (int count = rest.read(piece, 0, piece.length); count >= 0; count = rest.read(piece, 0, piece.length)) {
                all.append(new String(piece, 0, count, StandardCharsets.UTF_8));
                if (all.length() >= spaces) {
                    told.countDown();
                }
            }
        } catch (IOException e) {
            all.append(BROKEN);
        }
        assertTrue(all.toString().startsWith(" ".repeat(spaces)), all.toString());
        return all.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSilentJsonAnswerBeginsWithSpace(boolean folded) throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        SayingUpstream.Asked streamed = new SayingUpstream.Asked("sk-a", "", true, "{\"model\":\"gpt-5.1\"}");
        SayingUpstream.Asked plain = new SayingUpstream.Asked("sk-a", "", false, "{\"model\":\"gpt-5.1\"}");
        try (SayingUpstream said = new SayingUpstream(); RunningGateway gateway = spacing(said, ""); TestClient client = gateway.client()) {
            said.account("sk-a", late(told, SayingUpstream.well(folded ? streamed : plain)));
            String body = heard(client, told, 3);
            assertEquals("completed", Heard.json(body).path("status").asText(), body);
            assertTrue(client.post("{\"model\":\"gpt-5.1\",\"input\":\"next\"}").whole(), "the connection goes on");
        }
    }

    @Test
    void anotherAccountStillHelpsBehindSpace() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        try (SayingUpstream said = new SayingUpstream(); RunningGateway gateway = spacing(said, ""); TestClient client = gateway.client()) {
            said.account("sk-a", late(told, SayingUpstream.status(503, "{\"error\":{\"code\":\"server_is_overloaded\"}}")));
            String body = heard(client, told, 1);
            assertEquals("completed", Heard.json(body).path("status").asText(), body);
            assertEquals(1, said.asked("sk-b").size());
        }
    }

    @Test
    void anErrorBehindSpaceIsTheBodyAndBreaksOff() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        try (SayingUpstream said = new SayingUpstream(); RunningGateway gateway = spacing(said, ""); TestClient client = gateway.client()) {
            said.account("sk-a", late(told, SayingUpstream.status(400, "{\"error\":{\"code\":\"context_length_exceeded\","
                    + "\"type\":\"invalid_request_error\",\"message\":\"too long\"}}")));
            String body = heard(client, told, 1);
            assertTrue(body.endsWith(BROKEN), "nobody may take it for an answer: " + body);
            String error = body.substring(0, body.length() - BROKEN.length());
            assertEquals("context_length_exceeded", Heard.json(error).path("error").path("code").asText(), body);
            gateway.awaitLog("\"error\":\"context_length_exceeded\"");
        }
    }

    @Test
    void whileTheHeadersAreSilentAndAnotherAccountStillHelps() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(simulator.baseUri(), 2,
                "stream: {header-keepalive: 50ms, keepalive: 50ms, headers-timeout-streaming: 400ms}")) {
            simulator.always("sk-a", Fault.of("headers=3600s"));
            try (Listening listening = new Listening(gateway.client(), "gpt-5.1")) {
                while (listening.hear()) {
                    assertFalse(listening.heard().isEmpty());
                }
                assertTrue(listening.heard().toString().startsWith(COMMENT));
                assertEquals(1, listening.heard().toString().split("event: response.completed", -1).length - 1);
                assertEquals("sk-b", simulator.log().last().accountKey());
            }
            simulator.always("sk-b", Fault.of("status=400"));
            try (Listening listening = new Listening(gateway.client(), "gpt-5.1")) {
                IOException broken = org.junit.jupiter.api.Assertions.assertThrows(IOException.class, () -> {
                    while (listening.hear()) {
                        assertFalse(listening.heard().isEmpty());
                    }
                });
                assertFalse(broken.getMessage().isEmpty());
                String told = listening.heard().toString();
                assertEquals(1, told.split("event: response.failed", -1).length - 1, told);
                assertTrue(told.contains("\"code\":\"invalid_request\""), told);
            }
        }
    }
}
