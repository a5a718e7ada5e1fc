package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.net.ByteBuilder;
import sluice.net.Link;
import sluice.responses.ErrorJson;

/**
 * The answer to one request on a client's connection: its head waits until the first byte of the body, so that both leave in
 * one write; each further write is one chunk and one socket write. Between events of a stream it keeps the client awake with
 * comments.
 *
 * <p>Confined to the request's thread, except {@link #sweep}, and the comments that it has written by a thread of their own;
 * {@code lock} lets only one of them write.
 */
final class ClientResponse implements ClientSink {
    /** Where no body length is known. */
    static final long UNKNOWN_LENGTH = -1;
    /** A body piece up to this size is copied behind its head or chunk size, because one write is cheaper than three. */
    private static final int COALESCE_BYTES = 64 * 1024;
    /** What the builder keeps between answers. */
    private static final int KEEP_BYTES = 8 * 1024;
    /** What the builder of a stream begins with behind its head; an event of usual size fits. */
    private static final int STREAM_BYTES = 512;
    /** Writes in a row that need less than an eighth of a stream's builder, before it shrinks. */
    private static final int CALM_WRITES = 16;
    private static final byte[] KEEPALIVE = ": keepalive\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final Runnable NOTHING = () -> { };
    private static final String STALLED = "the client does not read";
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum State { EMPTY, PREPARED, OPEN, ENDED, BROKEN }

    private enum Framing { LENGTH, CHUNKED, UNTIL_CLOSE }

    private final Link link;
    private final LongSupplier clock;
    private final long stallNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final ByteBuilder out = new ByteBuilder(1024);

    private State state = State.EMPTY;
    private Framing framing = Framing.LENGTH;
    private boolean bodyless;
    private boolean keepAlive;
    private boolean http10;
    private boolean outputSent;
    private int status;
    private boolean boundary;
    private int calmWrites;
    private volatile boolean clientGone;
    private volatile boolean stalled;
    private volatile long writingSinceNanos;
    private volatile long lastWriteNanos;
    /** Silence after which a comment is due; 0: none. */
    private volatile long commentAfterNanos;
    /** Silence after the first comment. */
    private long nextCommentNanos;
    /** Whether a client that waits too long for the upstream's headers is sent the head of a stream meanwhile. */
    private boolean streamIfSilent;
    private Runnable onFirstOutput = NOTHING;
    private String requestId = "";
    /** Writes the value of Server-Timing, for a client that may see it. */
    private Optional<HeaderWriter> timing = Optional.empty();

    ClientResponse(Link link, LongSupplier clock, long stallNanos) {
        this.link = link;
        this.clock = clock;
        this.stallNanos = stallNanos;
    }

    /** Starts the answer to the next request of the connection. */
    void reset(String id, boolean keep, boolean isHttp10, boolean isHead) {
        state = State.EMPTY;
        requestId = id;
        keepAlive = keep;
        http10 = isHttp10;
        bodyless = isHead;
        outputSent = false;
        status = 0;
        boundary = true;
        clientGone = false;
        stalled = false;
        commentAfterNanos = 0;
        streamIfSilent = false;
        onFirstOutput = NOTHING;
        timing = Optional.empty();
        out.reset(KEEP_BYTES);
    }

    /** Runs {@code action} once, when the first byte of the upstream's answer goes out. */
    void onFirstOutput(Runnable action) {
        onFirstOutput = action;
    }

    /** The client may see where the time went. */
    void tellTiming(HeaderWriter value) {
        timing = Optional.of(value);
    }

    /** Whether the status and the headers are out. */
    boolean headersSent() {
        return state == State.OPEN || state == State.ENDED || state == State.BROKEN;
    }

    /** Whether a byte of the upstream's answer is out. */
    boolean outputSent() {
        return outputSent;
    }

    /** The request's id, which the answer carries. */
    String requestId() {
        return requestId;
    }

    /** The status that was sent or prepared; 0 before that. */
    int status() {
        return status;
    }

    /** Whether the connection may carry another request after this answer. */
    boolean keepAlive() {
        return keepAlive && state == State.ENDED;
    }

    /** Whether the answer went out as its framing announced. */
    boolean complete() {
        return state == State.ENDED;
    }

    /** The connection will be closed after this answer. */
    void closeAfter() {
        keepAlive = false;
    }

    /** The client has left; the next write says so. */
    void clientGone() {
        clientGone = true;
    }

    /** Whether a write took longer than its limit; the connection is closed for it, and who notices that first is chance. */
    boolean stalled() {
        return stalled;
    }

    /** Asks the client to send the body it holds back. */
    void sendContinue() throws IOException {
        link.write(CONTINUE, 0, CONTINUE.length);
    }

    /**
     * Prepares status and headers; they leave with the first write. Does nothing if headers are out already.
     *
     * @param bodyBytes the length of the body, or {@link #UNKNOWN_LENGTH}
     */
    void begin(int code, long bodyBytes, HeaderWriter headers) {
        lock.lock();
        try {
            if (headersSent()) {
                return;
            }
            status = code;
            out.reset(KEEP_BYTES);
            out.ascii("HTTP/1.1 ").decimal(code).ascii(" ").ascii(ReasonPhrases.of(code)).crlf();
            headers.writeTo(out);
            out.ascii("x-sluice-request-id: ").ascii(requestId).crlf();
            if (timing.isPresent()) {
                out.ascii("server-timing: ");
                timing.get().writeTo(out);
                out.crlf();
            }
            frame(code, bodyBytes);
            out.crlf();
            state = State.PREPARED;
        } finally {
            lock.unlock();
        }
    }

    /** Writes the headers of an answer, each as {@code name: value CRLF}. */
    @FunctionalInterface
    interface HeaderWriter {
        /** Appends the lines. */
        void writeTo(ByteBuilder out);
    }

    private void frame(int code, long bodyBytes) {
        if (code == 204 || code == 304) {
            framing = Framing.LENGTH;
            bodyless = true;
        } else if (bodyBytes >= 0) {
            framing = Framing.LENGTH;
            out.ascii("content-length: ").decimal(bodyBytes).crlf();
        } else if (http10) {
            framing = Framing.UNTIL_CLOSE;
            keepAlive = false;
        } else {
            framing = Framing.CHUNKED;
            out.ascii("transfer-encoding: chunked\r\n");
        }
        if (!keepAlive) {
            out.ascii("connection: close\r\n");
        } else if (http10) {
            out.ascii("connection: keep-alive\r\n");
        }
    }

    @Override
    public void write(byte[] buffer, int offset, int length, boolean atBoundary) throws ClientGoneException {
        if (length == 0) {
            return;
        }
        lock.lock();
        try {
            if (clientGone) {
                throw new ClientGoneException(stalled, stalled ? STALLED : "the client left");
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

    /** Tells a client that may see it where the time went, in a comment behind the last event. */
    void writeTimingComment() throws ClientGoneException {
        if (timing.isPresent() && boundary) {
            ByteBuilder comment = new ByteBuilder(256).ascii(": server-timing ");
            timing.get().writeTo(comment);
            comment.ascii("\n\n");
            write(comment.array(), 0, comment.length(), true);
        }
    }

    /** Ends the answer as its framing says. */
    void end() throws ClientGoneException {
        lock.lock();
        try {
            if (state == State.ENDED) {
                return;
            }
            if (framing == Framing.CHUNKED && !bodyless) {
                out.bytes(LAST_CHUNK);
            }
            flush();
            state = State.ENDED;
        } finally {
            lock.unlock();
        }
    }

    /** Breaks the answer off: the connection closes without the end that the framing announced. */
    void abort() {
        state = State.BROKEN;
        keepAlive = false;
    }

    /** Sends an error as the whole answer; the headers must not be out yet. */
    void sendError(GatewayError error) throws ClientGoneException {
        byte[] body = ErrorJson.body(error);
        begin(error.status(), body.length, lines -> {
            lines.ascii("content-type: application/json\r\n");
            lines.header("x-sluice-error", error.source() == GatewayError.Source.UPSTREAM ? "upstream" : "gateway");
            if (!error.retryAfter().isZero()) {
                lines.ascii("retry-after: ").decimal(Math.max(1, error.retryAfter().plusMillis(999).toSeconds())).crlf();
            }
            if (error.status() == 426) {
                lines.ascii("upgrade: websocket\r\n");
            }
        });
        sendWhole(body);
    }

    /** Sends a prepared answer's whole body and ends it. */
    void sendWhole(byte[] body) throws ClientGoneException {
        lock.lock();
        try {
            if (!bodyless && body.length > 0) {
                send(body, 0, body.length);
            }
        } finally {
            lock.unlock();
        }
        end();
    }

    /** From now on, silence of {@code nanos} is broken by a comment; the first one sends the prepared headers. */
    void keepAwake(long nanos) {
        streamIfSilent = false;
        nextCommentNanos = nanos;
        lastWriteNanos = clock.getAsLong();
        commentAfterNanos = nanos;
    }

    /** As long as the upstream sends no headers: after {@code firstNanos} the client is sent the head of a stream anyway. */
    void keepAwakeWithoutHeaders(long firstNanos, long nanos) {
        keepAwake(nanos);
        streamIfSilent = true;
        commentAfterNanos = firstNanos;
    }

    /** No comments any more. */
    void letSleep() {
        streamIfSilent = false;
        commentAfterNanos = 0;
    }

    /**
     * Looks after limits; called by the sweeper. A client that does not take a write in time is cut off, and a client that
     * hears nothing is sent a comment by a thread of its own, for writing may block.
     */
    void sweep(long nowNanos) {
        long since = writingSinceNanos;
        if (since != 0 && stallNanos > 0 && nowNanos - since > stallNanos) {
            stalled = true;
            link.close();
        }
        long after = commentAfterNanos;
        if (after > 0 && since == 0 && nowNanos - lastWriteNanos > after) {
            lastWriteNanos = nowNanos;
            Thread.startVirtualThread(this::comment);
        }
    }

    private void comment() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (state == State.EMPTY && streamIfSilent) {
                begin(200, UNKNOWN_LENGTH, lines -> HeaderPolicy.toClient(Headers.EMPTY, HeaderPolicy.Form.STREAM, lines));
            }
            if (commentAfterNanos > 0 && boundary && !clientGone && (state == State.OPEN || state == State.PREPARED)) {
                commentAfterNanos = nextCommentNanos;
                send(KEEPALIVE, 0, KEEPALIVE.length);
            }
        } catch (ClientGoneException e) {
            // The request's thread meets the same at its next write, and the watcher tells it before that.
            clientGone = true;
        } finally {
            lock.unlock();
        }
    }

    private void send(byte[] buffer, int offset, int length) throws ClientGoneException {
        if (bodyless) {
            flush();
            return;
        }
        if (framing == Framing.CHUNKED) {
            out.hex(length).crlf();
        } else if (out.length() == 0) {
            push(buffer, offset, length);
            return;
        }
        if (length <= COALESCE_BYTES) {
            out.bytes(buffer, offset, length);
        } else {
            flush();
            push(buffer, offset, length);
        }
        if (framing == Framing.CHUNKED) {
            out.bytes(CRLF);
        }
        flush();
    }

    private void flush() throws ClientGoneException {
        if (out.length() > 0) {
            int needed = out.length();
            boolean head = state == State.PREPARED;
            push(out.array(), 0, needed);
            out.reset(keptBytes(head, needed));
        }
    }

    /** A stream may wait for long, beside thousands of others: it keeps what its events need. */
    private int keptBytes(boolean head, int needed) {
        if (framing != Framing.CHUNKED) {
            return COALESCE_BYTES + KEEP_BYTES;
        }
        calmWrites = needed < out.array().length / 8 ? calmWrites + 1 : 0;
        return head || calmWrites >= CALM_WRITES ? STREAM_BYTES : COALESCE_BYTES + KEEP_BYTES;
    }

    private void push(byte[] buffer, int offset, int length) throws ClientGoneException {
        if (state == State.PREPARED) {
            state = State.OPEN;
        }
        long now = clock.getAsLong();
        writingSinceNanos = now;
        try {
            link.write(buffer, offset, length);
        } catch (IOException e) {
            keepAlive = false;
            clientGone = true;
            throw new ClientGoneException(stalled, stalled ? STALLED : "the client left: " + e.getMessage());
        } finally {
            writingSinceNanos = 0;
            lastWriteNanos = now;
        }
    }
}
