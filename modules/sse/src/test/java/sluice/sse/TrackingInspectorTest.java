package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import sluice.api.EventFacts;
import sluice.api.EventFacts.Kind;
import sluice.api.ModelNames;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.responses.RestoredNames;

class TrackingInspectorTest {
    private static final ModelNames MAPPED = new ModelNames(Streams.UPSTREAM_MODEL, "fast \"one\"");

    private static EventFacts inspect(String json, ModelNames names) {
        byte[] bytes = Streams.bytes("ab" + json + "yz");
        return new TrackingInspector().inspect(bytes, 2, bytes.length - 2, names);
    }

    @Test
    void tellsEverythingOfATerminalEvent() {
        EventFacts facts = inspect("{\"type\":\"response.completed\",\"sequence_number\":41,\"stream_id\":\"s1\",\"response\":"
                + Streams.response("completed", Streams.usage()) + "}", ModelNames.SAME);
        assertEquals("response.completed", facts.type());
        assertEquals(Kind.TERMINAL, facts.kind());
        assertEquals(TokenUsage.told(1200, 1024, 345, 128), facts.usage());
        assertEquals(Streams.RESPONSE_ID, facts.responseId());
        assertEquals("conv_1", facts.conversationId());
        assertEquals("s1", facts.streamId());
        assertEquals(41, facts.sequenceNumber());
        assertTrue(facts.models().isEmpty());
    }

    @Test
    void readsTheErrorsOfStreamsAndOfWebSockets() {
        assertEquals(new StreamError(0, "server_error", "", "a\nb"),
                inspect("{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"a\\nb\",\"param\":null}", MAPPED).error());
        assertEquals(new StreamError(429, "rate_limit_exceeded", "rate_limit_error", "slow"),
                inspect("{\"type\":\"error\",\"status\":429,\"error\":{\"type\":\"rate_limit_error\",\"code\":"
                        + "\"rate_limit_exceeded\",\"message\":\"slow\"}}", MAPPED).error());
    }

    @Test
    void theShortestTerminalEventIsOne() {
        assertEquals(Kind.FAILED, inspect("{\"type\":\"error\"}", MAPPED).kind());
        assertEquals(Kind.TERMINAL, inspect("{\"type\":\"response.done\"}", MAPPED).kind());
    }

    @Test
    void isNotMisledByTexts() {
        EventFacts facts = inspect("{\"delta\":\"\\\"type\\\":\\\"response.completed\\\"\",\"item\":{\"type\":\"error\","
                + "\"model\":\"" + Streams.UPSTREAM_MODEL + "\"},\"type\":\"response.output_text.delta\"}", MAPPED);
        assertEquals("response.output_text.delta", facts.type());
        assertEquals(Kind.DELTA, facts.kind());
        assertTrue(facts.models().isEmpty());
        assertFalse(facts.kind().terminal());
    }

    @Test
    void restoresTheModelAlsoWithAnEscapedSlash() {
        String json = "{\"type\":\"response.created\",\"model\":\"org\\/gpt-5-mini-2026\",\"response\":"
                + Streams.response("queued", "") + "}";
        byte[] bytes = Streams.bytes(json);
        EventFacts facts = new TrackingInspector().inspect(bytes, 0, bytes.length, MAPPED);
        assertEquals(2, facts.models().size());
        String expected = json.replace("org\\/gpt-5-mini-2026", "fast \\\"one\\\"")
                .replaceFirst("(,\"model\":\")" + Streams.UPSTREAM_MODEL, "$1fast \\\\\"one\\\\\"");
        assertEquals(expected, new String(RestoredNames.copy(facts, bytes, 0, bytes.length, MAPPED), StandardCharsets.UTF_8));
    }

    @Test
    void survivesWhatIsNotJson() {
        for (String text : new String[] {"", "[DONE]", "{", "{\"type", "{\"type\":", "nonsense",
            "{\"type\":5}", "{}}}}]]", "{\"response\":[}"}) {
            assertEquals("", inspect(text, MAPPED).type(), text);
        }
    }
}
