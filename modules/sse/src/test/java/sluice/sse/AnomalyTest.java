package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Completed;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

/** The upstream is cut at every byte, and the client fails at every write: one end, or a visibly broken one. */
class AnomalyTest {
    private static final TokenUsage USAGE = TokenUsage.told(1200, 1024, 345, 128);
    private static final Pattern TERMINAL = Pattern.compile(
            "(?m)^data: \\{\"type\":\"response\\.(completed|failed)\".*\\}\\n\\n");

    private final HandSweeper sweeper = new HandSweeper();

    @ParameterizedTest
    @ValueSource(ints = {64, 700, 4096})
    void aCutAtAnyByteGivesOneEndOrABrokenOne(int buffer) {
        byte[] stream = Streams.bytes(Streams.text(6));
        int whole = stream.length;
        for (int length = 0; length < stream.length; length++) {
            for (int step : new int[] {97, stream.length}) {
                RecordingSink sink = new RecordingSink();
                RelayOutcome outcome = new BatchingRelay().relay(
                        ScriptedSource.cut(stream, length, ByteSource.Broken.Cause.CUT, step), sink,
                        new Options(sweeper).buffer(buffer).build());
                String sent = sink.text();
                BrokeOff broken = assertInstanceOf(BrokeOff.class, outcome, "cut at " + length + " of " + whole);
                assertEquals(RelayOutcome.Cause.UPSTREAM_CUT, broken.cause());
                assertEquals(TokenUsage.NONE, broken.report().usage());
                assertEquals(sink.count() > 0, broken.report().flushes() > 0);
                assertEquals(sink.bytes().length, broken.report().bytesOut());
                assertEquals(sink.count(), broken.report().flushes());
                boolean toldTheEnd = sent.contains("upstream_stream_broken");
                assertEquals(sink.count() > 0 && sink.atBoundary(), toldTheEnd, "cut at " + length);
                assertEquals(toldTheEnd ? 1 : 0, TERMINAL.matcher(sent).results().count(), "cut at " + length);
                if (toldTheEnd) {
                    int events = (int) Pattern.compile("(?m)^event: response").matcher(sent).results().count() - 1;
                    assertTrue(sent.contains("\"type\":\"response.failed\",\"sequence_number\":" + events + ","),
                            "cut at " + length);
                    assertTrue(sent.contains("\"response\":{\"id\":\"" + Streams.RESPONSE_ID + "\","));
                }
            }
        }
        assertEquals(0, sweeper.size());
    }

    @ParameterizedTest
    @EnumSource(ByteSource.Broken.Cause.class)
    void aBreakBehindTheTerminalEventIsACleanEnd(ByteSource.Broken.Cause how) {
        String text = Streams.text(3);
        String all = text + "data: [DONE]\n\ndata: ";
        for (int length = text.length(); length <= all.length(); length++) {
            RecordingSink sink = new RecordingSink();
            RelayOutcome outcome = new BatchingRelay().relay(
                    ScriptedSource.cut(Streams.bytes(all), Streams.bytes(all).length - all.length() + length, how, 80), sink,
                    new Options(sweeper).build());
            assertInstanceOf(Completed.class, outcome);
            assertEquals(USAGE, outcome.report().usage());
            assertEquals(1, TERMINAL.matcher(sink.text()).results().count());
            assertTrue(sink.atBoundary());
        }
    }

    @ParameterizedTest
    @EnumSource(RelayOptions.Commit.class)
    void aClientThatFailsAtAnyWriteEndsTheRelayThere(RelayOptions.Commit commit) {
        byte[] stream = Streams.bytes(Streams.text(30));
        int failAt = 0;
        RelayOutcome outcome;
        do {
            RecordingSink sink = new RecordingSink(failAt);
            Options options = new Options(sweeper).buffer(900);
            if (commit == RelayOptions.Commit.FIRST_OUTPUT) {
                options.firstOutputCommits(64 * 1024);
            }
            ScriptedSource source = ScriptedSource.burst(stream);
            outcome = new BatchingRelay().relay(source, sink, options.build());
            if (outcome instanceof BrokeOff broken) {
                assertEquals(RelayOutcome.Cause.CLIENT_GONE, broken.cause());
                assertEquals(failAt, sink.count());
                assertTrue(broken.report().flushes() > 0);
            }
            failAt++;
        } while (outcome instanceof BrokeOff);
        assertTrue(failAt > 10, "only " + failAt + " writes");
        assertEquals(USAGE, outcome.report().usage());
        assertEquals(0, sweeper.size());
    }

    @Test
    void drainsForTheUsageWhenTheClientFailsAtAnyWrite() {
        byte[] stream = Streams.bytes(Streams.text(30));
        for (int failAt = 0; failAt < 10; failAt++) {
            RecordingSink sink = new RecordingSink(failAt);
            RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.burst(stream), sink,
                    new Options(sweeper).buffer(900).drain(Duration.ofSeconds(30), 1 << 20).build());
            BrokeOff broken = assertInstanceOf(BrokeOff.class, outcome);
            assertEquals(RelayOutcome.Cause.CLIENT_GONE, broken.cause());
            assertEquals(USAGE, broken.report().usage());
            assertEquals(failAt, sink.count());
        }
    }

    @Test
    void drainsNoMoreBytesThanItMay() {
        byte[] stream = Streams.bytes(Streams.text(30));
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.burst(stream), new RecordingSink(0),
                new Options(sweeper).buffer(900).drain(Duration.ofSeconds(30), 2000).build());
        assertInstanceOf(BrokeOff.class, outcome);
        assertEquals(TokenUsage.NONE, outcome.report().usage());
        assertTrue(outcome.report().bytesIn() < 2000 + 3 * 900 + 64, outcome.report().bytesIn() + " bytes");
    }

    @Test
    void anEndWithoutATerminalEventIsABreak() {
        String text = String.join("", Streams.frames(2, "\n", true).subList(0, 6));
        RecordingSink sink = new RecordingSink();
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.burst(Streams.bytes(text)), sink,
                new Options(sweeper).build());
        assertEquals(RelayOutcome.Cause.UPSTREAM_CUT, assertInstanceOf(BrokeOff.class, outcome).cause());
        assertTrue(sink.text().startsWith(text + "event: response.failed\n"));
    }

    @Test
    void aCancelledSourceIsNotToldToTheClient() {
        String text = String.join("", Streams.frames(2, "\n", true).subList(0, 6));
        RecordingSink sink = new RecordingSink();
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.cut(Streams.bytes(text), Streams.bytes(text).length,
                ByteSource.Broken.Cause.CANCELLED, 5000), sink, new Options(sweeper).build());
        assertEquals(RelayOutcome.Cause.CANCELLED, assertInstanceOf(BrokeOff.class, outcome).cause());
        assertTrue(text.startsWith(sink.text()));
    }

    @Test
    void anEventAboveTheLimitBreaksTheStream() {
        String huge = Streams.frame("response.output_text.delta", 1, ",\"delta\":\"" + "x".repeat(20_000) + "\"");
        String text = Streams.frames(1, "\n", true).getFirst();
        RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.burst(Streams.bytes(text + huge)), new RecordingSink(),
                new Options(sweeper).maxEvent(10_000).build());
        assertEquals(RelayOutcome.Cause.UPSTREAM_FRAMING, assertInstanceOf(BrokeOff.class, outcome).cause());
    }
}
