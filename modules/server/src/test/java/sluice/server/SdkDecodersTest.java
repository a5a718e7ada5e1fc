package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the decoders of OpenAI's own libraries make of a stream and of what the gateway adds to it. Both parse the data of each event as
 * JSON, so an event without data ends their stream with an error.
 */
class SdkDecodersTest {
    private static final String CREATED = "id: 0\nevent: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
            + "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\"}}\n\n";
    private static final String DELTA = "id: 1\nevent: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
            + "\"sequence_number\":1,\"delta\":\"x\"}\n\n";
    private static final String END = "id: 2\nevent: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,"
            + "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\"}}\n\n";

    /** A library, by its rules for a line. */
    enum Sdk {
        /** Ends an event at a blank line if anything is known, be it an id from before; its id is never forgotten. */
        PYTHON {
            @Override
            boolean dispatches(boolean event, boolean data, boolean id) {
                return event || data || id;
            }
        },
        /** Ends an event at every blank line. */
        GO {
            @Override
            boolean dispatches(boolean event, boolean data, boolean id) {
                return true;
            }
        };

        abstract boolean dispatches(boolean event, boolean data, boolean id);

        /** The data of each event, as the library would parse it. */
        List<String> read(String stream) {
            List<String> all = new ArrayList<>();
            List<String> data = new ArrayList<>();
            boolean event = false;
            boolean id = false;
            String[] lines = stream.split("\n", -1);
            for (int i = 0; i < lines.length - 1; i++) {
                String line = lines[i];
                if (line.isEmpty()) {
                    if (dispatches(event, !data.isEmpty(), id)) {
                        all.add(String.join("\n", data));
                        data.clear();
                        event = false;
                    }
                } else if (!line.startsWith(":")) {
                    String name = line.contains(":") ? line.substring(0, line.indexOf(':')) : line;
                    String value = line.substring(Math.min(line.length(), name.length() + 1));
                    value = value.startsWith(" ") ? value.substring(1) : value;
                    switch (name) {
                        case "event" -> event = !value.isEmpty();
                        case "data" -> data.add(value);
                        case "id" -> id = !value.isEmpty();
                        default -> { }
                    }
                }
            }
            return all;
        }
    }

    private static RunningGateway gateway(HandUpstream hand) throws IOException {
        return RunningGateway.of("stream: {keepalive: 20ms, server-timing: true}\naccounts: [{name: hand, base-url: \"" + hand.uri()
                + "\", api-key: k}]\n");
    }

    private static void comments(Listening listening, int more) throws IOException {
        int before = listening.comments();
        while (listening.comments() < before + more) {
            assertTrue(listening.hear(), "the stream ended");
        }
    }

    private static List<String> types(Sdk sdk, String stream) {
        return sdk.read(stream).stream().map(data -> Heard.json(data).path("type").asText("no event: " + data)).toList();
    }

    @ParameterizedTest
    @EnumSource
    void signsOfLifeAreNoEvents(Sdk sdk) throws Exception {
        try (HandUpstream hand = new HandUpstream(); RunningGateway gateway = gateway(hand)) {
            hand.say(CREATED);
            try (Listening listening = new Listening(gateway.client(), "m")) {
                comments(listening, 2);
                hand.say(DELTA);
                comments(listening, 2);
                hand.say(END);
                hand.end();
                while (listening.hear()) {
                    assertFalse(listening.heard().isEmpty());
                }
                String stream = listening.heard().toString();
                assertTrue(stream.contains(": server-timing "), stream);
                assertEquals(List.of("response.created", "response.output_text.delta", "response.completed"), types(sdk, stream), stream);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theMadeEndOfABrokenStreamIsAnEvent(Sdk sdk) throws Exception {
        try (HandUpstream hand = new HandUpstream(); RunningGateway gateway = gateway(hand)) {
            hand.say(CREATED + DELTA);
            try (Listening listening = new Listening(gateway.client(), "m")) {
                comments(listening, 2);
                hand.end();
                try {
                    while (listening.hear()) {
                        assertFalse(listening.heard().isEmpty());
                    }
                } catch (IOException e) {
                    // It is broken off behind its end, so that nobody takes it for a good one.
                }
                String stream = listening.heard().toString();
                assertEquals(List.of("response.created", "response.output_text.delta", "response.failed"), types(sdk, stream), stream);
            }
        }
    }
}
