package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.SourceException;
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
                    ScriptedSource.cut(stream, length, SourceException.Cause.CUT, 300), sink, new Options(sweeper).build());
            if (length < answerEnd) {
                assertEquals(sink.count() > 0, assertInstanceOf(BrokeOff.class, outcome).report().outputSent());
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
