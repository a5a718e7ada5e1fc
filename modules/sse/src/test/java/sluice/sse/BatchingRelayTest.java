package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

class BatchingRelayTest {
    private static final TokenUsage USAGE = TokenUsage.told(1200, 1024, 345, 128);

    private final HandSweeper sweeper = new HandSweeper();
    private final RelayOptions options = RelayOptions.defaults(sweeper);
    private final RecordingSink sink = new RecordingSink();

    private RelayOutcome relay(ScriptedSource source, RelayOptions with) {
        return new BatchingRelay().relay(source, sink, with);
    }

    @Test
    void passesTheBytesAsTheyCameAndReadsTheUsage() {
        byte[] stream = Streams.bytes(Streams.text(20));
        RelayOutcome outcome = relay(ScriptedSource.burst(stream), options);
        assertInstanceOf(RelayOutcome.Completed.class, outcome);
        assertArrayEquals(stream, sink.bytes());
        assertEquals(USAGE, outcome.report().usage());
        assertEquals("response.completed", outcome.report().terminal());
        assertEquals(Streams.RESPONSE_ID, outcome.report().responseId());
        assertEquals("conv_1", outcome.report().conversationId());
        assertEquals(22, outcome.report().counts().events().deltas());
        assertEquals(Streams.frames(20, "\n", true).size(), outcome.report().events());
        assertEquals(0, sweeper.size());
    }

    @Test
    void writesTheFirstEventAloneAndTheRestInFewWrites() {
        List<String> frames = Streams.frames(1000, "\n", true);
        relay(ScriptedSource.burst(Streams.bytes(String.join("", frames))), options);
        assertEquals(frames.getFirst(), sink.write(0));
        assertTrue(sink.count() < frames.size() / 10, sink.count() + " writes");
    }

    @Test
    void writesWholeEventsWhenNothingMoreIsHereAndKeepsTheTail() {
        List<String> frames = Streams.frames(3, "\n", true);
        String all = String.join("", frames);
        int first = frames.getFirst().length();
        int second = first + frames.get(1).length();
        relay(ScriptedSource.paced(Streams.bytes(all), first, second + 10, second + 20, all.length()), options);
        assertEquals(frames.get(0), sink.write(0));
        assertEquals(frames.get(1), sink.write(1));
        assertTrue(sink.write(2).startsWith(frames.get(2)));
    }

    @Test
    void putsTheClientsModelBackAtItsTwoPlacesOnly() {
        String stream = Streams.text(5);
        relay(ScriptedSource.burst(Streams.bytes(stream)), options.withModel(
                new RelayOptions.Names(Streams.UPSTREAM_MODEL, "fast")));
        String place = "\"instructions\":\"Be \\\"brief\\\".\",\"model\":\"";
        assertEquals(stream.replace(place + Streams.UPSTREAM_MODEL, place + "fast"), sink.text());
    }

    @Test
    void refusesWhenTheStreamBeginsWithAnError() {
        String error = Streams.frame("error", 0, ",\"code\":\"server_is_overloaded\",\"message\":\"busy\"");
        RelayOutcome outcome = relay(ScriptedSource.burst(Streams.bytes(": hello\n\n" + error)), options);
        RelayOutcome.RefusedBeforeOutput refused = assertInstanceOf(RelayOutcome.RefusedBeforeOutput.class, outcome);
        assertEquals("server_is_overloaded", refused.error().code());
        assertEquals(0, sink.count());
        assertEquals(0, refused.report().flushes());
    }

    @Test
    void tellsTheClientWhenTheUpstreamBreaksBetweenEvents() {
        List<String> frames = Streams.frames(3, "\n", true);
        String some = String.join("", frames.subList(0, 5));
        RelayOutcome outcome = relay(ScriptedSource.cut(Streams.bytes(some + "event: x"), some.length() + 8,
                ByteSource.Broken.Cause.CUT, 50), options);
        assertEquals(RelayOutcome.Cause.UPSTREAM_CUT, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).cause());
        assertTrue(sink.text().startsWith(some + "event: response.failed\ndata: {"));
        assertTrue(sink.text().contains("\"sequence_number\":5,\"response\":{\"id\":\"" + Streams.RESPONSE_ID + "\""));
        assertTrue(sink.text().endsWith("}\n\n"));
    }

    @Test
    void writesNothingWhenTheUpstreamBreaksBeforeTheFirstEvent() {
        RelayOutcome outcome = relay(ScriptedSource.cut(Streams.bytes(": a\n\ndata: {"), 12, ByteSource.Broken.Cause.IDLE, 3),
                options);
        assertEquals(RelayOutcome.Cause.UPSTREAM_IDLE, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).cause());
        assertEquals(0, outcome.report().flushes());
        assertEquals(0, sink.count());
    }
}
