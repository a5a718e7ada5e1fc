package sluice.http2;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import sluice.api.Headers;
import sluice.http1.FramingException;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;

/**
 * One stream of HTTP/2 (RFC 9113 §5.1): the request's body as it comes, and the state that it shares with its {@link StreamAnswer}.
 * A body that nobody has read when the answer begins is dropped.
 *
 * <p>Fields without a word are guarded by the lock of {@link Streams}.
 */
final class Http2Stream implements RequestStream, StreamTable.Row, SharedWindow.Waiter, FrameOutput.Sender {
    private static final Runnable NOTHING = () -> { };

    private final Streams streams;
    private final int id;
    private final HeadOrRefusal head;
    private final long startedNanos;
    private final StreamBody body;
    private final StreamAnswer answer;
    private final Condition changed;
    private boolean requestEnded;
    private boolean answerEnded;
    /** The client has ended the stream, or we have, or the connection has ended. */
    private boolean reset;
    /** Nobody here reads or writes any more. */
    private boolean cut;
    /** Both sides are at their end. */
    private boolean over;
    /** Since when the stream's thread is done; 0: it is not. */
    private long doneSinceNanos;
    private Runnable whenGone = NOTHING;
    /** Guarded by the output's lock: behind a reset of ours there are no frames. */
    private boolean resetSent;

    Http2Stream(Streams streams, int id, HeadOrRefusal head, StreamBody body, boolean requestEnded, long sendWindow, long nowNanos) {
        this.streams = streams;
        this.id = id;
        this.head = head;
        this.body = body;
        this.requestEnded = requestEnded;
        startedNanos = nowNanos;
        answer = new StreamAnswer(streams, this, sendWindow);
        changed = streams.lock().newCondition();
    }

    @Override
    public int id() {
        return id;
    }

    StreamAnswer answer() {
        return answer;
    }

    // What the connection does, under the lock.

    @Override
    public boolean requestEnded() {
        return requestEnded;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    boolean isDone() {
        return doneSinceNanos != 0;
    }

    /** Whether reads and writes must fail. */
    boolean isGone() {
        return reset || cut;
    }

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

    /** The answer is given, but for its last frame. */
    void answerEnded() {
        answerEnded = true;
        overIfEnded();
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
        answer.drop();
        over(here);
        changed.signalAll();
        if (underWay && whenGone != NOTHING) {
            Thread.ofVirtual().name("h2-gone").start(whenGone);
        }
        return underWay;
    }

    private void over(boolean here) {
        if (!over) {
            over = true;
            streams.over(this, here);
        }
    }

    /** Drops the body; bytes of it that nobody has read. */
    int discard() {
        return body.discard();
    }

    @Override
    public void wake() {
        changed.signalAll();
    }

    void await() {
        changed.awaitUninterruptibly();
    }

    /** The stream's thread is done. Whether the answer was broken off. */
    boolean done(long nowNanos) {
        doneSinceNanos = nowNanos;
        return !reset && !answerEnded && !answer.isParked();
    }

    /** Whether the client goes on with a request that was answered long enough ago. */
    boolean lingers(long nowNanos, long limitNanos) {
        return answerEnded && !over && isDone() && nowNanos - doneSinceNanos > limitNanos;
    }

    // What the output does, under its lock.

    @Override
    public boolean isResetSent() {
        return resetSent;
    }

    @Override
    public void resetSent() {
        resetSent = true;
    }

    // What the stream's threads do.

    @Override
    public RequestHead head() throws FramingException {
        return switch (head) {
            case HeadOrRefusal.Head(RequestHead given) -> given;
            case HeadOrRefusal.Refused(FramingException why) -> throw why;
        };
    }

    @Override
    public long startedNanos() {
        return startedNanos;
    }

    @Override
    public void whenGone(Runnable action) {
        streams.lock().lock();
        try {
            whenGone = action;
            if (!reset) {
                return;
            }
        } finally {
            streams.lock().unlock();
        }
        action.run();
    }

    @Override
    public boolean isBodyRead() {
        streams.lock().lock();
        try {
            return requestEnded && body.size() == 0;
        } finally {
            streams.lock().unlock();
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        int credit;
        int sharedCredit;
        streams.lock().lock();
        try {
            while (!isGone() && body.size() == 0 && !requestEnded) {
                await();
            }
            checkOpen();
            count = body.take(target, offset, length);
            if (count == 0) {
                return -1;
            }
            credit = requestEnded ? 0 : body.credit(count);
            sharedCredit = streams.receiveWindow().bodyRead(count);
        } finally {
            streams.lock().unlock();
        }
        streams.grant(0, sharedCredit);
        streams.grant(id, credit);
        return count;
    }

    /** Under the lock. */
    void checkOpen() throws IOException {
        if (isGone()) {
            throw new IOException("the stream was reset");
        }
    }

    @Override
    public void sendContinue() throws IOException {
        streams.output().headers(this, new HeaderBlock(100).bytes(), false);
    }

    @Override
    public void begin(int status) {
        answer.begin(status);
    }

    @Override
    public void field(String name, String value) {
        answer.head().add(name, value);
    }

    @Override
    public void field(Headers headers, int index) {
        answer.head().add(headers, index);
    }

    @Override
    public void write(byte[] source, int offset, int length, boolean last) throws IOException {
        answer.write(source, offset, length, last);
    }

    /** What the client is told, {@link Streams} says once the stream's thread is done. */
    @Override
    public void cut() {
        streams.lock().lock();
        try {
            cut = true;
            changed.signalAll();
        } finally {
            streams.lock().unlock();
        }
    }
}
