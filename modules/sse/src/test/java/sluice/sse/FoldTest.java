package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

/** An answer that was streamed though JSON was asked for. */
class FoldTest {
    private static final TokenUsage USAGE = TokenUsage.told(1200, 1024, 345, 128);
    private static final String ANSWER = Streams.response("completed", Streams.usage());

    private final HandSweeper sweeper = new HandSweeper();

    private RelayOutcome fold(String stream, int step, RecordingSink sink, Options options) {
        byte[] bytes = Streams.bytes(stream);
        return new BatchingRelay().fold(ScriptedSource.cut(bytes, bytes.length, null, step), sink, options.build());
    }

    @Test
    void writesTheResponseOfTheTerminalEventHoweverTheStreamIsCut() {
        for (String eol : List.of("\n", "\r\n", "\r")) {
            for (boolean eventLines : new boolean[] {true, false}) {
                String stream = String.join("", Streams.frames(4, eol, eventLines));
                for (int step = 1; step < 600; step += step < 20 ? 1 : 97) {
                    RecordingSink sink = new RecordingSink();
                    RelayOutcome outcome = fold(stream, step, sink, new Options(sweeper));
                    assertInstanceOf(Completed.class, outcome);
                    assertEquals(ANSWER, sink.text());
                    assertEquals(USAGE, outcome.report().usage());
                    assertEquals(Streams.RESPONSE_ID, outcome.report().responseId());
                    assertEquals("response.completed", outcome.report().terminal());
                }
            }
        }
        assertEquals(0, sweeper.size());
    }

    @Test
    void putsTheClientsModelBack() {
        String restored = ANSWER.replaceFirst(Streams.UPSTREAM_MODEL, "fast");
        for (int step = 1; step < 400; step += 3) {
            RecordingSink sink = new RecordingSink();
            fold(Streams.text(1), step, sink, new Options(sweeper).model(Streams.UPSTREAM_MODEL, "fast"));
            assertEquals(restored, sink.text());
        }
    }

    @Test
    void keepsTheResponseWhileItsTypeIsUnknown() {
        String created = "data: {\"response\":" + Streams.response("in_progress", "") + ",\"type\":\"response.created\"}\n\n";
        String completed = "data: {\"response\":" + ANSWER + ",\"type\":\"response.completed\"}\n\n";
        RecordingSink sink = new RecordingSink();
        RelayOutcome outcome = fold(created + completed, 50, sink, new Options(sweeper));
        assertInstanceOf(Completed.class, outcome);
        assertEquals(ANSWER, sink.text());
    }

    private static String done(int number, int index, String item) {
        return Streams.frame("response.output_item.done", number, (index < 0 ? "" : ",\"output_index\":" + index) + ",\"item\":" + item);
    }

    private String folded(String items, String response, int step) {
        RecordingSink sink = new RecordingSink();
        String end = Streams.frame("response.completed", 9, ",\"response\":" + response);
        assertInstanceOf(Completed.class, fold(items + end, step, sink, new Options(sweeper)));
        return sink.text();
    }

    @Test
    void itemsStandByTheirIndexInWhateverOrderTheyCome() {
        String others = done(3, 0, "{\"id\":\"a\"}") + done(4, 1, "{\"id\":\"b\"}");
        assertEquals("{\"output\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}",
                folded(done(2, 2, "{\"id\":\"c\"}") + others, "{\"output\":[]}", 7));
        assertEquals("{\"output\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"z\"},{\"id\":\"y\"}]}",
                folded(done(1, 20, "{\"id\":\"z\"}") + done(2, -1, "{\"id\":\"y\"}") + others, "{\"output\":[]}", 7),
                "behind those so far");
    }

    @Test
    void anItemThatIsToldTwiceStandsOnceAndOthersOfItsIndexAreNotLost() {
        String items = done(2, 1, "{\"id\":\"b\"}") + done(3, 0, "{\"id\":\"a\",\"v\":1}") + done(4, 0, "{\"id\":\"a\",\"v\":2}")
                + done(5, 0, "{\"id\":\"other\"}") + done(6, 0, "{\"n\":1}") + done(7, 0, "{\"n\":1}");
        assertEquals("{\"output\":[{\"id\":\"a\",\"v\":2},{\"id\":\"other\"},{\"n\":1},{\"n\":1},{\"id\":\"b\"}]}",
                folded(items, "{\"output\":[]}", 11));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"output\":null}", "{\"output\": null ,\"id\":\"r\"}", "{\"id\":\"r\",\"output\":null}", "{\"output\":[]}",
        "{\"id\":\"r\",\"output\":null,\"error\":null}", "{}", "{ }", "{\"id\":\"r\"}"})
    void aResponseHasOneOutputHoweverTheStreamIsCut(String response) throws IOException {
        for (int step = 1; step < 300; step += step < 40 ? 1 : 37) {
            String text = folded(done(1, 0, "{\"id\":\"a\"}"), response, step);
            JsonNode answer = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).readTree(text);
            assertEquals("[{\"id\":\"a\"}]", answer.path("output").toString(), text);
            assertEquals(response.contains("\"r\""), answer.has("id"), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"output\":\"null\"}", "{\"output\":{}}", "{\"output\":{\"a\":1}}", "{\"output\":0,\"id\":\"r\"}",
        "{\"output\":true}"})
    void anOutputOfAnotherKindIsLeftAsItIs(String response) {
        for (int step : new int[] {1, 2, 3, 400}) {
            assertEquals(response, folded(done(1, 0, "{\"id\":\"a\"}"), response, step));
            assertEquals("{\"output\":null}", folded("", "{\"output\":null}", step), "nothing is known");
        }
    }

    @Test
    void aNullAtTheEndOfALineIsReplaced() {
        String end = "event: response.completed\ndata: {\"response\":{\"output\":null\ndata: ,\"id\":\"r\"}}\n\n";
        for (int step : new int[] {1, 5, 400}) {
            RecordingSink sink = new RecordingSink();
            assertInstanceOf(Completed.class, fold(done(1, 0, "{\"id\":\"a\"}") + end, step, sink, new Options(sweeper)));
            assertEquals("{\"output\":[{\"id\":\"a\"}]\n,\"id\":\"r\"}", sink.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"output\":[ ],", "", "\"output\":[],", "\"output\":null,"})
    void givesAResponseWithoutOutputTheItemsOfTheStream(String output) throws IOException {
        String items = Streams.frame("response.output_item.added", 1, ",\"item\":{\"id\":\"a\",\"content\":[]}")
                + Streams.frame("response.output_item.done", 2, ",\"item\":{\"id\":\"a\",\"content\":[\"x]\"]}")
                + Streams.frame("response.output_item.done", 3, ",\"item\":{\"id\":\"b\"}");
        String completed = Streams.frame("response.completed", 4, ",\"response\":{\"id\":\"r\"," + output + "\"status\":\"completed\"}");
        String expected = "[{\"id\":\"a\",\"content\":[\"x]\"]},{\"id\":\"b\"}]";
        for (int step : new int[] {1, 7, 4000}) {
            RecordingSink sink = new RecordingSink();
            assertInstanceOf(Completed.class, fold(items + completed, step, sink, new Options(sweeper)));
            JsonNode answer = new ObjectMapper().readTree(sink.text());
            assertEquals(expected, answer.path("output").toString());
            assertEquals("completed", answer.path("status").asText());
            assertEquals(3, answer.size());
        }
    }

    @Test
    void leavesTheOutputOfTheResponseAsItIs() {
        String item = Streams.frame("response.output_item.done", 3, ",\"item\":{\"id\":\"b\"}");
        String response = "{\"id\":\"r\",\"output\":[{\"id\":\"own\"}]}";
        RecordingSink sink = new RecordingSink();
        fold(item + Streams.frame("response.completed", 4, ",\"response\":" + response), 9, sink, new Options(sweeper));
        assertEquals(response, sink.text());
    }

    @Test
    void putsTheClientsModelInPlaceOfADatedEdition() {
        RecordingSink sink = new RecordingSink();
        fold(Streams.frame("response.completed", 0, ",\"response\":{\"model\":\"gpt-5.1-2025-11-13\"}"), 5, sink,
                new Options(sweeper).model("gpt-5.1", "mine"));
        assertEquals("{\"model\":\"mine\"}", sink.text());
    }

    @Test
    void refusesAStreamThatFails() {
        String failed = Streams.frame("response.failed", 1, ",\"response\":{\"id\":\"r\",\"error\":{\"code\":"
                + "\"rate_limit_exceeded\",\"message\":\"slow\"}}");
        RecordingSink sink = new RecordingSink();
        String before = Streams.text(1).split("event: response.completed")[0];
        RelayOutcome outcome = fold(before + failed, 99, sink, new Options(sweeper));
        assertEquals("rate_limit_exceeded", assertInstanceOf(RefusedBeforeOutput.class, outcome).error().code());
        assertEquals(0, sink.count());
    }

    @Test
    void aCutAtAnyByteIsAWholeAnswerOrABreak() {
        byte[] stream = Streams.bytes(Streams.text(1));
        String text = Streams.text(1);
        int answerEnd = Streams.bytes(text.substring(0, text.lastIndexOf(ANSWER) + ANSWER.length())).length;
        for (int length = 0; length < stream.length; length++) {
            RecordingSink sink = new RecordingSink();
            RelayOutcome outcome = new BatchingRelay().fold(
                    ScriptedSource.cut(stream, length, ByteSource.Broken.Cause.CUT, 300), sink, new Options(sweeper).build());
            if (length < answerEnd) {
                assertEquals(sink.count() > 0, assertInstanceOf(BrokeOff.class, outcome).report().flushes() > 0);
                assertTrue(ANSWER.startsWith(sink.text()));
                assertFalse(sink.text().equals(ANSWER));
            } else {
                assertInstanceOf(Completed.class, outcome);
                assertEquals(ANSWER, sink.text());
                assertEquals(USAGE, outcome.report().usage());
            }
        }
    }

    @Test
    void aClientThatFailsAtAnyWriteEndsIt() {
        int failAt = 0;
        RelayOutcome outcome;
        do {
            outcome = fold(Streams.text(1), 200, new RecordingSink(failAt), new Options(sweeper));
            failAt++;
        } while (outcome instanceof BrokeOff broken && broken.cause() == RelayOutcome.Cause.CLIENT_GONE);
        assertInstanceOf(Completed.class, outcome);
        assertTrue(failAt > 3);
    }
}
