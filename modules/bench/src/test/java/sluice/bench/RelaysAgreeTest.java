package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.TokenUsage;

/** What is measured is right: the relay before and the one after give the same bytes and the same facts. */
class RelaysAgreeTest {
    private record Relayed(byte[] bytes, RelayOutcome outcome, int writes) { }

    private static Relayed run(String relay, List<byte[]> frames, boolean paced, boolean mapped, boolean fold) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] writes = {0};
        EventRelay provider = StreamBenchmark.relay(relay);
        RelayOptions options = StreamBenchmark.options(mapped);
        FrameSource source = new FrameSource(FrameSource.pieces(frames, paced));
        RelayOutcome outcome = fold
                ? provider.fold(source, (b, from, length, boundary) -> out.write(b, from, length), options)
                : provider.relay(source, (b, from, length, boundary) -> {
                    out.write(b, from, length);
                    writes[0]++;
                }, options);
        return new Relayed(out.toByteArray(), outcome, writes[0]);
    }

    private static void assertSame(Relayed before, Relayed after) {
        assertArrayEquals(before.bytes, after.bytes);
        assertEquals(before.outcome.getClass(), after.outcome.getClass());
        RelayOutcome.Report old = before.outcome.report();
        RelayOutcome.Report now = after.outcome.report();
        assertEquals(old.usage(), now.usage());
        assertEquals(old.responseId(), now.responseId());
        assertEquals(old.terminal(), now.terminal());
        assertEquals(old.error(), now.error());
        assertEquals(old.events(), now.events());
        assertEquals(old.counts().events().deltas(), now.counts().events().deltas());
        assertEquals(old.bytesIn(), now.bytesIn());
        assertEquals(old.bytesOut(), now.bytesOut());
    }

    @ParameterizedTest
    @CsvSource({"LF,true", "LF,false", "CRLF,true", "CRLF,false", "CR,true", "CR,false"})
    void allRelaysGiveTheSame(String eol, boolean eventLines) {
        String end = eol.replace("CR", "\r").replace("LF", "\n");
        List<byte[]> frames = ResponseStreams.frames(60, end, eventLines);
        for (boolean paced : new boolean[] {false, true}) {
            for (boolean mapped : new boolean[] {false, true}) {
                for (boolean fold : new boolean[] {false, true}) {
                    Relayed before = run("per-line", frames, paced, mapped, fold);
                    assertInstanceOf(RelayOutcome.Completed.class, before.outcome);
                    assertEquals(TokenUsage.told(1200, 1024, 60, 30), before.outcome.report().usage());
                    assertSame(before, run("batching", frames, paced, mapped, fold));
                    assertSame(before, run("ungated", frames, paced, mapped, fold));
                }
            }
        }
    }

    @Test
    void theyEndAlikeWhereTheUpstreamStopsBetweenEvents() {
        List<byte[]> frames = ResponseStreams.frames(60, "\n", true);
        for (int events = 0; events < frames.size(); events++) {
            Relayed before = run("per-line", frames.subList(0, events), true, false, false);
            Relayed after = run("batching", frames.subList(0, events), true, false, false);
            assertInstanceOf(RelayOutcome.BrokeOff.class, before.outcome);
            assertEquals(withoutTime(before.bytes), withoutTime(after.bytes));
            assertEquals(before.outcome.report().flushes() > 0, after.outcome.report().flushes() > 0);
        }
    }

    private static String withoutTime(byte[] stream) {
        return new String(stream, StandardCharsets.UTF_8).replaceFirst("\"created_at\":\\d+,\"status\":\"failed\"", "");
    }

    @Test
    void aBurstTakesAFifthOfTheWritesAndATenthOfTheParsing() {
        List<byte[]> frames = ResponseStreams.frames(StreamBenchmark.DELTAS, "\n", true);
        Relayed before = run("per-line", frames, false, true, false);
        Relayed after = run("batching", frames, false, true, false);
        assertTrue(after.writes * 5 < before.writes, before.writes + " writes before, " + after.writes + " after");
        long parsed = after.outcome.report().counts().events().parsed();
        assertTrue(parsed * 10 < frames.size(), parsed + " parsed");
        Relayed paced = run("batching", frames, true, true, false);
        long parsedPaced = paced.outcome.report().counts().events().parsed();
        assertTrue(parsedPaced * 10 < frames.size(), parsedPaced + " parsed");
        assertTrue(paced.writes <= frames.size() + 10, paced.writes + " writes");
    }
}
