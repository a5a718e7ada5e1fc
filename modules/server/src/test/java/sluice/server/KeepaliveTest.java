package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** Comments keep a client awake, and stand between events only. */
class KeepaliveTest {
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
