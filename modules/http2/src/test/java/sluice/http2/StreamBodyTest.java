package sluice.http2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;
import sluice.http1.StreamHost;

class StreamBodyTest {
    /** Counts the memory that is taken. */
    private static final class Memory implements StreamHost {
        private int taken;
        private int most = Integer.MAX_VALUE;

        @Override
        public boolean takeMemory(int bytes) {
            if (taken + bytes > most) {
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public void giveBackMemory(int bytes) {
            taken -= bytes;
        }

        @Override
        public void serve(RequestStream stream) {
        }

        @Override
        public boolean leaving() {
            return false;
        }

        @Override
        public long idleNanos() {
            return 0;
        }

        @Override
        public boolean tooMany() {
            return false;
        }
    }

    private final Memory memory = new Memory();

    @Test
    void givesTheSameBytesHoweverTheyComeAndGo() throws Http2Fault {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] sent = new byte[random.nextInt(Frames.WINDOW_BYTES)];
            random.nextBytes(sent);
            StreamBody body = new StreamBody(1, sent.length, memory);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] piece = new byte[20_000];
            for (int at = 0; at < sent.length || body.size() > 0;) {
                int count = Math.min(sent.length - at, random.nextInt(Frames.MAX_BYTES));
                body.add(sent, at, count, 0, at + count == sent.length);
                at += count;
                read.write(piece, 0, body.take(piece, 0, random.nextInt(piece.length)));
            }
            assertArrayEquals(sent, read.toByteArray());
            body.discard();
            assertEquals(0, memory.taken);
        }
    }

    @Test
    void isRefusedWithoutMemoryAndDroppedOnceItIsNotWanted() throws Http2Fault {
        memory.most = 4096;
        StreamBody body = new StreamBody(1, RequestHead.CHUNKED, memory);
        body.add(new byte[4000], 0, 4000, 0, false);
        assertEquals(Http2Fault.REFUSED_STREAM,
                assertThrows(Http2Fault.class, () -> body.add(new byte[4000], 0, 4000, 0, false)).code());
        assertEquals(4000, body.discard());
        assertEquals(0, memory.taken);
        assertEquals(100, body.add(new byte[100], 0, 100, 0, false));
    }

    @Test
    void takesNoMoreThanItsWindow() throws Http2Fault {
        StreamBody body = new StreamBody(1, RequestHead.CHUNKED, memory);
        body.add(new byte[65_000], 0, 65_000, 0, false);
        assertEquals(Http2Fault.FLOW_CONTROL, assertThrows(Http2Fault.class, () -> body.add(new byte[600], 0, 300, 300, false)).code());
    }
}
