package sluice.server;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.wire.Link;

/**
 * The one way out of an HTTP/2 connection: frames of its streams, each in one write. Thread-safe; {@code lock} is held for a
 * write of the socket, which the sweeper ends by closing the link when the client does not read.
 */
final class Http2Writer {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    /** Bytes of a frame's own head. */
    static final int HEAD_BYTES = 9;
    /** Most bytes of a frame, as the protocol begins; neither side is asked for more. */
    static final int MAX_FRAME_BYTES = 16 * 1024;
    private static final byte[] NOTHING = {};

    private final Link link;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] out = new byte[1024];
    private int length;
    private volatile long writingSinceNanos;

    Http2Writer(Link link, LongSupplier clock) {
        this.link = link;
        this.clock = clock;
    }

    /** Whether a write has been under way for longer than {@code limitNanos}. */
    boolean stalled(long nowNanos, long limitNanos) {
        long since = writingSinceNanos;
        return since != 0 && limitNanos > 0 && nowNanos - since > limitNanos;
    }

    /** A whole header block, in as many frames as it needs. */
    void headers(int streamId, byte[] block, boolean last) throws IOException {
        data(streamId, block, last, NOTHING, 0, 0, false);
    }

    /**
     * A header block, if there is one, and data behind it, if there is some, in one write.
     *
     * @param block the header block; empty: none
     * @param headEnds whether the stream ends with the block
     * @param count most one frame; a frame without data is sent only to end the stream
     */
    void data(int streamId, byte[] block, boolean headEnds, byte[] source, int offset, int count, boolean last)
            throws IOException {
        lock.lock();
        try {
            length = 0;
            for (int at = 0; at < block.length; at += MAX_FRAME_BYTES) {
                int piece = Math.min(MAX_FRAME_BYTES, block.length - at);
                int flags = (at + piece == block.length ? END_HEADERS : 0) | (at == 0 && headEnds ? END_STREAM : 0);
                put(at == 0 ? HEADERS : CONTINUATION, flags, streamId, block, at, piece);
            }
            if (count > 0 || last) {
                put(DATA, last ? END_STREAM : 0, streamId, source, offset, count);
            }
            flush();
        } finally {
            lock.unlock();
        }
    }

    /** A frame of at most eight bytes of payload, or of settings. */
    void frame(int type, int flags, int streamId, byte[] payload) throws IOException {
        lock.lock();
        try {
            length = 0;
            put(type, flags, streamId, payload, 0, payload.length);
            flush();
        } finally {
            lock.unlock();
        }
    }

    /** A frame whose payload is one number of four bytes. */
    void number(int type, int streamId, int value) throws IOException {
        frame(type, 0, streamId, new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value});
    }

    /** No stream above {@code lastStreamId} was or will be served. */
    void goAway(int lastStreamId, int code) throws IOException {
        frame(GOAWAY, 0, 0, new byte[] {(byte) (lastStreamId >>> 24), (byte) (lastStreamId >>> 16), (byte) (lastStreamId >>> 8),
                (byte) lastStreamId, 0, 0, 0, (byte) code});
    }

    private void put(int type, int flags, int streamId, byte[] source, int offset, int count) {
        if (length + HEAD_BYTES + count > out.length) {
            out = Arrays.copyOf(out, Math.max(length + HEAD_BYTES + count, out.length * 2));
        }
        out[length++] = (byte) (count >>> 16);
        out[length++] = (byte) (count >>> 8);
        out[length++] = (byte) count;
        out[length++] = (byte) type;
        out[length++] = (byte) flags;
        out[length++] = (byte) (streamId >>> 24);
        out[length++] = (byte) (streamId >>> 16);
        out[length++] = (byte) (streamId >>> 8);
        out[length++] = (byte) streamId;
        System.arraycopy(source, offset, out, length, count);
        length += count;
    }

    private void flush() throws IOException {
        writingSinceNanos = clock.getAsLong();
        try {
            link.write(out, 0, length);
        } finally {
            writingSinceNanos = 0;
        }
    }
}
