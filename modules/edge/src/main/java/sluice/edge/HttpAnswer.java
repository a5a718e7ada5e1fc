package sluice.edge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.forward.Answer;
import sluice.responses.ErrorEvent;
import sluice.responses.ErrorJson;

/**
 * The answer to one HTTP request, and, where it is long in coming, the {@link SignsOfLife} for its client.
 *
 * <p>One thread at a time uses it: the request's, its relay's, or the one that releases what was held, except {@link #sweep} and
 * {@link #clientGone}, and the signs of life, which a thread of their own writes; {@code lock} lets only one of them write.
 */
final class HttpAnswer implements Answer {
    private static final Runnable NOTHING = () -> { };
    private static final byte[] NO_BODY = {};
    private static final Timing UNTOLD = () -> "";
    private static final String STALLED = "the client does not read";

    private enum State { EMPTY, PREPARED, OPEN, ENDED, BROKEN }

    private final AnswerCodec codec;
    private final LongSupplier clock;
    private final long stallNanos;
    private final ReentrantLock lock = new ReentrantLock();

    private State state = State.EMPTY;
    private boolean outputSent;
    private int status;
    private boolean boundary;
    private volatile boolean clientGone;
    private volatile boolean stalled;
    private volatile long writingSinceNanos;
    private final SignsOfLife signs = new SignsOfLife();
    private Runnable onFirstOutput = NOTHING;
    private Timing timing = UNTOLD;
    private String requestId = "";
    /** Of the web page that may read the answer; empty: none. */
    private String origin = "";
    private String allowed = "";

    /** Answers through {@code codec}; a write that takes longer than {@code stallNanos} (0: any time) ends it. */
    HttpAnswer(AnswerCodec codec, LongSupplier clock, long stallNanos) {
        this.codec = codec;
        this.clock = clock;
        this.stallNanos = stallNanos;
    }

    /** Starts the answer to the next request. */
    void reset(String id) {
        state = State.EMPTY;
        requestId = id;
        allowed = "";
        outputSent = false;
        status = 0;
        boundary = true;
        clientGone = false;
        stalled = false;
        signs.reset();
        onFirstOutput = NOTHING;
        timing = UNTOLD;
        origin = "";
    }

    @Override
    public void allowOrigin(String page) {
        origin = page;
    }

    @Override
    public void onFirstOutput(Runnable action) {
        onFirstOutput = action;
    }

    @Override
    public void tellTiming(Timing told) {
        timing = told;
    }

    @Override
    public boolean headersSent() {
        return state == State.OPEN || state == State.ENDED || state == State.BROKEN;
    }

    @Override
    public boolean outputSent() {
        return outputSent;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public int status() {
        return status;
    }

    /** Whether the answer went out as its framing announced. */
    boolean complete() {
        return state == State.ENDED;
    }

    @Override
    public void allow(String methods) {
        allowed = methods;
    }

    @Override
    public void closeAfter() {
        codec.closeAfter();
    }

    @Override
    public void clientGone() {
        clientGone = true;
    }

    @Override
    public boolean stalled() {
        return stalled;
    }

    @Override
    public void begin(int code, long bodyBytes, Head head) {
        lock.lock();
        try {
            if (headersSent()) {
                return;
            }
            status = code;
            Lines lines = codec.head(code);
            head.writeTo(lines);
            lines.add("x-sluice-request-id", requestId);
            if (!origin.isEmpty()) {
                lines.add("access-control-allow-origin", origin);
                lines.add("access-control-expose-headers", "x-sluice-request-id, x-sluice-error, x-request-id, retry-after, server-timing");
                lines.add("vary", "origin");
            }
            if (timing != UNTOLD) {
                lines.add("server-timing", timing.value());
            }
            codec.frame(code, bodyBytes);
            state = State.PREPARED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(byte[] buffer, int offset, int length, boolean atBoundary) throws ClientSink.Gone {
        if (length == 0) {
            return;
        }
        lock.lock();
        try {
            if (clientGone) {
                throw new ClientSink.Gone(stalled, stalled ? STALLED : "the client left");
            }
            if (!outputSent) {
                outputSent = true;
                onFirstOutput.run();
            }
            send(buffer, offset, length);
            boundary = atBoundary;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void writeTimingComment() throws ClientSink.Gone {
        if (timing != UNTOLD && boundary) {
            byte[] comment = (": server-timing " + timing.value() + "\n").getBytes(StandardCharsets.ISO_8859_1);
            write(comment, 0, comment.length, true);
        }
    }

    @Override
    public void end() throws ClientSink.Gone {
        lock.lock();
        try {
            if (state == State.ENDED) {
                return;
            }
            beginWrite();
            try {
                codec.end();
            } catch (IOException e) {
                throw lost(e);
            } finally {
                endWrite();
            }
            state = State.ENDED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void abort() {
        state = State.BROKEN;
        codec.closeAfter();
    }

    @Override
    public void fail(GatewayError error) {
        letSleep();
        try {
            if (headersSent() && signs.ofJson()) {
                byte[] body = outputSent ? NO_BODY : ErrorJson.body(error);
                write(body, 0, body.length, true);
                // The status says that all is well: whoever goes by that must not take an error for an answer.
                abort();
                return;
            }
            if (headersSent()) {
                byte[] event = new ErrorEvent(error, 0, System.currentTimeMillis() / 1000).frame();
                write(event, 0, event.length, true);
                abort();
                return;
            }
            byte[] body = ErrorJson.body(error);
            begin(error.status(), body.length, new ErrorHead(error, allowed));
            sendWhole(body);
        } catch (ClientSink.Gone e) {
            abort();
        }
    }

    @Override
    public void passRefusalOn(int code, Head headers, byte[] body) {
        letSleep();
        try {
            begin(code, body.length, headers);
            sendWhole(body);
        } catch (ClientSink.Gone e) {
            abort();
        }
    }

    @Override
    public void sendWhole(byte[] body) throws ClientSink.Gone {
        lock.lock();
        try {
            if (body.length > 0) {
                send(body, 0, body.length);
            }
        } finally {
            lock.unlock();
        }
        end();
    }

    @Override
    public void keepAwake(long nanos) {
        signs.between(nanos, clock.getAsLong());
    }

    @Override
    public void keepAwakeWithoutHeaders(long firstNanos, long nanos) {
        signs.beforeHead(firstNanos, nanos, clock.getAsLong());
    }

    @Override
    public void keepAwakeAsJson(long nanos) {
        signs.beforeJson(nanos, clock.getAsLong());
    }

    @Override
    public void letSleep() {
        signs.stop();
    }

    /**
     * Looks after limits; called by the sweeper. A client that does not take a write in time is cut off, and a client that
     * hears nothing is sent a comment by a thread of its own, for writing may block.
     */
    void sweep(long nowNanos) {
        long since = writingSinceNanos;
        if (since != 0 && stallNanos > 0 && nowNanos - since > stallNanos) {
            stalled = true;
            codec.cut();
        }
        if (since == 0 && signs.areDue(nowNanos)) {
            signs.heard(nowNanos);
            Thread.startVirtualThread(this::giveSign);
        }
    }

    private void giveSign() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (state == State.EMPTY && signs.mayBegin()) {
                begin(200, UNKNOWN_LENGTH, signs.head());
            }
            boolean between = signs.ofJson() ? !outputSent : boundary;
            if (signs.areWanted() && between && !clientGone && (state == State.OPEN || state == State.PREPARED)) {
                byte[] sign = signs.next();
                send(sign, 0, sign.length);
            }
        } catch (ClientSink.Gone e) {
            // The request's thread meets the same at its next write, and the watcher tells it before that.
            clientGone = true;
        } finally {
            lock.unlock();
        }
    }

    private void send(byte[] buffer, int offset, int length) throws ClientSink.Gone {
        beginWrite();
        try {
            codec.body(buffer, offset, length);
        } catch (IOException e) {
            throw lost(e);
        } finally {
            endWrite();
        }
    }

    private void beginWrite() {
        if (state == State.PREPARED) {
            state = State.OPEN;
        }
        writingSinceNanos = clock.getAsLong();
    }

    private void endWrite() {
        signs.heard(writingSinceNanos);
        writingSinceNanos = 0;
    }

    private ClientSink.Gone lost(IOException why) {
        codec.closeAfter();
        clientGone = true;
        return new ClientSink.Gone(stalled, stalled ? STALLED : "the client left: " + why.getMessage());
    }
}
