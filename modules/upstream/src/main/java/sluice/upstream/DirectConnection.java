package sluice.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Sweeper;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.http1.FramingException;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.net.Link;
import sluice.net.LinkSource;
import sluice.net.WriteDeadline;

/**
 * One HTTP/1.1 connection to an account. It is its own byte source while it carries an answer. Confined to the request's
 * thread, except {@link #sweep} and the cancellation, which close the link.
 */
final class DirectConnection implements LinkSource, Sweeper.Watched {
    /** A body piece up to this size is copied behind the head, because one write is cheaper than two. */
    private static final int COALESCE_BYTES = 32 * 1024;
    private static final int START_BYTES = 2 * 1024;
    private static final int KEEP_BYTES = 8 * 1024;
    /** From this status on an answer may come before the whole request was sent. */
    private static final int REFUSED = 400;
    /** How some servers close a connection that has waited too long (RFC 9110 §15.5.9): no answer to what was just sent. */
    private static final int GOODBYE_STATUS = 408;

    private final Link link;
    private final WriteDeadline writes;
    private final HttpInput input;
    private final DirectPool pool;
    private final UpstreamSettings settings;
    private final Sweeper.Registration registration;
    private final ByteBuilder out = new ByteBuilder(START_BYTES);
    private final OutputStream bodyOut = new BodyOutput();
    private HttpBody body;
    private boolean keepAlive;
    private boolean inUse;
    private boolean sent;
    /** Whether a byte of an answer has come: an interim answer, or part of a head. */
    private boolean answering;
    /** Whether it has carried an answer before. */
    private boolean served;
    private Cancellation cancellation;
    private long idleLimitNanos;
    private volatile long deadlineNanos;
    private volatile boolean late;
    private volatile boolean aborted;
    private volatile long sentNanos;
    private volatile long idleSinceNanos;

    DirectConnection(Link link, DirectPool pool, UpstreamSettings settings) {
        this.link = link;
        writes = new WriteDeadline(link, settings.nanoClock());
        this.pool = pool;
        this.settings = settings;
        input = new HttpInput(link, settings.maxHeaderBytes());
        registration = settings.sweeper().watch(this);
    }

    @Override
    public Link link() {
        return link;
    }

    long sentNanos() {
        return sentNanos;
    }

    /** Whether the upstream had begun to answer the last request: then it was read, whatever became of it. */
    boolean answering() {
        return answering;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Whether the upstream has said nothing since its last answer; what it said would be taken for the next one. */
    boolean quiet() {
        try {
            return link.quiet();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Sends a request and reads the head of its answer. Closes the connection if there is none. An upstream that refuses a
     * request before it has read all of it may close the connection behind its answer, so that sending fails: the answer counts
     * (RFC 9112 §9.5).
     */
    UpstreamResult exchange(UpstreamRequest request, boolean resent, long connectNanos) {
        link.waitHere();
        cancellation = request.cancellation();
        cancellation.onCancel(link::close);
        inUse = true;
        sent = false;
        answering = false;
        sentNanos = 0;
        writes.limit(request.account().endpoint().timeouts().write().toNanos());
        try {
            ResponseHead head = send(request);
            keepAlive = head.keepAlive() && sent;
            body = input.body(head.bodyBytes());
            if (head.headers().isEventStream()) {
                lighten();
            }
            idleLimitNanos = request.idleNanos();
            deadlineNanos = 0;
            return new UpstreamResult.Answered(head.status(), head.headers(), this, resent, connectNanos);
        } catch (IOException e) {
            UpstreamResult.Kind kind = kindOf(e);
            answering |= input.hasBuffered();
            discard();
            cancellation.clear();
            return new UpstreamResult.Unreachable(sent || resent, sent && resent, kind, String.valueOf(e.getMessage()));
        }
    }

    private ResponseHead send(UpstreamRequest request) throws IOException {
        try {
            write(request);
        } catch (IOException e) {
            return earlyHead(request, e);
        }
        sent = true;
        sentNanos = settings.nanoClock().getAsLong();
        setDeadline(request.headersNanos(), sentNanos);
        return readHead(request.method());
    }

    /**
     * An upstream that refuses a request may answer and close before it has read all of it: sending fails then, and the answer
     * is here. Where there is none, sending failed for another reason.
     */
    private ResponseHead earlyHead(UpstreamRequest request, IOException failure) throws IOException {
        setDeadline(request.headersNanos(), settings.nanoClock().getAsLong());
        try {
            ResponseHead head = readHead(request.method());
            if (head.status() >= REFUSED && (!served || head.status() != GOODBYE_STATUS)) {
                return head;
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        throw failure;
    }

    /** A stream may be open for an hour, beside thousands of others, and needs no buffers but its relay's. */
    private void lighten() {
        input.lighten();
        out.reset(0);
    }

    private UpstreamResult.Kind kindOf(IOException e) {
        if (cancellation.isCancelled()) {
            return UpstreamResult.Kind.CANCELLED;
        }
        if (late || writes.late()) {
            return UpstreamResult.Kind.TIMEOUT;
        }
        return e instanceof FramingException ? UpstreamResult.Kind.FRAMING : UpstreamResult.Kind.RESET;
    }

    private void write(UpstreamRequest request) throws IOException {
        out.reset(KEEP_BYTES);
        out.ascii(request.method()).ascii(" ").ascii(pool.basePath()).ascii(request.wholeTarget()).ascii(" HTTP/1.1\r\n");
        out.bytes(pool.fixedLines());
        for (int i = 0; i < request.headers().size(); i++) {
            out.header(request.headers(), i);
        }
        long length = request.body().length();
        if (length > 0 || request.method().equals("POST")) {
            out.ascii("Content-Length: ").decimal(length).crlf();
        }
        out.crlf();
        request.body().writeTo(bodyOut);
        flush();
    }

    private ResponseHead readHead(String method) throws IOException {
        for (int i = 0; i < ResponseHead.MOST_INTERIM; i++) {
            Optional<ResponseHead> head = input.readResponseHead(method);
            if (head.isEmpty()) {
                throw new EOFException("the connection was closed before an answer");
            }
            if (head.get().status() >= 200) {
                return head.get();
            }
            answering = true;
            if (head.get().status() == 101) {
                throw new FramingException("an answer 101 that nobody asked for");
            }
        }
        throw new FramingException("more than " + ResponseHead.MOST_INTERIM + " interim answers");
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        setDeadline(idleLimitNanos, idleLimitNanos == 0 ? 0 : settings.nanoClock().getAsLong());
        try {
            return body.read(target, offset, length);
        } catch (IOException e) {
            keepAlive = false;
            throw new ByteSource.Broken(causeOf(e), String.valueOf(e.getMessage()));
        } finally {
            deadlineNanos = 0;
        }
    }

    private ByteSource.Broken.Cause causeOf(IOException e) {
        if (aborted || cancellation.isCancelled()) {
            return ByteSource.Broken.Cause.CANCELLED;
        }
        if (late) {
            return ByteSource.Broken.Cause.IDLE;
        }
        return e instanceof FramingException ? ByteSource.Broken.Cause.FRAMING : ByteSource.Broken.Cause.CUT;
    }

    @Override
    public boolean ready() {
        try {
            return body.ready();
        } catch (IOException e) {
            // The next read meets the same and says whose fault it is: a client that left closes this connection too.
            return false;
        }
    }

    @Override
    public void abort() {
        aborted = true;
        link.close();
    }

    /** Gives the connection back to the pool if the answer was read to its end; closes it otherwise. */
    @Override
    public void close() {
        if (!inUse) {
            return;
        }
        inUse = false;
        cancellation.clear();
        if (keepAlive && body.finished() && !input.hasBuffered() && !aborted
                && !cancellation.isCancelled()) {
            idleSinceNanos = settings.nanoClock().getAsLong();
            served = true;
            pool.give(this);
        } else {
            discard();
        }
    }

    /** Closes the connection for good. */
    void discard() {
        inUse = false;
        registration.close();
        link.close();
    }

    @Override
    public void sweep(long nowNanos) {
        writes.sweep(nowNanos);
        long deadline = deadlineNanos;
        if (deadline != 0 && nowNanos - deadline > 0) {
            late = true;
            link.close();
        }
    }

    private void setDeadline(long limitNanos, long nowNanos) {
        deadlineNanos = limitNanos == 0 ? 0 : nowNanos + limitNanos;
    }

    private void flush() throws IOException {
        if (out.length() > 0) {
            writes.write(out.array(), 0, out.length());
            out.reset(KEEP_BYTES);
        }
    }

    /** Collects small pieces behind the head and passes large ones straight on. */
    private final class BodyOutput extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (out.length() + length <= COALESCE_BYTES) {
                out.bytes(source, offset, length);
            } else {
                DirectConnection.this.flush();
                writes.write(source, offset, length);
            }
        }
    }
}
