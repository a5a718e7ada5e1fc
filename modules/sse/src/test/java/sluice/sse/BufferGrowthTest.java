package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.testkit.HandSweeper;

class BufferGrowthTest {
    private static final int CALM = 1024;
    private static final int MOST = 64 * 1024;
    private static final String END = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

    /** Pieces of a stream, each read as fast as the relay likes, and a silence after each. */
    private static final class Pieces implements ByteSource {
        private final byte[] stream;
        private final int[] ends;
        private int at;
        private int piece;
        private int reads;
        private int lastAsked;

        Pieces(byte[] stream, int... ends) {
            this.stream = stream;
            this.ends = ends;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == stream.length) {
                return -1;
            }
            if (at == ends[piece]) {
                piece++;
            }
            reads++;
            lastAsked = length;
            int count = Math.min(length, ends[piece] - at);
            System.arraycopy(stream, at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public boolean ready() {
            return at < ends[piece];
        }

        @Override
        public void abort() {
            throw new IllegalStateException("nobody breaks this stream off");
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private final RecordingSink sink = new RecordingSink();

    @Test
    void aBurstIsReadAndWrittenInLargePieces() {
        byte[] stream = Streams.bytes(delta(100).repeat(10_000) + END);
        Pieces source = new Pieces(stream, stream.length);
        RelayOutcome outcome = relay(source);
        assertTrue(outcome.report().flushes() < 2 * stream.length / MOST, "writes: " + outcome.report().flushes());
        assertTrue(source.reads < 2 * stream.length / MOST, "reads: " + source.reads);
        assertArrayEquals(stream, sink.bytes());
    }

    @Test
    void aStreamThatHasBecomeCalmGivesItsLargeBufferUp() {
        int burst = delta(100).length() * 2000;
        byte[] stream = Streams.bytes(delta(100).repeat(2100) + END);
        int[] ends = new int[101];
        for (int i = 0; i < 100; i++) {
            ends[i] = burst + delta(100).length() * i;
        }
        ends[100] = stream.length;
        Pieces source = new Pieces(stream, ends);
        relay(source);
        assertArrayEquals(stream, sink.bytes());
        assertTrue(source.lastAsked <= CALM, "asked for " + source.lastAsked);
    }

    @Test
    void anEventThatIsLargerThanTheFirstBufferIsWrittenWhole() {
        String large = delta(40_000);
        byte[] stream = Streams.bytes(delta(10) + large + END);
        int first = delta(10).length();
        RelayOutcome outcome = relay(new Pieces(stream, first, first + large.length(), stream.length));
        assertEquals(3, outcome.report().flushes());
        assertArrayEquals(stream, sink.bytes());
    }

    @Test
    void theBytesAreTheSameHoweverTheyCome() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(1, 60); i > 0; i--) {
                text.append(delta(random.nextInt(8) == 0 ? random.nextInt(100_000) : random.nextInt(300)));
            }
            byte[] stream = Streams.bytes(text + END);
            int[] ends = random.ints(random.nextInt(1, 200), 1, stream.length).sorted().distinct().toArray();
            int[] all = Arrays.copyOf(ends, ends.length + 1);
            all[ends.length] = stream.length;
            RecordingSink fresh = new RecordingSink();
            RelayOutcome outcome = new BatchingRelay().relay(new Pieces(stream, all), fresh, options());
            assertInstanceOf(RelayOutcome.Completed.class, outcome, "seed " + seed);
            assertArrayEquals(stream, fresh.bytes(), "seed " + seed);
        }
    }

    private RelayOutcome relay(ByteSource source) {
        RelayOutcome outcome = new BatchingRelay().relay(source, sink, options());
        assertInstanceOf(RelayOutcome.Completed.class, outcome);
        return outcome;
    }

    private static RelayOptions options() {
        return new Options(new HandSweeper()).buffer(MOST).build();
    }

    private static String delta(int length) {
        return "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\""
                + "x".repeat(length) + "\"}\n\n";
    }
}
