package sluice.http2;

import java.io.IOException;
import java.util.Arrays;

/**
 * The answer of one stream, as the windows allow (RFC 9113 §5.2). The end of an answer that is short is left to the connection if the
 * client takes nothing: a refusal must not keep a thread.
 *
 * <p>Fields without a word are guarded by the lock of {@link Streams}; the head belongs to the thread that answers.
 */
final class StreamAnswer {
    private static final byte[] NOTHING = {};
    /** An end of an answer up to this size waits without a thread. */
    private static final int PARKED_BYTES = 4 * 1024;
    /** In place of a count: the rest of the answer waits without its thread. */
    private static final int PARK = -1;

    private final Streams streams;
    private final Http2Stream stream;
    private HeaderBlock head = new HeaderBlock(500);
    /** Whether the head was begun and has not left. */
    private boolean headHere;
    /** Whether something has left. */
    private boolean begun;
    private long window;
    /** The end of the answer, which waits for a window. */
    private byte[] parked = NOTHING;
    private long parkedSinceNanos;

    StreamAnswer(Streams streams, Http2Stream stream, long window) {
        this.streams = streams;
        this.stream = stream;
        this.window = window;
    }

    // What the connection does, under the lock.

    /** The window has grown, or shrunk. False if it is larger than it may be. */
    boolean widen(long bytes) {
        window += bytes;
        stream.wake();
        return window <= Integer.MAX_VALUE;
    }

    boolean isParked() {
        return parked.length > 0;
    }

    /** Whether an end has waited for a window for too long. */
    boolean stalled(long nowNanos, long limitNanos) {
        return limitNanos > 0 && isParked() && nowNanos - parkedSinceNanos > limitNanos;
    }

    /** Whether the end of the answer waits for a window, and there is one. */
    boolean canGoOn() {
        return isParked() && Math.min(window, streams.sendWindow().bytesFor(stream)) > 0;
    }

    /** Nothing more is to be sent. */
    void drop() {
        park(NOTHING);
        streams.sendWindow().leave(stream);
    }

    private void park(byte[] rest) {
        streams.parked(Math.min(1, rest.length) - Math.min(1, parked.length));
        parked = rest;
    }

    /** Takes what may be sent of {@code most} bytes in one frame; 0: nothing may. */
    private int takeWindow(int most) {
        SharedWindow shared = streams.sendWindow();
        if (window <= 0 || most == 0) {
            shared.leave(stream);
            return 0;
        }
        int count = (int) Math.min(Math.min(most, Frames.MAX_BYTES), Math.min(window, shared.bytesFor(stream)));
        if (count <= 0) {
            shared.await(stream);
            return 0;
        }
        window -= count;
        shared.take(count);
        shared.leave(stream);
        return count;
    }

    // What the stream's thread does.

    void begin(int status) {
        head = new HeaderBlock(status);
        headHere = true;
    }

    HeaderBlock head() {
        return head;
    }

    private byte[] takeHead() {
        if (!headHere) {
            return NOTHING;
        }
        headHere = false;
        return head.bytes();
    }

    /** Sends data, or the end, and the head in the same write if it is still here. */
    void write(byte[] source, int offset, int count, boolean last) throws IOException {
        if (!begun) {
            begun = true;
            dropRequest();
        }
        if (count == 0 && headHere) {
            sendHead(last);
            return;
        }
        int end = offset + count;
        int at = offset;
        do {
            int piece = take(source, at, end, last);
            if (piece == PARK) {
                return;
            }
            boolean ends = last && at + piece == end;
            streams.output().data(stream, takeHead(), source, at, piece, ends);
            streams.calm().sent(piece, at + piece < end);
            at += piece;
        } while (at < end);
    }

    /** The answer begins: what is left of the request is not wanted (§8.1). */
    private void dropRequest() throws IOException {
        int credit;
        streams.lock().lock();
        try {
            stream.checkOpen();
            credit = streams.receiveWindow().credit(stream.discard());
        } finally {
            streams.lock().unlock();
        }
        streams.grant(0, credit);
    }

    private void sendHead(boolean last) throws IOException {
        if (last) {
            streams.lock().lock();
            try {
                stream.checkOpen();
                stream.answerEnded();
            } finally {
                streams.lock().unlock();
            }
            streams.calm().sent(0, false);
        }
        streams.output().headers(stream, takeHead(), last);
    }

    /** Takes a part of both windows, and waits for one if there is none: nothing may wait behind that but the stream's own. */
    private int take(byte[] source, int at, int end, boolean last) throws IOException {
        while (true) {
            streams.lock().lock();
            try {
                stream.checkOpen();
                int count = takeWindow(end - at);
                if (count > 0 || at == end) {
                    if (last && at + count == end) {
                        stream.answerEnded();
                    }
                    return count;
                }
                if (!headHere) {
                    if (last && end - at <= PARKED_BYTES) {
                        streams.sendWindow().leave(stream);
                        parkedSinceNanos = streams.now();
                        park(Arrays.copyOfRange(source, at, end));
                        return PARK;
                    }
                    stream.await();
                    continue;
                }
            } finally {
                streams.lock().unlock();
            }
            streams.output().headers(stream, takeHead(), false);
        }
    }

    /** Sends what it may of an end that waits; by the connection's thread. */
    void goOn() throws IOException {
        byte[] rest;
        int count;
        streams.lock().lock();
        try {
            rest = parked;
            count = takeWindow(rest.length);
            if (count == 0) {
                streams.sendWindow().leave(stream);
                return;
            }
            park(Arrays.copyOfRange(rest, count, rest.length));
            if (!isParked()) {
                stream.answerEnded();
            }
        } finally {
            streams.lock().unlock();
        }
        streams.output().data(stream, NOTHING, rest, 0, count, count == rest.length);
        streams.calm().sent(count, count < rest.length);
    }
}
