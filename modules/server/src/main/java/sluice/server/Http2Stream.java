package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Condition;
import sluice.wire.Link;

/**
 * One stream of HTTP/2 as a connection of HTTP/1.1 that carries one request: a {@link DataConnection} reads the request from
 * it and writes the answer to it, and sees a reset as a client that leaves. So everything behind it is the same for both.
 *
 * <p>Fields without a word are guarded by the connection's lock. A body that nobody reads yet is kept up to the stream's window.
 */
final class Http2Stream implements Link {
    private static final byte[] NOTHING = {};
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Http2Connection connection;
    private final int id;
    private final long announced;
    private final boolean chunked;
    /** Where the answer loses its framing; one thread of the answer at a time. */
    private final Http2Answer answer;
    /** A head that waits for its first data; one thread of the answer at a time. */
    private byte[] head = NOTHING;
    private final Condition changed;

    /** The request's head, then chunk framing. */
    private byte[] framing;
    private int framingAt;
    private byte[] body = NOTHING;
    private int start;
    private int end;
    private long received;
    private int chunkLeft;
    private boolean chunkOpen;
    private boolean lastChunkGiven;
    private boolean requestEnded;
    private boolean windowRaised;
    private int uncredited;
    private int receiveWindow = Http2Connection.WINDOW_BYTES;
    private long sendWindow;
    private boolean reset;
    private boolean closed;
    private boolean outputFinished;
    private boolean answered;

    /**
     * A stream whose head has come.
     *
     * @param requestHead in HTTP/1.1
     * @param announced bytes of the body, or {@link Http2Request#UNKNOWN_LENGTH}
     * @param toHead whether the method is HEAD
     */
    Http2Stream(Http2Connection connection, int id, byte[] requestHead, long announced, boolean requestEnded, boolean toHead,
            long sendWindow) {
        this.connection = connection;
        this.id = id;
        this.announced = announced;
        this.requestEnded = requestEnded;
        this.sendWindow = sendWindow;
        chunked = announced == Http2Request.UNKNOWN_LENGTH && !requestEnded;
        framing = requestHead;
        answer = new Http2Answer(this, toHead);
        changed = connection.lock().newCondition();
    }

    int id() {
        return id;
    }

    /** Data of the request has come, or its end; by the connection's thread, under its lock. */
    void received(byte[] source, int offset, int count, int padding, boolean last) throws Http2Fault {
        receiveWindow -= count + padding;
        if (receiveWindow < 0) {
            throw new Http2Fault(Http2Fault.FLOW_CONTROL, id, "more data than the window allows");
        }
        uncredited += padding;
        if (ended()) {
            connection.unread(count);
            return;
        }
        if (requestEnded) {
            throw new Http2Fault(Http2Fault.STREAM_CLOSED, id, "data behind the end of a stream");
        }
        received += count;
        if (announced != Http2Request.UNKNOWN_LENGTH && (received > announced || last && received < announced)) {
            throw new Http2Fault(Http2Fault.PROTOCOL, id, "a body that is not as long as its content-length");
        }
        requestEnded = last;
        append(source, offset, count);
        changed.signalAll();
    }

    private void append(byte[] source, int offset, int count) {
        if (end + count > body.length) {
            byte[] room = end - start + count > body.length ? new byte[Math.max(end - start + count, body.length * 2)] : body;
            System.arraycopy(body, start, room, 0, end - start);
            body = room;
            end -= start;
            start = 0;
        }
        System.arraycopy(source, offset, body, end, count);
        end += count;
    }

    /** The peer has ended the stream, or the connection has ended; under the connection's lock. */
    void reset() {
        reset = true;
        changed.signalAll();
    }

    /** The window has grown, or shrunk; under the connection's lock. False if it is larger than it may be. */
    boolean widen(long bytes) {
        sendWindow += bytes;
        changed.signalAll();
        return sendWindow <= Integer.MAX_VALUE;
    }

    /** Waits for the connection's window too; under the connection's lock. */
    void wake() {
        changed.signalAll();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        int credit;
        int connectionCredit;
        connection.lock().lock();
        try {
            while (!ended() && !available()) {
                changed.awaitUninterruptibly();
            }
            if (ended()) {
                return -1;
            }
            if (framingAt < framing.length) {
                count = Math.min(length, framing.length - framingAt);
                System.arraycopy(framing, framingAt, target, offset, count);
                framingAt += count;
                return count;
            }
            count = Math.min(length, chunked ? chunkLeft : end - start);
            System.arraycopy(body, start, target, offset, count);
            start += count;
            chunkLeft -= chunked ? count : 0;
            credit = requestEnded ? 0 : credit(count);
            connectionCredit = connection.consumed(count);
        } finally {
            connection.lock().unlock();
        }
        connection.grant(0, connectionCredit);
        connection.grant(id, credit);
        return count;
    }

    private boolean ended() {
        return reset || closed || outputFinished;
    }

    /** Whether something can be read; begins the next chunk where bodies are chunked. */
    private boolean available() {
        if (framingAt < framing.length) {
            return true;
        }
        if (!chunked || chunkLeft > 0) {
            return end > start;
        }
        if (chunkOpen) {
            chunkOpen = false;
            frame(CRLF);
        } else if (end > start) {
            chunkLeft = end - start;
            chunkOpen = true;
            frame((Integer.toHexString(chunkLeft) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        } else if (requestEnded && !lastChunkGiven) {
            lastChunkGiven = true;
            frame(LAST_CHUNK);
        }
        return framingAt < framing.length;
    }

    private void frame(byte[] bytes) {
        framing = bytes;
        framingAt = 0;
    }

    /** What the client may send more, as {@code count} bytes were read; the window is raised once its body is being read. */
    private int credit(int count) {
        uncredited += count;
        if (!windowRaised) {
            windowRaised = true;
            uncredited += Http2Connection.RAISED_WINDOW_BYTES - Http2Connection.WINDOW_BYTES;
        }
        if (uncredited < Http2Connection.RAISED_WINDOW_BYTES / 2) {
            return 0;
        }
        int credit = uncredited;
        uncredited = 0;
        receiveWindow += credit;
        return credit;
    }

    @Override
    public boolean ready() {
        connection.lock().lock();
        try {
            return !ended() && available();
        } finally {
            connection.lock().unlock();
        }
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        answer.accept(source, offset, length);
        flushHead();
    }

    /** The head of an answer; it waits for the first data of the same write. */
    void sendHead(byte[] block, boolean last) throws IOException {
        flushHead();
        if (last) {
            ended(true);
            connection.writer().headers(id, block, true);
        } else {
            head = block;
        }
    }

    private void flushHead() throws IOException {
        if (head.length > 0) {
            byte[] block = head;
            head = NOTHING;
            connection.writer().headers(id, block, false);
        }
    }

    /** Data of an answer, as the windows allow. */
    void sendData(byte[] source, int offset, int count, boolean last) throws IOException {
        int at = offset;
        int left = count;
        do {
            int piece = left == 0 ? 0 : takeWindow(Math.min(left, Http2Writer.MAX_FRAME_BYTES));
            left -= piece;
            boolean ends = last && left == 0;
            byte[] block = head;
            head = NOTHING;
            ended(ends);
            connection.writer().data(id, block, false, source, at, piece, ends);
            at += piece;
        } while (left > 0);
    }

    private void ended(boolean last) throws IOException {
        connection.lock().lock();
        try {
            if (reset || closed) {
                throw new IOException("the stream was reset");
            }
            answered |= last;
        } finally {
            connection.lock().unlock();
        }
    }

    /** Takes a part of both windows, and waits for one if there is none: nothing may wait behind that but the stream's own. */
    private int takeWindow(int most) throws IOException {
        while (true) {
            connection.lock().lock();
            try {
                while (head.length == 0 && !reset && !closed && Math.min(sendWindow, connection.sendWindow()) <= 0) {
                    changed.awaitUninterruptibly();
                }
                if (reset || closed) {
                    throw new IOException("the stream was reset");
                }
                int count = (int) Math.min(most, Math.min(sendWindow, connection.sendWindow()));
                if (count > 0) {
                    sendWindow -= count;
                    connection.takeSendWindow(count);
                    return count;
                }
            } finally {
                connection.lock().unlock();
            }
            flushHead();
        }
    }

    /** The answer is out: the rest of the request is not wanted (RFC 9113 §8.1). */
    @Override
    public void finishOutput() {
        connection.lock().lock();
        try {
            outputFinished = true;
            changed.signalAll();
        } finally {
            connection.lock().unlock();
        }
    }

    @Override
    public boolean secure() {
        return true;
    }

    /** Ends what waits here; what the client is told, {@link Http2Connection} says. Never waits. */
    @Override
    public void close() {
        connection.lock().lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            connection.lock().unlock();
        }
    }

    /** Gives up what nobody has read; how much that was. Under the connection's lock. */
    int discard() {
        int unread = end - start;
        closed = true;
        body = NOTHING;
        start = 0;
        end = 0;
        return unread;
    }

    /** The code to reset the stream with, now that it has been served; negative: it ended as it should. Under the lock. */
    int farewell() {
        if (reset) {
            return -1;
        }
        if (!answered) {
            return Http2Fault.INTERNAL;
        }
        return requestEnded ? -1 : Http2Fault.NO_ERROR;
    }
}
