package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.GatewayError;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Cause;
import sluice.api.RelayOutcome.Completed;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

/** The end that the relay makes itself: it has the form of the stream's own, and there is never a second one. */
class MadeEndTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> FRAMES = Streams.frames(3, "\n", true);
    private static final String RESPONSE = ""
            + "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1760000000,\"status\":\"in_progress\","
            + "\"error\":null,\"incomplete_details\":null,"
            + "\"instructions\":\"be brief\",\"model\":\"gpt-5.1-2025-11-13\",\"output\":[],"
            + "\"parallel_tool_calls\":true,\"temperature\":0.5,\"tool_choice\":\"auto\","
            + "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}],"
            + "\"top_p\":1.0,\"metadata\":{\"trace\":\"42 }\"},\"usage\":null}";
    private static final String ITEM = "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
            + "\"content\":[{\"type\":\"output_text\",\"text\":\"so far\",\"annotations\":[]}]}";

    private final HandSweeper sweeper = new HandSweeper();
    private final RecordingSink sink = new RecordingSink();

    private static String created(String response) {
        return Streams.frame("response.created", 0, ",\"response\":" + response);
    }

    private RelayOutcome cut(String stream, Options options) {
        byte[] bytes = Streams.bytes(stream);
        return new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, ByteSource.Broken.Cause.CUT, 70), sink, options.build());
    }

    private JsonNode last() throws IOException {
        String[] frames = sink.text().split("\n\n");
        return MAPPER.readTree(frames[frames.length - 1].replaceFirst("(?s).*data: ", ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 500, 4096})
    void isTheResponseOfTheStreamThatFailed(int buffer) throws IOException {
        String delta = Streams.frame("response.output_text.delta", 1, ",\"delta\":\"a\"");
        cut(created(RESPONSE) + delta + Streams.frame("response.output_item.done", 2, ",\"output_index\":0,\"item\":" + ITEM),
                new Options(sweeper).buffer(buffer).model("gpt-5.1", "mine"));
        JsonNode event = last();
        assertEquals("response.failed", event.path("type").asText());
        assertEquals(3, event.path("sequence_number").asInt());
        assertEquals("upstream_stream_broken", event.at("/x-sluice/code").asText());
        JsonNode response = event.path("response");
        assertEquals("failed", response.path("status").asText());
        assertEquals("server_error", response.at("/error/code").asText());
        assertTrue(response.at("/error/message").asText().startsWith("upstream_stream_broken: "));
        assertEquals(MAPPER.readTree("[" + ITEM + "]"), response.path("output"));
        JsonNode begun = MAPPER.readTree(RESPONSE.replace("gpt-5.1-2025-11-13", "mine"));
        for (String member : List.of("id", "object", "created_at", "incomplete_details", "instructions", "model", "parallel_tool_calls",
                "temperature", "tool_choice", "tools", "top_p", "metadata", "usage")) {
            assertEquals(begun.get(member), response.get(member), member);
        }
        assertEquals(begun.size(), response.size());
    }

    @Test
    void itsItemsStandByTheirIndex() throws IOException {
        cut(created(RESPONSE.replace("\"output\":[]", "\"output\":null"))
                + Streams.frame("response.output_item.done", 1, ",\"output_index\":1,\"item\":" + ITEM)
                + Streams.frame("response.output_item.done", 2, ",\"output_index\":0,\"item\":{\"id\":\"rs_1\"}"), new Options(sweeper));
        assertEquals(MAPPER.readTree("[{\"id\":\"rs_1\"}," + ITEM + "]"), last().at("/response/output"));
    }

    @Test
    void largeMembersOfTheResponseAreNotKept() throws IOException {
        cut(created(RESPONSE.replace("be brief", "x\\\"y".repeat(5000)).replace("[{\"type\"", "[" + "{\"a\":\"}]\"},".repeat(900)
                + "{\"type\"")), new Options(sweeper).buffer(500));
        JsonNode response = last().path("response");
        assertTrue(response.get("instructions").isNull());
        assertTrue(response.get("tools").isArray() && response.get("tools").isEmpty());
        assertEquals("{\"trace\":\"42 }\"}", response.get("metadata").toString());
        assertEquals(MAPPER.readTree(RESPONSE).size(), response.size());
    }

    @Test
    void aResponseThatIsLargeInAllIsMadeAnew() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            many.append("\"member_").append(i).append("\":\"some value of it\",");
        }
        cut(created(RESPONSE.replaceFirst("\\{", "{" + many)), new Options(sweeper).model("m", "mine"));
        JsonNode response = last().path("response");
        assertEquals("resp_1", response.path("id").asText());
        assertEquals("mine", response.path("model").asText());
        assertEquals("failed", response.path("status").asText());
        for (String member : List.of("tools", "tool_choice", "metadata", "parallel_tool_calls", "instructions", "temperature", "top_p",
                "incomplete_details", "output", "created_at", "object")) {
            assertTrue(response.has(member), member);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: {\"type\":\"codex.rate_limits\",\"plan_type\":\"plus\"}\n\n", "data: {}\n\n",
        "data: {\"type\":\"keepalive\"}\n\n", "data: {\"type\":\"response.output_text.delta\",\"delta\":\"b\"}\n\n", ": comment\n\n"})
    void goesOnWithTheNumbersAlsoBehindEventsWithoutOne(String unnumbered) throws IOException {
        for (int buffer : new int[] {64, 300, 4096}) {
            RecordingSink own = new RecordingSink();
            byte[] bytes = Streams.bytes(String.join("", FRAMES.subList(0, 5)) + unnumbered);
            new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, ByteSource.Broken.Cause.CUT, 70), own,
                    new Options(sweeper).buffer(buffer).build());
            String[] frames = own.text().split("\n\n");
            int number = MAPPER.readTree(frames[frames.length - 1].replaceFirst("(?s).*data: ", "")).path("sequence_number").asInt();
            boolean delta = unnumbered.contains("delta");
            assertEquals(delta ? 6 : 5, number, "buffer " + buffer);
        }
    }

    @Test
    void aStreamThatIsCancelledWithAReasonIsToldIt() throws IOException {
        byte[] bytes = Streams.bytes(FRAMES.getFirst());
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, ByteSource.Broken.Cause.CANCELLED, 5000),
                sink, new Options(sweeper).cancelled(GatewayError.gateway(503, "draining", "The gateway is shutting down.")).build());
        assertEquals(Cause.CANCELLED, assertInstanceOf(BrokeOff.class, outcome).cause());
        assertEquals("draining", last().at("/x-sluice/code").asText());
        assertEquals("server_error", last().at("/response/error/code").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ": nothing\n\n", "<html>\n\n", "{\"id\":\"resp_1\"}"})
    void aStreamWithoutAnEventIsNoAnswer(String stream) {
        byte[] bytes = Streams.bytes(stream);
        for (boolean fold : new boolean[] {false, true}) {
            RecordingSink own = new RecordingSink();
            ScriptedSource source = ScriptedSource.cut(bytes, bytes.length, null, 100);
            RelayOutcome outcome = fold ? new BatchingRelay().fold(source, own, new Options(sweeper).build())
                    : new BatchingRelay().relay(source, own, new Options(sweeper).build());
            assertEquals(Cause.NO_ANSWER, assertInstanceOf(BrokeOff.class, outcome).cause());
            assertEquals(0, own.count());
        }
    }

    @Test
    void aStreamThatWasResumedBehindItsLastEventMayBeEmpty() {
        for (String stream : List.of("", "data: [DONE]\n\n", ": bye\n\n")) {
            RecordingSink own = new RecordingSink();
            byte[] bytes = Streams.bytes(stream);
            RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, null, 100), own,
                    new Options(sweeper).ending(Ending.TERMINAL_EVENT_OR_NOTHING).build());
            assertInstanceOf(Completed.class, outcome);
            assertEquals(stream, own.text());
        }
        byte[] part = Streams.bytes(String.join("", FRAMES.subList(0, 5)));
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.cut(part, part.length, null, 100), sink,
                new Options(sweeper).ending(Ending.TERMINAL_EVENT_OR_NOTHING).build());
        assertInstanceOf(BrokeOff.class, outcome);
    }

    @Test
    void aStreamOfAnotherProtocolEndsWithItsSourceAndTellsItsUsage() {
        String stream = "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n"
                + "data: {\"id\":\"chatcmpl-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\ndata: [DONE]\n\n";
        byte[] bytes = Streams.bytes(stream);
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, null, 100), sink,
                new Options(sweeper).firstOutputCommits(64 * 1024).ending(Ending.ANY).build());
        assertInstanceOf(Completed.class, outcome);
        assertEquals(stream, sink.text());
        assertEquals(TokenUsage.told(9, 2, 4, 0), outcome.report().usage());
        assertFalse(sink.write(0).contains("[DONE]"), "at once");
    }
}
