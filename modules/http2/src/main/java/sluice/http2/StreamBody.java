package sluice.http2;

import sluice.http1.RequestHead;
import sluice.http1.StreamHost;

/**
 * What has come of a request's body and was not read yet: a ring that grows up to the stream's window, and the window itself (RFC 9113
 * §5.2). The window is small until somebody reads, for nobody may have been let in yet. Guarded by the lock of {@link Streams}.
 */
final class StreamBody {
    /** Window of a stream whose body is being read, and of its connection: five megabytes a second over 100 ms. */
    static final int RAISED_WINDOW_BYTES = 512 * 1024;
    private static final int LEAST_BYTES = 1024;
    private static final byte[] NOTHING = {};

    private final int streamId;
    private final StreamHost memory;
    private final long announced;
    private byte[] ring = NOTHING;
    private int start;
    private int size;
    private long received;
    private int window = Frames.WINDOW_BYTES;
    private int uncredited;
    private boolean raised;
    private boolean discarded;

    /**
     * Nothing has come.
     *
     * @param announced bytes that will come, or {@link RequestHead#CHUNKED}
     */
    StreamBody(int streamId, long announced, StreamHost memory) {
        this.streamId = streamId;
        this.announced = announced;
        this.memory = memory;
    }

    /** Bytes that can be read. */
    int size() {
        return size;
    }

    /**
     * A frame has come.
     *
     * @param padding bytes of the frame beside its data
     * @return bytes of the data that nobody will read
     */
    int add(byte[] source, int offset, int count, int padding, boolean last) throws Http2Fault {
        window -= count + padding;
        if (window < 0) {
            throw new Http2Fault(Http2Fault.FLOW_CONTROL, streamId, "more data than the window allows");
        }
        uncredited += padding;
        received += count;
        if (announced != RequestHead.CHUNKED && (received > announced || last && received < announced)) {
            throw FieldRules.malformed(streamId, "a body that is not as long as its content-length");
        }
        if (discarded) {
            return count;
        }
        if (size + count > ring.length) {
            grow(size + count);
        }
        int at = (start + size) % Math.max(1, ring.length);
        int first = Math.min(count, ring.length - at);
        System.arraycopy(source, offset, ring, at, first);
        System.arraycopy(source, offset + first, ring, 0, count - first);
        size += count;
        return 0;
    }

    private void grow(int needed) throws Http2Fault {
        int capacity = Math.max(LEAST_BYTES, ring.length);
        while (capacity < needed) {
            capacity *= 2;
        }
        if (!memory.takeMemory(capacity - ring.length)) {
            throw new Http2Fault(Http2Fault.REFUSED_STREAM, streamId, "no memory for bodies");
        }
        byte[] larger = new byte[capacity];
        copyTo(larger, 0, size);
        ring = larger;
        start = 0;
    }

    private void copyTo(byte[] target, int offset, int count) {
        int first = Math.min(count, ring.length - start);
        System.arraycopy(ring, start, target, offset, first);
        System.arraycopy(ring, 0, target, offset + first, count - first);
    }

    /** Takes bytes that are here. */
    int take(byte[] target, int offset, int most) {
        int count = Math.min(most, size);
        if (count > 0) {
            copyTo(target, offset, count);
            start = (start + count) % ring.length;
            size -= count;
        }
        return count;
    }

    /** What the client may send more, as {@code count} bytes were read. */
    int credit(int count) {
        uncredited += count;
        if (!raised) {
            raised = true;
            uncredited += RAISED_WINDOW_BYTES - Frames.WINDOW_BYTES;
        }
        if (uncredited < RAISED_WINDOW_BYTES / 2) {
            return 0;
        }
        int credit = uncredited;
        uncredited = 0;
        window += credit;
        return credit;
    }

    /** Nobody will read any more; bytes that were not read. */
    int discard() {
        discarded = true;
        int unread = size;
        memory.giveBackMemory(ring.length);
        ring = NOTHING;
        start = 0;
        size = 0;
        return unread;
    }
}
