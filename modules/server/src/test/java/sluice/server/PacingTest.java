package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.StreamThreads;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** What the upstream sends apart arrives apart: the client has each event before the upstream sends the next one. */
class PacingTest {
    private static final int EVENTS = 60;

    private static String event(int number, int bytes) {
        String type = number == 0 ? "response.created" : number == EVENTS ? "response.completed" : "response.output_text.delta";
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + number
                + (type.endsWith("delta") ? ",\"delta\":\"" + "x".repeat(bytes) + "\"" : ",\"response\":{\"id\":\"resp_1\"}")
                + "}\n\n";
    }

    private static RunningGateway gateway(String threads, HandUpstream hand, SimulatedUpstream flood) throws IOException {
        return RunningGateway.of("modules: {streams: " + threads + "}\nstream: {keepalive: off, stall-timeout: 1h}\naccounts:\n"
                + "  - {name: hand, base-url: \"" + hand.uri() + "\", api-key: k, models: [{from: hand}]}\n"
                + "  - {name: flood, base-url: \"" + flood.baseUri() + "\", api-key: sk-flood, models: [{from: flood}]}\n");
    }

    /** Beside a client that never reads, on the same threads. */
    @ParameterizedTest
    @ValueSource(strings = {"loop", "shared"})
    void theClientHasEachEventBeforeTheNextIsSent(String threads) throws IOException, InterruptedException {
        try (SimulatedUpstream flood = SimulatedUpstream.start(); HandUpstream hand = new HandUpstream();
                RunningGateway gateway = gateway(threads, hand, flood); TestClient deaf = gateway.client()) {
            flood.always("sk-flood", Fault.of("deltas=20000;size=20000"));
            Listening.ask(deaf, "flood");
            flood.log().await(1);
            StringBuilder sent = new StringBuilder(event(0, 0));
            hand.say(sent.toString());
            try (Listening listening = new Listening(gateway.client(), "hand")) {
                for (int i = 1; i <= EVENTS; i++) {
                    while (listening.heard().length() < sent.length()) {
                        assertTrue(listening.hear(), "the stream ended");
                    }
                    assertEquals(sent.toString(), listening.heard().toString());
                    String next = event(i, i * i);
                    sent.append(next);
                    // A part of an event alone does not hold up the rest, nor is it told.
                    hand.say(next.substring(0, next.length() / 2));
                    hand.say(next.substring(next.length() / 2));
                }
                hand.end();
                while (listening.hear()) {
                    assertTrue(listening.heard().length() <= sent.length());
                }
                assertEquals(sent.toString(), listening.heard().toString());
            }
        }
    }

    /** The threads that are asked for are the ones that are tried. */
    @ParameterizedTest
    @ValueSource(strings = {"loop", "shared"})
    void bothKindsOfThreadsAreThere(String threads) {
        assertEquals(1, java.util.ServiceLoader.load(StreamThreads.Factory.class).stream()
                .filter(factory -> factory.get().name().equals(threads)).count());
    }
}
