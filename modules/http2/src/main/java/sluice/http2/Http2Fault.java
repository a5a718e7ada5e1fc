package sluice.http2;

import java.io.IOException;

/** A peer broke a rule of HTTP/2 (RFC 9113 §5.4): a fault of the connection, or of one stream of it. */
final class Http2Fault extends IOException {
    static final int NO_ERROR = 0;
    static final int PROTOCOL = 1;
    static final int INTERNAL = 2;
    static final int FLOW_CONTROL = 3;
    static final int STREAM_CLOSED = 5;
    static final int FRAME_SIZE = 6;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int COMPRESSION = 9;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final long serialVersionUID = 1;

    private final int code;
    private final int streamId;

    /** A fault of the whole connection. */
    Http2Fault(int code, String message) {
        this(code, 0, message);
    }

    /** A fault of one stream; 0: of the connection. */
    Http2Fault(int code, int streamId, String message) {
        super(message);
        this.code = code;
        this.streamId = streamId;
    }

    int code() {
        return code;
    }

    int streamId() {
        return streamId;
    }
}
