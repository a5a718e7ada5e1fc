package sluice.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;
import sluice.wire.Link;

/**
 * Reads the frames of an HTTP/2 connection, judges them (RFC 9113 §4, §6), and tells the connection what they mean. What costs a
 * client nothing and us something is counted: resets, empty frames and frames of control (§10.5). Confined to the
 * connection's thread, but for {@link #late}.
 */
final class Http2Input {
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PADDED = 8;
    private static final int PRIORITY = 0x20;
    private static final int SETTING_BYTES = 6;
    /** Most frames that mean no work for a client and some for us, in one period. */
    private static final int MAX_IDLE_FRAMES = 1000;
    /** Most resets of streams under way in one period; each may have cost an upstream a request. */
    private static final int MAX_RESETS = 200;
    private static final long PERIOD_NANOS = 10_000_000_000L;
    /** Frames that one header block may be cut into. */
    private static final int MAX_CONTINUATIONS = 32;

    private final Link link;
    private final Http2Connection connection;
    private final int headBytes;
    private final LongSupplier clock;
    private final HeaderTable table = new HeaderTable();
    private byte[] buffer = new byte[4 * 1024];
    private int start;
    private int end;

    private byte[] block = {};
    private int blockStreamId;
    private boolean blockEndsStream;
    private int continuations;
    private boolean settled;
    private long periodSinceNanos;
    private int idleFrames;
    private int resets;
    /** Since when something must be completed; 0: nothing. */
    private volatile long dueSinceNanos;

    Http2Input(Link link, Http2Connection connection, int headBytes, LongSupplier clock) {
        this.link = link;
        this.connection = connection;
        this.headBytes = headBytes;
        this.clock = clock;
        dueSinceNanos = clock.getAsLong();
        periodSinceNanos = dueSinceNanos;
    }

    /** Whether the beginning of the connection, or a header block, takes longer than it may. */
    boolean late(long nowNanos, long limitNanos) {
        long since = dueSinceNanos;
        return since != 0 && nowNanos - since > limitNanos;
    }

    void readPreface() throws IOException {
        if (!fill(PREFACE.length) || !Arrays.equals(PREFACE, 0, PREFACE.length, buffer, start, start + PREFACE.length)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "no preface");
        }
        start += PREFACE.length;
    }

    /** Reads and handles one frame; false at the end of the connection. */
    boolean readFrame() throws IOException {
        if (!fill(Http2Writer.HEAD_BYTES)) {
            return false;
        }
        int length = (buffer[start] & 0xFF) << 16 | (buffer[start + 1] & 0xFF) << 8 | buffer[start + 2] & 0xFF;
        int type = buffer[start + 3] & 0xFF;
        int flags = buffer[start + 4] & 0xFF;
        int streamId = number(start + 5) & Integer.MAX_VALUE;
        if (length > Http2Writer.MAX_FRAME_BYTES) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "a frame that is too large");
        }
        start += Http2Writer.HEAD_BYTES;
        if (!fill(length)) {
            throw new EOFException("the connection ended within a frame");
        }
        try {
            handle(type, flags, streamId, length);
        } catch (Http2Fault fault) {
            if (fault.streamId() == 0) {
                throw fault;
            }
            connection.fault(fault);
        }
        start += length;
        return true;
    }

    private void handle(int type, int flags, int streamId, int length) throws IOException {
        if (!settled && type != Http2Writer.SETTINGS) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "no settings");
        }
        if (blockStreamId != 0 && (type != Http2Writer.CONTINUATION || streamId != blockStreamId)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a frame within a header block");
        }
        switch (type) {
            case Http2Writer.DATA -> data(flags, known(streamId), length);
            case Http2Writer.HEADERS -> headers(flags, streamId, length);
            case Http2Writer.CONTINUATION -> continuation(flags, streamId, length);
            case Http2Writer.RST_STREAM -> reset(known(streamId), length);
            case Http2Writer.SETTINGS -> settings(flags, streamId, length);
            case Http2Writer.PING -> ping(flags, streamId, length);
            case Http2Writer.WINDOW_UPDATE -> windowUpdate(streamId, length);
            case Http2Writer.PUSH_PROMISE -> throw new Http2Fault(Http2Fault.PROTOCOL, "a push by a client");
            default -> idle(); // GOAWAY, PRIORITY, and what is not known: nothing to do
        }
    }

    /** The stream, which must have been opened. */
    private int known(int streamId) throws Http2Fault {
        if (streamId == 0 || streamId > connection.lastStreamId()) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a frame of a stream that was not opened");
        }
        return streamId;
    }

    private void data(int flags, int streamId, int length) throws IOException {
        int from = start;
        int padding = 0;
        if ((flags & PADDED) != 0) {
            padding = padding(length);
            from++;
        }
        boolean last = (flags & Http2Writer.END_STREAM) != 0;
        if (length == padding && !last) {
            idle();
        }
        connection.data(streamId, buffer, from, length - padding, padding, last);
    }

    /** The padding of a frame, with the byte that tells it. */
    private int padding(int length) throws Http2Fault {
        if (length == 0 || (buffer[start] & 0xFF) >= length) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "more padding than frame");
        }
        return (buffer[start] & 0xFF) + 1;
    }

    private void headers(int flags, int streamId, int length) throws IOException {
        if (streamId % 2 == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "headers of a stream that is none");
        }
        int from = start;
        int to = start + length;
        if ((flags & PADDED) != 0) {
            to = to - padding(length) + 1;
            from++;
        }
        if ((flags & PRIORITY) != 0) {
            from += 5;
        }
        if (from > to) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "a frame that is too short");
        }
        boolean last = (flags & Http2Writer.END_STREAM) != 0;
        if ((flags & Http2Writer.END_HEADERS) != 0) {
            fields(streamId, buffer, from, to, last);
        } else {
            blockStreamId = streamId;
            blockEndsStream = last;
            continuations = 0;
            block = Arrays.copyOfRange(buffer, from, to);
            dueSinceNanos = clock.getAsLong();
        }
    }

    private void continuation(int flags, int streamId, int length) throws IOException {
        if (blockStreamId == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a continuation of nothing");
        }
        if (++continuations > MAX_CONTINUATIONS || block.length + length > headBytes) {
            throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "a header block that is too large");
        }
        int before = block.length;
        block = Arrays.copyOf(block, before + length);
        System.arraycopy(buffer, start, block, before, length);
        if ((flags & Http2Writer.END_HEADERS) != 0) {
            byte[] whole = block;
            block = new byte[0];
            blockStreamId = 0;
            dueSinceNanos = 0;
            fields(streamId, whole, 0, whole.length, blockEndsStream);
        }
    }

    private void fields(int streamId, byte[] source, int from, int to, boolean last) throws IOException {
        if (streamId <= connection.lastStreamId()) {
            // Trailers, which are dropped as those of HTTP/1.1 are; or the rest of a stream that is over here.
            table.read(source, from, to, field -> { });
            if (!last) {
                throw new Http2Fault(Http2Fault.PROTOCOL, "headers twice");
            }
            connection.data(streamId, source, 0, 0, 0, true);
            return;
        }
        connection.seen(streamId);
        Http2Request request = new Http2Request(streamId, headBytes);
        Http2Fault[] malformed = new Http2Fault[1];
        table.read(source, from, to, field -> {
            try {
                if (malformed[0] == null) {
                    request.field(field);
                }
            } catch (Http2Fault fault) {
                malformed[0] = fault; // the rest must be read all the same: later blocks refer to it
            }
        });
        if (malformed[0] != null) {
            throw malformed[0];
        }
        connection.request(streamId, request, last);
    }

    private void reset(int streamId, int length) throws IOException {
        expect(length == 4, "a reset that is none");
        idle();
        if (connection.resetByPeer(streamId) && ++resets > MAX_RESETS) {
            throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "too many resets");
        }
    }

    private void settings(int flags, int streamId, int length) throws IOException {
        if (streamId != 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "settings of a stream");
        }
        if ((flags & Http2Writer.ACK) != 0) {
            expect(length == 0, "an acknowledgement with settings");
            return;
        }
        expect(length % SETTING_BYTES == 0, "settings that are none");
        if (!settled) {
            settled = true;
            dueSinceNanos = 0;
        }
        idle();
        for (int at = start; at < start + length; at += SETTING_BYTES) {
            setting((buffer[at] & 0xFF) << 8 | buffer[at + 1] & 0xFF, number(at + 2) & 0xFFFF_FFFFL);
        }
        connection.writer().frame(Http2Writer.SETTINGS, Http2Writer.ACK, 0, new byte[0]);
    }

    private void setting(int key, long value) throws Http2Fault {
        if (key == INITIAL_WINDOW_SIZE) {
            if (value > Integer.MAX_VALUE) {
                throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
            }
            connection.initialWindow(value);
        } else if (key == ENABLE_PUSH && value > 1
                || key == MAX_FRAME_SIZE && (value < Http2Writer.MAX_FRAME_BYTES || value > 0xFF_FFFF)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a setting out of its range");
        }
    }

    private void ping(int flags, int streamId, int length) throws IOException {
        expect(length == 8, "a ping that is none");
        if (streamId != 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a ping of a stream");
        }
        idle();
        if ((flags & Http2Writer.ACK) == 0) {
            connection.writer().frame(Http2Writer.PING, Http2Writer.ACK, 0, Arrays.copyOfRange(buffer, start, start + length));
        }
    }

    private void windowUpdate(int streamId, int length) throws IOException {
        expect(length == 4, "a window update that is none");
        int bytes = number(start) & Integer.MAX_VALUE;
        if (streamId != 0) {
            known(streamId);
        }
        if (bytes == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, streamId, "a window update of nothing");
        }
        connection.windowUpdate(streamId, bytes);
    }

    private static void expect(boolean holds, String otherwise) throws Http2Fault {
        if (!holds) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, otherwise);
        }
    }

    /** Counts a frame that carries nothing of a request. */
    private void idle() throws Http2Fault {
        long now = clock.getAsLong();
        if (now - periodSinceNanos > PERIOD_NANOS) {
            periodSinceNanos = now;
            idleFrames = 0;
            resets = 0;
        }
        if (++idleFrames > MAX_IDLE_FRAMES) {
            throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "too many frames for nothing");
        }
    }

    private int number(int at) {
        return (buffer[at] & 0xFF) << 24 | (buffer[at + 1] & 0xFF) << 16 | (buffer[at + 2] & 0xFF) << 8
                | buffer[at + 3] & 0xFF;
    }

    /** Reads until {@code length} bytes are here; false if the connection ends before. */
    private boolean fill(int length) throws IOException {
        while (end - start < length) {
            if (start == end) {
                start = 0;
                end = 0;
            }
            if (start + length > buffer.length) {
                byte[] room = length > buffer.length ? new byte[Http2Writer.MAX_FRAME_BYTES + Http2Writer.HEAD_BYTES] : buffer;
                System.arraycopy(buffer, start, room, 0, end - start);
                buffer = room;
                end -= start;
                start = 0;
            }
            int count = link.read(buffer, end, buffer.length - end);
            if (count < 0) {
                return false;
            }
            end += count;
        }
        return true;
    }
}
