package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;
import sluice.api.TokenUsage;

class JsonRelayTest {
    private static final RelayOptions.Names FAST = new RelayOptions.Names("gpt-5-mini", "fast");

    private static final String ANSWER = """
            { "id" : "resp_1", "object":"response", "error":null,
              "tools":[{"name":"x","description":"says \\"model\\": \\"gpt-5-mini\\" ]}","model":"gpt-5-mini"}],
              "model":"gpt-5-mini","conversation":{"id":"conv_1"},
              "output":[{"id":"msg_1","content":[{"type":"output_text","text":"{[ \\\\"}],"usage":{"input_tokens":99}}],
              "usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":20},"output_tokens":87,
                       "output_tokens_details":{"reasoning_tokens":80},"total_tokens":123},"metadata":{}}
            """;
    private static final String RESTORED = ANSWER.replace("\"model\":\"gpt-5-mini\",\"conv", "\"model\":\"fast\",\"conv");
    private static final TokenUsage USAGE = TokenUsage.told(36, 20, 87, 80);

    @Test
    void givesTheSameWhereverTheAnswerIsSplit() {
        byte[] answer = bytes(ANSWER);
        for (int piece = 1; piece <= answer.length; piece++) {
            RecordingSink sink = new RecordingSink();
            RelayOutcome.Report report = completed(PiecewiseSource.slow(answer, piece), sink, FAST);
            assertEquals(RESTORED, sink.text(), "pieces of " + piece);
            assertEquals(USAGE, report.usage(), "pieces of " + piece);
            assertEquals("resp_1", report.responseId());
            assertEquals("conv_1", report.conversationId());
        }
    }

    /** What tells no usage is estimated by it: a stream of the same text would be about as many events as this has tokens. */
    @Test
    void countsTheTextOfTheOutputAndNotItsFrame() {
        String frame = "{\"id\":\"resp_1\",\"instructions\":\"" + "Be brief. ".repeat(20) + "\",\"text\":{\"format\":{\"type\":\"text\"}},"
                + "\"tools\":[{\"parameters\":{\"arguments\":\"" + "x".repeat(300) + "\"}}],\"output\":[";
        String output = "{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"" + "think".repeat(8) + "\"}],"
                + "\"encrypted_content\":\"" + "x".repeat(200) + "\"},{\"id\":\"msg_1\",\"type\":\"message\",\"content\":[{\"type\":"
                + "\"output_text\",\"annotations\":[{\"text\":\"no output\"}],\"text\":\"" + "say\\n".repeat(30) + "\"},"
                + "{\"type\":\"refusal\",\"refusal\":\"" + "no".repeat(10) + "\"}]},"
                + "{\"type\":\"function_call\",\"arguments\":\"{\\\"x\\\":1}\"}";
        int text = 8 * 5 + 30 * 4 + 10 * 2 + 7;
        byte[] answer = bytes(frame + output + "]}");
        for (int piece = 1; piece <= answer.length; piece++) {
            RelayOutcome.Report report = completed(PiecewiseSource.slow(answer, piece), new RecordingSink(), RelayOptions.Names.SAME);
            assertEquals(text, report.counts().textBytes(), "pieces of " + piece);
            assertEquals(text / 4, report.counts().tokens());
        }
    }

    @Test
    void leavesAnAnswerAsItIsWhenTheModelIsNotMapped() {
        RecordingSink sink = new RecordingSink();
        RelayOutcome.Report report = completed(PiecewiseSource.slow(bytes(ANSWER), 7), sink, RelayOptions.Names.SAME);
        assertEquals(ANSWER, sink.text());
        assertEquals(USAGE, report.usage());
    }

    @Test
    void writesOnceWhatIsReadyAtOnce() {
        RecordingSink sink = new RecordingSink();
        byte[] answer = bytes("{\"text\":\"" + "x".repeat(AnswerScan.READ_BYTES - 11) + "\"}");
        RelayOutcome.Report report = completed(PiecewiseSource.ready(answer, 1000), sink, FAST);
        assertEquals(AnswerScan.READ_BYTES, answer.length);
        assertEquals(1, sink.writes());
        assertEquals(1, report.flushes());
        assertEquals(answer.length, report.bytesIn());
        assertEquals(answer.length, report.bytesOut());
    }

    @Test
    void writesWhatIsThereBeforeItWaits() {
        RecordingSink sink = new RecordingSink();
        completed(PiecewiseSource.slow(bytes(ANSWER), 100), sink, RelayOptions.Names.SAME);
        assertEquals((ANSWER.length() + 99) / 100, sink.writes());
    }

    @Test
    void restoresTheNameInAnEventToo() {
        RecordingSink sink = new RecordingSink();
        RelayOutcome.Report report = completed(PiecewiseSource.slow(bytes("""
                {"type":"response.completed","response":{"model":"gpt-5-mini","id":"r","usage":{"input_tokens":1,
                "output_tokens":2}}}"""), 5),
                sink, FAST);
        assertEquals("""
                {"type":"response.completed","response":{"model":"fast","id":"r","usage":{"input_tokens":1,
                "output_tokens":2}}}""", sink.text());
        assertEquals("r", report.responseId());
        assertEquals(TokenUsage.told(1, 0, 2, 0), report.usage());
    }

    @Test
    void restoresTheDatedNameOfAnAlias() {
        RecordingSink sink = new RecordingSink();
        completed(PiecewiseSource.slow(bytes("{\"model\":\"gpt-5-mini-2025-08-07\"}"), 3), sink, FAST);
        assertEquals("{\"model\":\"fast\"}", sink.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"model\":\"gpt-5-mini-turbo\"}", "{\"model\":\"gpt-5\"}", "{\"model\":null}",
        "{\"model\":{\"model\":\"gpt-5-mini\"}}", "[{\"model\":\"gpt-5-mini\"}]", "{\"x\":{\"model\":\"gpt-5-mini\"}}"})
    void leavesOtherNamesAndPlacesAlone(String answer) {
        RecordingSink sink = new RecordingSink();
        completed(PiecewiseSource.slow(bytes(answer), 4), sink, FAST);
        assertEquals(answer, sink.text());
    }

    @Test
    void findsNamesThatAreSpelledWithEscapes() {
        RecordingSink sink = new RecordingSink();
        completed(PiecewiseSource.slow(bytes("{\"mod\\u0065l\":\"gpt-5\\u002dmini\"}"), 2), sink, FAST);
        assertEquals("{\"mod\\u0065l\":\"fast\"}", sink.text());
    }

    @Test
    void putsInANameThatIsLongerThanTheBuffer() {
        String name = "x".repeat(3 * AnswerScan.READ_BYTES);
        RecordingSink sink = new RecordingSink();
        String answer = "{\"model\":\"m\",\"response\":{\"model\":\"m\"},\"usage\":{\"input_tokens\":5}}";
        completed(PiecewiseSource.ready(bytes(answer), 8),
                sink, new RelayOptions.Names("m", name));
        assertEquals("{\"model\":\"" + name + "\",\"response\":{\"model\":\"" + name + "\"},\"usage\":{\"input_tokens\":5}}",
                sink.text());
    }

    @Test
    void doesNotHoldBackATextThatCannotBeAName() {
        String answer = "{\"model\":\"" + "m".repeat(200_000) + "\",\"id\":\"r\"}";
        RecordingSink sink = new RecordingSink();
        RelayOutcome.Report report = completed(PiecewiseSource.slow(bytes(answer), 1000), sink, FAST);
        assertEquals(answer, sink.text());
        assertEquals("r", report.responseId());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>\"model\"</html>", "{\"id\" 5 \"model\":\"gpt-5-mini\"}", "\"model", "{]]]]}}}}",
        "\uFEFF{}", "{\"id\":\"\\u1\"}", "{\"model\":\"\\u\"}"})
    void passesOnWhatIsNotJson(String answer) {
        for (int piece = 1; piece < 6; piece++) {
            RecordingSink sink = new RecordingSink();
            RelayOutcome.Report report = completed(PiecewiseSource.slow(bytes(answer), piece), sink, FAST);
            assertEquals(answer, sink.text());
            assertEquals(TokenUsage.NONE, report.usage());
            assertEquals(!answer.isEmpty(), report.flushes() > 0);
        }
    }

    @Test
    void readsTheErrorOfAFailedResponse() {
        RelayOutcome.Report report = completed(PiecewiseSource.slow(bytes("""
                {"id":"r","status":"failed","error":{"code":"server_error","message":"no \\"luck\\""}}"""), 9),
                new RecordingSink(), RelayOptions.Names.SAME);
        assertEquals(new RelayOutcome.StreamError(0, "server_error", "", "no \"luck\""), report.error());
    }

    @Test
    void tellsWhoBrokeOff() {
        for (ByteSource.Broken.Cause cause : ByteSource.Broken.Cause.values()) {
            RelayOutcome outcome = relay(PiecewiseSource.failing(bytes("{\"id\":\"r\","), new ByteSource.Broken(cause, "x")),
                    new RecordingSink(), RelayOptions.defaults(new HandSweeper()));
            RelayOutcome.BrokeOff broke = assertInstanceOf(RelayOutcome.BrokeOff.class, outcome);
            boolean ours = cause == ByteSource.Broken.Cause.CANCELLED || cause == ByteSource.Broken.Cause.NO_ROOM;
            assertEquals(ours ? cause.name() : "UPSTREAM_" + cause, broke.cause().name());
            assertEquals("r", broke.report().responseId());
            assertTrue(broke.report().flushes() > 0);
        }
    }

    @Test
    void tellsThatNothingWasSentWhenTheClientLeftBeforeTheFirstWrite() {
        RelayOutcome outcome = relay(PiecewiseSource.slow(bytes(ANSWER), 10), new RecordingSink(0),
                RelayOptions.defaults(new HandSweeper()));
        RelayOutcome.BrokeOff broke = assertInstanceOf(RelayOutcome.BrokeOff.class, outcome);
        assertEquals(RelayOutcome.Cause.CLIENT_GONE, broke.cause());
        assertEquals(0, broke.report().flushes());
        assertEquals(TokenUsage.NONE, broke.report().usage());
    }

    @Test
    void readsOnForTheUsageWhenTheClientHasLeft() {
        RecordingSink whole = new RecordingSink();
        relay(PiecewiseSource.slow(bytes(ANSWER), 10), whole, draining(0));
        for (int write = 0; write < whole.writes(); write++) {
            RelayOutcome outcome = relay(PiecewiseSource.slow(bytes(ANSWER), 10), new RecordingSink(write),
                    draining(1_000_000));
            RelayOutcome.BrokeOff broke = assertInstanceOf(RelayOutcome.BrokeOff.class, outcome);
            assertEquals(USAGE, broke.report().usage(), "left at write " + write);
        }
    }

    @Test
    void readsOnNoFurtherThanAllowed() {
        RelayOutcome outcome = relay(PiecewiseSource.slow(bytes(ANSWER), 10), new RecordingSink(0), draining(55));
        assertEquals(70, outcome.report().bytesIn(), "whole pieces");
    }

    @Test
    void readsTheUsageBehindANameWhoseWriteFailed() {
        RelayOptions options = draining(1000)
                .withModel(new RelayOptions.Names("m", "x".repeat(AnswerScan.READ_BYTES)));
        RelayOutcome outcome = relay(PiecewiseSource.slow(bytes("{\"model\":\"m\",\"usage\":{\"input_tokens\":5,\"output_tokens\":2}}"),
                1000), new RecordingSink(1), options);
        assertEquals(TokenUsage.told(5, 0, 2, 0), outcome.report().usage());
    }

    private static RelayOptions draining(long bytes) {
        return RelayOptions.defaults(new HandSweeper()).withDrain(Duration.ofSeconds(5), bytes).withModel(FAST);
    }

    private static RelayOutcome.Report completed(ByteSource source, RecordingSink sink, RelayOptions.Names model) {
        RelayOptions options = RelayOptions.defaults(new HandSweeper()).withModel(model).withEnding(RelayOptions.Ending.ANY);
        RelayOutcome outcome = relay(source, sink, options);
        return assertInstanceOf(RelayOutcome.Completed.class, outcome).report();
    }

    private static RelayOutcome relay(ByteSource source, RecordingSink sink, RelayOptions options) {
        return new JsonRelay().relay(source, sink, options);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A sweeper whose deadlines never come. */
    private static final class HandSweeper implements Sweeper {
        @Override
        public Registration watch(Watched watched) {
            return () -> { };
        }

        @Override
        public void close() {
            // nothing runs
        }
    }
}
