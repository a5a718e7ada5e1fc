package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.Completed;
import sluice.api.TokenUsage;
import sluice.testkit.HandSweeper;

/** An event of any size passes through the small buffer, with its usage and its model. */
class HugeEventTest {
    private static final TokenUsage USAGE = TokenUsage.told(1200, 1024, 345, 128);
    /** Text with everything that might mislead: quotation marks, brackets, names, UTF-8. */
    private static final String FILLER = "{\\\"usage\\\":{\\\"input_tokens\\\":9}},\\\\ \\\"model\\\":\\\""
            + Streams.UPSTREAM_MODEL
            + "\\\" 東京 ]]}}";

    @ParameterizedTest
    @ValueSource(ints = {5_000_000, 64_000_000})
    void relaysAHugeTerminalEvent(int size) {
        RelayOutcome outcome = run(size, "fast", false);
        assertEquals(USAGE, outcome.report().usage());
        assertEquals("response.completed", outcome.report().terminal());
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000_000, 64_000_000})
    void foldsAHugeTerminalEvent(int size) {
        RelayOutcome outcome = run(size, "fast", true);
        assertEquals(USAGE, outcome.report().usage());
    }

    private static RelayOutcome run(int size, String client, boolean fold) {
        String head = Streams.frames(1, "\n", true).getFirst() + "data: {\"type\":\"response.completed\",\"response\":";
        String before = "{\"id\":\"" + Streams.RESPONSE_ID + "\",\"output\":[{\"text\":\"";
        String after = "\"}],\"model\":\"" + Streams.UPSTREAM_MODEL + "\"" + Streams.usage() + "}";
        int repeats = size / Streams.bytes(FILLER).length;
        Repeating source = new Repeating(List.of(Streams.bytes(head + before), Streams.bytes(after + "}\n\n")),
                Streams.bytes(FILLER), repeats);
        CheckingSink sink = new CheckingSink();
        HandSweeper sweeper = new HandSweeper();
        Options options = new Options(sweeper).model(Streams.UPSTREAM_MODEL, client);
        BatchingRelay relay = new BatchingRelay();
        RelayOutcome outcome = fold ? relay.fold(source, sink, options.build()) : relay.relay(source, sink, options.build());
        assertInstanceOf(Completed.class, outcome);

        CRC32 expected = new CRC32();
        if (!fold) {
            expected.update(Streams.bytes(head.replaceFirst("(model\":\")" + Streams.UPSTREAM_MODEL, "$1" + client)));
        }
        expected.update(Streams.bytes(before));
        byte[] filler = Streams.bytes(FILLER);
        for (int i = 0; i < repeats; i++) {
            expected.update(filler);
        }
        expected.update(Streams.bytes(after.replace(Streams.UPSTREAM_MODEL, client) + (fold ? "" : "}\n\n")));
        assertEquals(expected.getValue(), sink.crc.getValue());
        assertTrue(sink.largest <= 64 * 1024, "a write of " + sink.largest + " bytes");
        return outcome;
    }

    /** A head, a filler many times, a tail; made while it is read, so that only the relay could hold much of it. */
    private static final class Repeating implements ByteSource {
        private final List<byte[]> ends;
        private final byte[] filler;
        private final int repeats;
        private int part;
        private int at;

        Repeating(List<byte[]> ends, byte[] filler, int repeats) {
            this.ends = ends;
            this.filler = filler;
            this.repeats = repeats;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = 0;
            while (count < length && part < repeats + 2) {
                byte[] now = part == 0 ? ends.get(0) : part == repeats + 1 ? ends.get(1) : filler;
                int run = Math.min(length - count, now.length - at);
                System.arraycopy(now, at, target, offset + count, run);
                count += run;
                at += run;
                if (at == now.length) {
                    at = 0;
                    part++;
                }
            }
            return count == 0 ? -1 : count;
        }

        @Override
        public boolean ready() {
            return part < repeats + 2;
        }

        @Override
        public void abort() {
            part = repeats + 2;
        }

        @Override
        public void close() {
            abort();
        }
    }

    private static final class CheckingSink implements ClientSink {
        private final CRC32 crc = new CRC32();
        private int largest;

        @Override
        public void write(byte[] buffer, int offset, int length, boolean boundary) {
            crc.update(buffer, offset, length);
            largest = Math.max(largest, length);
        }
    }
}
