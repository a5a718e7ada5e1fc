package sluice.http2;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.net.Link;

/**
 * The one way out of an HTTP/2 connection: frames of its streams, each call in one write. Thread-safe; {@code lock} is held for
 * a write of the socket, which the sweeper ends by closing the link when the client does not read.
 */
final class FrameOutput {
    private static final byte[] NOTHING = {};

    /** A stream that sends. What it remembers for the output is guarded by the output's lock. */
    interface Sender {
        int id();

        /** Whether we have reset it: behind that there are no frames. */
        boolean isResetSent();

        /** We reset it now. */
        void resetSent();
    }

    private final Link link;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] out = new byte[1024];
    private int length;
    private volatile long writingSinceNanos;

    FrameOutput(Link link, LongSupplier clock) {
        this.link = link;
        this.clock = clock;
    }

    /** Whether a write has been under way for longer than {@code limitNanos}. */
    boolean stalled(long nowNanos, long limitNanos) {
        long since = writingSinceNanos;
        return since != 0 && limitNanos > 0 && nowNanos - since > limitNanos;
    }

    /** A whole header block, in as many frames as it needs. */
    void headers(Sender stream, byte[] block, boolean last) throws IOException {
        send(stream, block, last, NOTHING, 0, 0, false);
    }

    /**
     * A header block, if there is one, and data behind it, in one write.
     *
     * @param block the header block; empty: none
     * @param count most one frame
     */
    void data(Sender stream, byte[] block, byte[] source, int offset, int count, boolean last) throws IOException {
        send(stream, block, false, source, offset, count, last);
    }

    private void send(Sender stream, byte[] block, boolean headEnds, byte[] source, int offset, int count, boolean last)
            throws IOException {
        lock.lock();
        try {
            if (stream.isResetSent()) {
                throw new IOException("the stream was reset");
            }
            length = 0;
            for (int at = 0; at < block.length; at += Frames.MAX_BYTES) {
                int piece = Math.min(Frames.MAX_BYTES, block.length - at);
                int flags = (at + piece == block.length ? Frames.END_HEADERS : 0) | (at == 0 && headEnds ? Frames.END_STREAM : 0);
                put(at == 0 ? Frames.HEADERS : Frames.CONTINUATION, flags, stream.id(), block, at, piece);
            }
            if (count > 0 || last) {
                put(Frames.DATA, last ? Frames.END_STREAM : 0, stream.id(), source, offset, count);
            }
            flush();
        } finally {
            lock.unlock();
        }
    }

    /** Ends a stream from our side: nothing is sent on it behind that. */
    void reset(Sender stream, int code) throws IOException {
        lock.lock();
        try {
            stream.resetSent();
            number(Frames.RST_STREAM, stream.id(), code);
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
        frame(Frames.GOAWAY, 0, 0, new byte[] {(byte) (lastStreamId >>> 24), (byte) (lastStreamId >>> 16), (byte) (lastStreamId >>> 8),
                (byte) lastStreamId, 0, 0, 0, (byte) code});
    }

    private void put(int type, int flags, int streamId, byte[] source, int offset, int count) {
        if (length + Frames.HEAD_BYTES + count > out.length) {
            out = Arrays.copyOf(out, Math.max(length + Frames.HEAD_BYTES + count, out.length * 2));
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
