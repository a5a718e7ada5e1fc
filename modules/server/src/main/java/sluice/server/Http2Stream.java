package sluice.server;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;

/**
 * One stream of HTTP/2: the request's body as it comes, the answer as the windows allow (RFC 9113 §5.1, §5.2). A body that nobody has
 * read when the answer begins is dropped. The end of an answer that is short is left to the connection if the client takes nothing:
 * a refusal must not keep a thread.
 *
 * <p>Fields without a word are guarded by the connection's lock. One thread reads and one thread answers at a time.
 */
final class Http2Stream {
    private static final byte[] NOTHING = {};
    /** In place of a count: the rest of the answer waits without its thread. */
    private static final int PARK = -1;
    private static final String GONE = "the stream was reset";
    /** An end of an answer up to this size waits without a thread. */
    private static final int PARKED_BYTES = 4 * 1024;

    private final Http2Connection connection;
    private final int id;
    private final StreamBody body;
    private final Condition changed;
    /** A head that waits for its first data; one thread of the answer at a time. */
    private byte[] head = NOTHING;

    private long sendWindow;
    private boolean requestEnded;
    private boolean answerEnded;
    /** The client has ended the stream, or we have, or the connection has ended. */
    private boolean reset;
    /** Nobody here reads or writes any more. */
    private boolean aborted;
    private boolean over;
    /** The end of the answer, which waits for a window. */
    private byte[] parked = NOTHING;
    /** Since when a write waits for a window; 0: none does. */
    private long waitingSinceNanos;
    /** Since when the stream's thread is done; 0: it is not. */
    private long doneSinceNanos;

    Http2Stream(Http2Connection connection, int id, StreamBody body, boolean requestEnded, long sendWindow) {
        this.connection = connection;
        this.id = id;
        this.body = body;
        this.requestEnded = requestEnded;
        this.sendWindow = sendWindow;
        changed = connection.lock().newCondition();
    }

    int id() {
        return id;
    }

    /** Whether the client has ended its side. Under the lock. */
    boolean requestEnded() {
        return requestEnded;
    }

    /** Whether both sides are at their end. Under the lock. */
    boolean isOver() {
        return over;
    }

    /** Whether the stream's thread is done. Under the lock. */
    boolean isDone() {
        return doneSinceNanos != 0;
    }

    // What the connection does, under its lock.

    /** Data has come, or the end of the request; bytes that nobody will read. */
    int received(byte[] source, int offset, int count, int padding, boolean last) throws Http2Fault {
        if (requestEnded) {
            throw new Http2Fault(Http2Fault.STREAM_CLOSED, id, "data behind the end of a stream");
        }
        int unread = body.add(source, offset, count, padding, last);
        requestEnded = last;
        overIfEnded();
        changed.signalAll();
        return unread;
    }

    private void overIfEnded() {
        if (requestEnded && answerEnded) {
            over(false);
        }
    }

    /**
     * The client has ended the stream, or we have, or the connection has ended.
     *
     * @return whether an answer was under way
     */
    boolean reset(boolean here) {
        boolean underWay = !reset && !answerEnded;
        reset = true;
        park(NOTHING);
        over(here);
        connection.sendWindow().leave(this);
        changed.signalAll();
        return underWay;
    }

    private void over(boolean here) {
        if (!over) {
            over = true;
            connection.over(this, here);
        }
    }

    /** Drops the body; bytes of it that nobody has read. */
    int discard() {
        return body.discard();
    }

    /** The window has grown, or shrunk. False if it is larger than it may be. */
    boolean widen(long bytes) {
        sendWindow += bytes;
        changed.signalAll();
        return sendWindow <= Integer.MAX_VALUE;
    }

    /** The connection's window has grown. */
    void wake() {
        changed.signalAll();
    }

    /** The stream's thread is done; the code to reset the stream with, negative: none, or not yet. */
    int done(long nowNanos) {
        doneSinceNanos = nowNanos;
        if (reset || answerEnded || parked.length > 0) {
            return -1;
        }
        return Http2Fault.INTERNAL;
    }

    /** Whether a write has waited for a window for too long. */
    boolean stalled(long nowNanos, long limitNanos) {
        return limitNanos > 0 && waitingSinceNanos != 0 && nowNanos - waitingSinceNanos > limitNanos;
    }

    /** Whether the client goes on with a request that was answered long enough ago. */
    boolean lingers(long nowNanos, long limitNanos) {
        return answerEnded && !over && isDone() && nowNanos - doneSinceNanos > limitNanos;
    }

    /** Whether the end of the answer waits for a window, and there is one. */
    boolean canGoOn() {
        return parked.length > 0 && Math.min(sendWindow, connection.sendWindow().bytesFor(this)) > 0;
    }

    // What the stream's threads do.

    /** Reads at least one byte of the body; -1 at its end. */
    int read(byte[] target, int offset, int length) throws IOException {
        int count;
        int credit;
        int connectionCredit;
        connection.lock().lock();
        try {
            awaitBody();
            checkOpen();
            count = body.take(target, offset, length);
            if (count == 0) {
                return -1;
            }
            credit = requestEnded ? 0 : body.credit(count);
            connectionCredit = connection.bodyRead(count);
        } finally {
            connection.lock().unlock();
        }
        connection.grant(0, connectionCredit);
        connection.grant(id, credit);
        return count;
    }

    /** Waits for more of the body, or its end; bytes that are there, 0 at its end. */
    int awaitMore() throws IOException {
        connection.lock().lock();
        try {
            awaitBody();
            checkOpen();
            return body.size();
        } finally {
            connection.lock().unlock();
        }
    }

    private void awaitBody() {
        while (!gone() && body.size() == 0 && !requestEnded) {
            changed.awaitUninterruptibly();
        }
    }

    /** Bytes of the body that are there. */
    int available() {
        connection.lock().lock();
        try {
            return gone() ? 0 : body.size();
        } finally {
            connection.lock().unlock();
        }
    }

    /** Waits until the client has left. */
    void awaitReset() {
        connection.lock().lock();
        try {
            while (!gone()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            connection.lock().unlock();
        }
    }

    /** A head that is not the answer's (RFC 9110 §15.2). */
    void writeInterim(byte[] block) throws IOException {
        connection.output().headers(id, block, false);
    }

    /** The head of the answer; it waits for the first data of the same write. */
    void writeHead(byte[] block, boolean last) throws IOException {
        begin(last);
        if (last) {
            connection.output().headers(id, block, true);
        } else {
            head = block;
        }
    }

    /** The answer begins: what is left of the request is not wanted (RFC 9113 §8.1). */
    private void begin(boolean last) throws IOException {
        int credit;
        connection.lock().lock();
        try {
            checkOpen();
            credit = connection.credit(body.discard());
            answerEnded(last);
        } finally {
            connection.lock().unlock();
        }
        connection.grant(0, credit);
    }

    /** Data of the answer, as the windows allow. */
    void write(byte[] source, int offset, int count, boolean last) throws IOException {
        int at = offset;
        int end = offset + count;
        do {
            int piece = take(source, at, end, last);
            if (piece == PARK) {
                return;
            }
            boolean ends = last && at + piece == end;
            byte[] block = head;
            head = NOTHING;
            connection.output().data(id, block, false, source, at, piece, ends);
            connection.calm().sent(piece, at + piece < end);
            at += piece;
        } while (at < end);
    }

    /** Takes a part of both windows, and waits for one if there is none: nothing may wait behind that but the stream's own. */
    private int take(byte[] source, int at, int end, boolean last) throws IOException {
        while (true) {
            connection.lock().lock();
            try {
                checkOpen();
                int count = takeWindow(end - at);
                if (count > 0 || at == end) {
                    waitingSinceNanos = at + count == end ? 0 : waitingSinceNanos;
                    answerEnded(last && at + count == end);
                    return count;
                }
                waitingSinceNanos = waitingSinceNanos == 0 ? connection.now() : waitingSinceNanos;
                if (head.length == 0) {
                    if (last && end - at <= PARKED_BYTES) {
                        connection.sendWindow().leave(this);
                        park(Arrays.copyOfRange(source, at, end));
                        return PARK;
                    }
                    changed.awaitUninterruptibly();
                    continue;
                }
            } finally {
                connection.lock().unlock();
            }
            flush();
        }
    }

    private void park(byte[] rest) {
        connection.parked(Math.min(1, rest.length) - Math.min(1, parked.length));
        parked = rest;
    }

    private void checkOpen() throws IOException {
        if (gone()) {
            throw new IOException(GONE);
        }
    }

    private boolean gone() {
        return reset || aborted;
    }

    /** Takes what may be sent of {@code most} bytes in one frame; 0: nothing may. Under the lock. */
    private int takeWindow(int most) {
        SharedWindow shared = connection.sendWindow();
        if (sendWindow <= 0 || most == 0) {
            shared.leave(this);
            return 0;
        }
        int count = (int) Math.min(Math.min(most, Frames.MAX_BYTES), Math.min(sendWindow, shared.bytesFor(this)));
        if (count <= 0) {
            shared.await(this);
            return 0;
        }
        sendWindow -= count;
        shared.take(count);
        shared.leave(this);
        return count;
    }

    private void answerEnded(boolean ended) {
        if (ended) {
            answerEnded = true;
            overIfEnded();
        }
    }

    /** The head goes out now, if it waits for data. */
    void flush() throws IOException {
        if (head.length > 0) {
            byte[] block = head;
            head = NOTHING;
            connection.output().headers(id, block, false);
        }
    }

    /** Sends what it may of an end that waits; by the connection's thread. */
    void goOn() throws IOException {
        byte[] rest;
        int count;
        connection.lock().lock();
        try {
            rest = parked;
            count = takeWindow(rest.length);
            if (count == 0) {
                connection.sendWindow().leave(this);
                return;
            }
            park(Arrays.copyOfRange(rest, count, rest.length));
            if (parked.length == 0) {
                waitingSinceNanos = 0;
                answerEnded(true);
            }
        } finally {
            connection.lock().unlock();
        }
        connection.output().data(id, NOTHING, false, rest, 0, count, count == rest.length);
        connection.calm().sent(count, count < rest.length);
    }

    /** Ends what waits here; what the client is told, {@link Http2Connection} says. */
    void abort() {
        connection.lock().lock();
        try {
            aborted = true;
            changed.signalAll();
        } finally {
            connection.lock().unlock();
        }
    }
}
