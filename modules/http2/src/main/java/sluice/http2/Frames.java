package sluice.http2;

/** Types, flags, settings and sizes of the frames of HTTP/2 (RFC 9113 §4, §6). */
final class Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
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
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;

    /** Bytes of a frame's own head. */
    static final int HEAD_BYTES = 9;
    /** Most bytes of a frame, as the protocol begins; neither side is asked for more. */
    static final int MAX_BYTES = 16 * 1024;
    /** Largest setting of {@link #MAX_FRAME_SIZE}. */
    static final int LARGEST_MAX_BYTES = 0xFF_FFFF;
    static final int PRIORITY_BYTES = 5;
    static final int SETTING_BYTES = 6;
    static final int PING_BYTES = 8;
    static final int GOAWAY_BYTES = 8;
    /** Window of a stream, and of a connection, as the protocol begins. */
    static final int WINDOW_BYTES = 65_535;

    private Frames() {
    }
}
