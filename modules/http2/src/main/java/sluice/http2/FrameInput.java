package sluice.http2;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;
import sluice.net.Link;
import sluice.net.Quantum;

/**
 * Reads the frames of an HTTP/2 connection one by one, each whole, into a buffer that the next one overwrites. Confined to the
 * connection's thread, but for {@link #late}.
 */
final class FrameInput {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /** Enough for most heads. Thousands of connections wait with a buffer of this size. */
    private static final int START_BYTES = 4 * 1024;

    private final Link link;
    private final LongSupplier clock;
    private byte[] buffer = new byte[START_BYTES];
    private int start;
    private int end;
    private int type;
    private int flags;
    private int streamId;
    private int length;
    /** Since when the preface, or the rest of a frame, is awaited; 0: it is not. */
    private volatile long awaitedSinceNanos;

    FrameInput(Link link, LongSupplier clock) {
        this.link = link;
        this.clock = clock;
        awaitedSinceNanos = clock.getAsLong();
    }

    /**
     * Whether the preface, or a frame that has begun, takes longer than it may. Data is exempt: how slowly a body may come is the
     * request's business.
     */
    boolean late(long nowNanos, long limitNanos) {
        long since = awaitedSinceNanos;
        return since != 0 && nowNanos - since > limitNanos;
    }

    void readPreface() throws IOException {
        if (!fill(PREFACE.length) || !Arrays.equals(PREFACE, 0, PREFACE.length, buffer, start, start + PREFACE.length)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "no preface");
        }
        start += PREFACE.length;
        awaitedSinceNanos = 0;
    }

    /** Reads the next frame; false at the end of the connection. */
    boolean next() throws IOException {
        start += length;
        if (start == end && buffer.length > START_BYTES && length <= START_BYTES) {
            buffer = new byte[START_BYTES];
        }
        length = 0;
        if (!fill(Frames.HEAD_BYTES)) {
            return false;
        }
        int announced = number(start) >>> 8;
        type = buffer[start + 3] & 0xFF;
        flags = buffer[start + 4] & 0xFF;
        streamId = number(start + 5) & Integer.MAX_VALUE;
        if (announced > Frames.MAX_BYTES) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "a frame that is too large");
        }
        start += Frames.HEAD_BYTES;
        if (end - start < announced && type != Frames.DATA) {
            awaitedSinceNanos = clock.getAsLong();
        }
        if (!fill(announced)) {
            throw new EOFException("the connection ended within a frame");
        }
        awaitedSinceNanos = 0;
        length = announced;
        return true;
    }

    int type() {
        return type;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int streamId() {
        return streamId;
    }

    /** The array in which the frame's payload is. */
    byte[] bytes() {
        return buffer;
    }

    /** Where the payload begins. */
    int from() {
        return start;
    }

    /** Bytes of the payload. */
    int length() {
        return length;
    }

    /** Four bytes of the payload, or of what is in the buffer, as a number. */
    int number(int at) {
        return (buffer[at] & 0xFF) << 24 | (buffer[at + 1] & 0xFF) << 16 | (buffer[at + 2] & 0xFF) << 8 | buffer[at + 3] & 0xFF;
    }

    /** Reads bytes and forgets them, up to {@code most} or to the end of the connection. */
    void waste(int most) throws IOException {
        for (int left = most; left > 0;) {
            int count = link.read(buffer, 0, buffer.length);
            if (count < 0) {
                return;
            }
            left -= count;
        }
    }

    /** Reads until {@code count} bytes are here; false if the connection ends before. */
    private boolean fill(int count) throws IOException {
        while (end - start < count) {
            if (start == end) {
                start = 0;
                end = 0;
            }
            if (start + count > buffer.length) {
                byte[] room = count > buffer.length ? new byte[Frames.MAX_BYTES + Frames.HEAD_BYTES] : buffer;
                System.arraycopy(buffer, start, room, 0, end - start);
                buffer = room;
                end -= start;
                start = 0;
            }
            long before = System.nanoTime();
            int read = link.read(buffer, end, buffer.length - end);
            if (read < 0) {
                return false;
            }
            Quantum.ofThread().read(read, System.nanoTime() - before);
            end += read;
        }
        return true;
    }
}
