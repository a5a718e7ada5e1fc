package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.RelayOutcome;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

/** Every legal way to write a stream, cut in every way, gives the same bytes and the same report. */
class FramingTest {
    private static final String CLIENT_MODEL = "a-much-longer-name/for-the-same-model-than-the-upstream-has";

    static List<Map.Entry<String, byte[]>> streams() {
        List<Map.Entry<String, byte[]>> all = new ArrayList<>();
        for (boolean eventLines : new boolean[] {true, false}) {
            for (String eol : List.of("\n", "\r\n", "\r")) {
                String text = String.join("", Streams.frames(4, eol, eventLines));
                String name = eol.replace("\r", "CR").replace("\n", "LF") + (eventLines ? "" : " without event lines");
                all.add(Map.entry(name, Streams.bytes(text)));
                all.add(Map.entry(name + ", byte order mark", Streams.bytes("\uFEFF" + text)));
                String comment = ": a comment" + eol + eol;
                all.add(Map.entry(name + ", comments", Streams.bytes(comment + text.replace("event: ", comment + "event: ")
                        .replace("data:", ":x" + eol + "id: 7" + eol + "retry: 10" + eol + "data:"))));
                all.add(Map.entry(name + ", many lines of data", Streams.bytes(text.replace(",\"", "," + eol + "data:\""))));
                assertNotEquals(text, typeLast(text));
                all.add(Map.entry(name + ", type last", Streams.bytes(typeLast(text))));
                all.add(Map.entry(name + ", spaces", Streams.bytes(text.replace("{\"type\":", "{ \"type\" : "))));
                all.add(Map.entry(name + ", [DONE]", Streams.bytes(text + "data: [DONE]" + eol + eol)));
                all.add(Map.entry(name + ", trailing bytes", Streams.bytes(text + ": end" + eol + "data: {")));
            }
        }
        return all;
    }

    /** As an upstream that sorts its members would write it. */
    private static String typeLast(String text) {
        return text.replaceAll(
                "\\{(\"type\":\"(?:response\\.[a-z_.]+)\"),(\"sequence_number\":\\d+.*)\\}(\\r?\\n|\\r)", "{$2,$1}$3");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void everySingleCutGivesTheSameBytes(Map.Entry<String, byte[]> stream) {
        byte[] bytes = stream.getValue();
        for (int cut = 1; cut < bytes.length; cut += 7) {
            check(bytes, 4096, cut, bytes.length);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void everyByteAloneGivesTheSameBytes(Map.Entry<String, byte[]> stream) {
        byte[] bytes = stream.getValue();
        int[] every = IntStream.rangeClosed(1, bytes.length).toArray();
        check(bytes, 64, every);
        check(bytes, 300, every);
        check(bytes, 4096, every);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void randomCutsAndBuffersGiveTheSameBytes(Map.Entry<String, byte[]> stream) {
        byte[] bytes = stream.getValue();
        Random random = new Random(bytes.length);
        for (int round = 0; round < 40; round++) {
            int[] ends = random.ints(1 + random.nextInt(60), 1, bytes.length).sorted().distinct().toArray();
            int[] all = java.util.Arrays.copyOf(ends, ends.length + 1);
            all[ends.length] = bytes.length;
            check(bytes, 64 + random.nextInt(3000), java.util.Arrays.stream(all).distinct().toArray());
        }
    }

    private static void check(byte[] stream, int buffer, int... ends) {
        RelayOutcome.Report plain = relay(stream, buffer, false, true, ends);
        assertEquals(TokenUsage.told(1200, 1024, 345, 128), plain.usage());
        assertEquals(Streams.RESPONSE_ID, plain.responseId());
        assertEquals("response.completed", plain.terminal());
        RelayOutcome.Report gated = relay(stream, buffer, true, true, ends);
        RelayOutcome.Report ungated = relay(stream, buffer, true, false, ends);
        assertEquals(ungated.usage(), gated.usage());
        assertEquals(ungated.responseId(), gated.responseId());
        assertEquals(ungated.events(), gated.events());
        assertEquals(ungated.counts().events().deltas(), gated.counts().events().deltas());
        assertEquals(ungated.flushes(), gated.flushes());
    }

    private static RelayOutcome.Report relay(byte[] stream, int buffer, boolean mapped, boolean gated, int... ends) {
        HandSweeper sweeper = new HandSweeper();
        RecordingSink sink = new RecordingSink();
        Options options = new Options(sweeper).buffer(buffer);
        if (mapped) {
            options.model(Streams.UPSTREAM_MODEL, CLIENT_MODEL);
        }
        BatchingRelay relay = gated ? new BatchingRelay() : BatchingRelay.ungated();
        RelayOutcome outcome = relay.relay(ScriptedSource.paced(stream, ends), sink, options.build());
        assertInstanceOf(RelayOutcome.Completed.class, outcome);
        assertArrayEquals(passing(mapped ? restored(stream) : stream), sink.bytes());
        return outcome.report();
    }

    /** Without the part of an event behind the end. */
    private static byte[] passing(byte[] stream) {
        String text = new String(stream, java.nio.charset.StandardCharsets.UTF_8);
        return text.endsWith("data: {") ? Streams.bytes(text.substring(0, text.length() - 7)) : stream;
    }

    /** Known from how the streams were made, not by any parser. */
    private static byte[] restored(byte[] stream) {
        String text = new String(stream, java.nio.charset.StandardCharsets.UTF_8);
        String restored = text.replaceAll("(\"instructions\":\"Be ..brief...\",(?:(?:\\r\\n|\\r|\\n)data:)?\"model\":\")"
                + Streams.UPSTREAM_MODEL, "$1" + CLIENT_MODEL);
        assertEquals(text.length() + 3 * (CLIENT_MODEL.length() - Streams.UPSTREAM_MODEL.length()), restored.length());
        return Streams.bytes(restored);
    }
}
