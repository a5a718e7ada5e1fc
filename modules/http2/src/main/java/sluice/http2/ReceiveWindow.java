package sluice.http2;

/**
 * What the client may send on all streams of a connection together (RFC 9113 §5.2). It is small until a body is read: nobody may have been
 * let in before. Guarded by the lock of {@link Streams}.
 */
final class ReceiveWindow {
    private int bytes = Frames.WINDOW_BYTES;
    private int uncredited;
    private boolean raised;

    /** Data has come. */
    void take(int count) throws Http2Fault {
        bytes -= count;
        if (bytes < 0) {
            throw new Http2Fault(Http2Fault.FLOW_CONTROL, "more data than the window allows");
        }
    }

    /** Data was given up, or is padding; it is credited with the next. */
    void giveUp(int count) {
        uncredited += count;
    }

    /** Bytes of a body were read; what the client may be granted for it. */
    int bodyRead(int count) {
        if (!raised) {
            raised = true;
            uncredited += StreamBody.RAISED_WINDOW_BYTES - Frames.WINDOW_BYTES;
        }
        return credit(count);
    }

    /** Bytes of data were read, or given up; what the client may be granted for it. */
    int credit(int count) {
        uncredited += count;
        if (uncredited < (raised ? StreamBody.RAISED_WINDOW_BYTES : Frames.WINDOW_BYTES) / 2) {
            return 0;
        }
        int credit = uncredited;
        uncredited = 0;
        bytes += credit;
        return credit;
    }
}
