package sluice.http2;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Judges the frames of an HTTP/2 connection (RFC 9113 §5.1, §6), and tells {@link Streams} what they mean. Each frame is counted by
 * {@link Calm}. Confined to the connection's thread, but for {@link #late}.
 */
final class FrameRules {
    private final FrameInput in;
    private final Streams streams;
    private final int headBytes;
    private final LongSupplier clock;
    private final Calm calm;
    private final HeaderTable table = new HeaderTable();
    private final HeaderBlocks blocks;
    private final long begunNanos;
    private volatile boolean settled;

    FrameRules(FrameInput in, Streams streams, int headBytes, Calm calm, LongSupplier clock) {
        this.in = in;
        this.streams = streams;
        this.headBytes = headBytes;
        this.calm = calm;
        this.clock = clock;
        blocks = new HeaderBlocks(headBytes, clock);
        begunNanos = clock.getAsLong();
    }

    /** Whether the beginning of the connection, or a header block, takes longer than it may. */
    boolean late(long nowNanos, long limitNanos) {
        return in.late(nowNanos, limitNanos) || blocks.late(nowNanos, limitNanos) || !settled && nowNanos - begunNanos > limitNanos;
    }

    /** Handles the frame that was read. */
    void handle() throws IOException {
        try {
            judge();
        } catch (Http2Fault fault) {
            if (fault.streamId() == 0) {
                throw fault;
            }
            streams.fault(fault);
            calm.reset(clock.getAsLong());
        }
    }

    private void judge() throws IOException {
        int type = in.type();
        if (!settled && (type != Frames.SETTINGS || in.has(Frames.ACK))) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "no settings");
        }
        if (blocks.streamId() != 0 && (type != Frames.CONTINUATION || in.streamId() != blocks.streamId())) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a frame within a header block");
        }
        calm.frame(carried(type), clock.getAsLong());
        switch (type) {
            case Frames.DATA -> data();
            case Frames.HEADERS -> headers();
            case Frames.CONTINUATION -> continuation();
            case Frames.RST_STREAM -> reset();
            case Frames.SETTINGS -> settings();
            case Frames.PING -> ping();
            case Frames.WINDOW_UPDATE -> windowUpdate();
            case Frames.PRIORITY -> priority();
            case Frames.GOAWAY -> goAway();
            case Frames.PUSH_PROMISE -> throw new Http2Fault(Http2Fault.PROTOCOL, "a push by a client");
            default -> { } // RFC 9113 §4.1: what is not known is passed over
        }
    }

    /** Bytes of the frame that bring a request on. */
    private int carried(int type) {
        return switch (type) {
            case Frames.DATA -> streams.state(in.streamId()) == StreamTable.State.OPEN ? in.length() : 0;
            case Frames.HEADERS, Frames.CONTINUATION -> in.length();
            default -> 0;
        };
    }

    private void data() throws IOException {
        int from = in.from();
        int padding = 0;
        if (in.has(Frames.PADDED)) {
            padding = padding();
            from++;
        }
        streams.data(opened(), in.bytes(), from, in.length() - padding, padding, in.has(Frames.END_STREAM));
    }

    /** The frame's stream, which must have been opened. */
    private int opened() throws Http2Fault {
        if (in.streamId() == 0 || streams.state(in.streamId()) == StreamTable.State.IDLE) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a frame of a stream that was not opened");
        }
        return in.streamId();
    }

    /** The padding of a frame, with the byte that tells it. */
    private int padding() throws Http2Fault {
        if (in.length() == 0 || (in.bytes()[in.from()] & 0xFF) >= in.length()) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "more padding than frame");
        }
        return (in.bytes()[in.from()] & 0xFF) + 1;
    }

    private void headers() throws IOException {
        int streamId = in.streamId();
        if (streamId % 2 == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "headers of a stream that is none");
        }
        int from = in.from();
        int to = from + in.length();
        if (in.has(Frames.PADDED)) {
            to = to - padding() + 1;
            from++;
        }
        boolean dependsOnItself = false;
        if (in.has(Frames.WITH_PRIORITY)) {
            if (from + Frames.PRIORITY_BYTES > to) {
                throw new Http2Fault(Http2Fault.FRAME_SIZE, "a frame that is too short");
            }
            dependsOnItself = (in.number(from) & Integer.MAX_VALUE) == streamId;
            from += Frames.PRIORITY_BYTES;
        }
        if (dependsOnItself) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a stream that depends on itself");
        }
        if (in.has(Frames.END_HEADERS)) {
            fields(streamId, in.bytes(), from, to, in.has(Frames.END_STREAM));
        } else {
            blocks.begin(streamId, in.bytes(), from, to, in.has(Frames.END_STREAM));
        }
    }

    private void continuation() throws IOException {
        if (blocks.streamId() == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a continuation of nothing");
        }
        blocks.append(in.bytes(), in.from(), in.length());
        if (in.has(Frames.END_HEADERS)) {
            byte[] whole = blocks.end();
            fields(in.streamId(), whole, 0, whole.length, blocks.endsStream());
        }
    }

    private void fields(int streamId, byte[] source, int from, int to, boolean last) throws IOException {
        switch (streams.state(streamId)) {
            case IDLE -> request(streamId, source, from, to, last);
            case OPEN -> trailers(streamId, source, from, to, last);
            case HALF_CLOSED -> {
                table.read(source, from, to, headBytes, field -> { });
                throw new Http2Fault(Http2Fault.STREAM_CLOSED, streamId, "headers behind the end of a stream");
            }
            case RESET_HERE -> table.read(source, from, to, headBytes, field -> { }); // sent before the client knew
            case CLOSED -> throw new Http2Fault(Http2Fault.STREAM_CLOSED, "headers of a stream that is over");
            case PASSED_OVER -> throw new Http2Fault(Http2Fault.PROTOCOL, "headers of a stream below one that was opened");
        }
    }

    private void request(int streamId, byte[] source, int from, int to, boolean last) throws IOException {
        streams.seen(streamId);
        RequestFields request = new RequestFields(streamId);
        boolean whole = read(source, from, to, request);
        if (!streams.request(streamId, request.head(whole, last), request.length(), last)) {
            calm.reset(clock.getAsLong());
        }
    }

    /** They are dropped, as those of HTTP/1.1 are. */
    private void trailers(int streamId, byte[] source, int from, int to, boolean last) throws IOException {
        boolean whole = read(source, from, to, field -> FieldRules.checkTrailer(streamId, field));
        if (!last || !whole) {
            throw FieldRules.malformed(streamId, "headers twice, or trailers that are too large");
        }
        streams.data(streamId, source, 0, 0, 0, true);
    }

    /** Reads a block to its end even if a field is malformed: later blocks refer to it. */
    private boolean read(byte[] source, int from, int to, HeaderTable.Sink sink) throws Http2Fault {
        Http2Fault[] malformed = new Http2Fault[1];
        boolean whole = table.read(source, from, to, headBytes, field -> {
            try {
                if (malformed[0] == null) {
                    sink.field(field);
                }
            } catch (Http2Fault fault) {
                malformed[0] = fault;
            }
        });
        if (malformed[0] != null) {
            throw malformed[0];
        }
        return whole;
    }

    private void reset() throws IOException {
        expectLength(4);
        if (streams.resetByPeer(opened())) {
            calm.reset(clock.getAsLong());
        }
    }

    private void settings() throws IOException {
        onConnection();
        if (in.has(Frames.ACK)) {
            expectLength(0);
            return;
        }
        if (in.length() % Frames.SETTING_BYTES != 0) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "settings that are none");
        }
        settled = true;
        long window = -1;
        for (int at = in.from(); at < in.from() + in.length(); at += Frames.SETTING_BYTES) {
            int key = in.number(at) >>> 16;
            long value = in.number(at + 2) & 0xFFFF_FFFFL;
            check(key, value);
            window = key == Frames.INITIAL_WINDOW_SIZE ? value : window;
        }
        if (window >= 0) {
            // The last of them is what holds (§6.5.3): a frame of thousands must not be thousands of rounds over all streams.
            streams.initialWindow(window);
        }
        streams.output().frame(Frames.SETTINGS, Frames.ACK, 0, new byte[0]);
    }

    private static void check(int key, long value) throws Http2Fault {
        if (key == Frames.INITIAL_WINDOW_SIZE && value > Integer.MAX_VALUE) {
            throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
        }
        if (key == Frames.ENABLE_PUSH && value > 1
                || key == Frames.MAX_FRAME_SIZE && (value < Frames.MAX_BYTES || value > Frames.LARGEST_MAX_BYTES)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a setting out of its range");
        }
    }

    private void ping() throws IOException {
        onConnection();
        expectLength(Frames.PING_BYTES);
        if (!in.has(Frames.ACK)) {
            streams.output().frame(Frames.PING, Frames.ACK, 0, Arrays.copyOfRange(in.bytes(), in.from(), in.from() + in.length()));
        }
    }

    private void windowUpdate() throws IOException {
        expectLength(4);
        int bytes = in.number(in.from()) & Integer.MAX_VALUE;
        int streamId = in.streamId() == 0 ? 0 : opened();
        if (bytes == 0) {
            // §5.4.2 asks for a reset; where there is no stream any more to be reset, only the connection is left.
            boolean open = streamId != 0 && streams.state(streamId).open();
            throw new Http2Fault(Http2Fault.PROTOCOL, open ? streamId : 0, "a window update of nothing");
        }
        streams.windowUpdate(streamId, bytes);
    }

    /** Priorities are not used (§5.3.2), but must be well-formed. */
    private void priority() throws Http2Fault {
        if (in.streamId() == 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a priority of no stream");
        }
        expectLength(Frames.PRIORITY_BYTES);
        if ((in.number(in.from()) & Integer.MAX_VALUE) == in.streamId()) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a stream that depends on itself");
        }
    }

    /** The client will open no more streams; those that are open go on. */
    private void goAway() throws Http2Fault {
        onConnection();
        if (in.length() < Frames.GOAWAY_BYTES) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "a goodbye that is too short");
        }
    }

    private void onConnection() throws Http2Fault {
        if (in.streamId() != 0) {
            throw new Http2Fault(Http2Fault.PROTOCOL, "a frame of a connection on a stream");
        }
    }

    private void expectLength(int bytes) throws Http2Fault {
        if (in.length() != bytes) {
            throw new Http2Fault(Http2Fault.FRAME_SIZE, "a frame of a wrong length");
        }
    }
}
