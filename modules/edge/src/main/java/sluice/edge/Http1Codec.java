package sluice.edge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.api.Headers;
import sluice.forward.Answer;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.net.Link;

/**
 * Answers in HTTP/1.1 (RFC 9112 §6): with their length, in chunks, or until the connection closes. The head waits for the first
 * byte of the body, so that both leave in one write; each further piece is one chunk and one write. Confined to one thread at a time.
 */
final class Http1Codec implements AnswerCodec, Answer.Lines {
    /** A body piece up to this size is copied behind its head or chunk size, because one write is cheaper than three. */
    private static final int COALESCE_BYTES = 64 * 1024;
    /** What the builder keeps between answers. */
    private static final int KEEP_BYTES = 8 * 1024;
    /** What the builder of a stream begins with behind its head; an event of usual size fits. */
    private static final int STREAM_BYTES = 512;
    /** Writes in a row that need less than an eighth of a stream's builder, before it shrinks. */
    private static final int CALM_WRITES = 16;
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum Framing { LENGTH, CHUNKED, UNTIL_CLOSE }

    private final Link link;
    private final ByteBuilder out = new ByteBuilder(1024);
    private Framing framing = Framing.LENGTH;
    private boolean headHere;
    private boolean toHead;
    private boolean bodyless;
    private boolean keepAlive;
    private boolean http10;
    private int calmWrites;
    /** Bytes of the body that are announced and not sent yet. */
    private long leftBytes;

    Http1Codec(Link link) {
        this.link = link;
    }

    /** Begins the answer to the next request of the connection. */
    void reset(boolean keep, boolean isHttp10, boolean isHead) {
        keepAlive = keep;
        http10 = isHttp10;
        toHead = isHead;
        headHere = false;
        out.reset(KEEP_BYTES);
    }

    /** Whether the connection may carry another request. */
    boolean keepsAlive() {
        return keepAlive;
    }

    /** Asks the client to send the body it holds back. */
    void sendContinue() throws IOException {
        link.write(CONTINUE, 0, CONTINUE.length);
    }

    @Override
    public Answer.Lines head(int status) {
        out.reset(KEEP_BYTES);
        out.ascii("HTTP/1.1 ").decimal(status).ascii(" ").ascii(ReasonPhrases.of(status)).crlf();
        return this;
    }

    @Override
    public void add(String name, String value) {
        out.header(name, value);
    }

    @Override
    public void add(Headers headers, int index) {
        out.header(headers, index);
    }

    @Override
    public void frame(int status, long bodyBytes) {
        // Each head decides anew: one that was prepared may be replaced.
        boolean none = ResponseHead.isBodyless(status);
        bodyless = toHead || none;
        if (none) {
            framing = Framing.LENGTH;
        } else if (bodyBytes >= 0) {
            framing = Framing.LENGTH;
            leftBytes = bodyBytes;
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
        out.crlf();
        headHere = true;
    }

    @Override
    public void body(byte[] buffer, int offset, int length) throws IOException {
        if (bodyless) {
            flush();
            return;
        }
        leftBytes -= length;
        if (framing == Framing.CHUNKED) {
            out.hex(length).crlf();
        } else if (out.length() == 0) {
            link.write(buffer, offset, length);
            return;
        }
        if (length <= COALESCE_BYTES) {
            out.bytes(buffer, offset, length);
        } else {
            flush();
            link.write(buffer, offset, length);
        }
        if (framing == Framing.CHUNKED) {
            out.bytes(CRLF);
        }
        flush();
    }

    @Override
    public void end() throws IOException {
        if (framing == Framing.CHUNKED && !bodyless) {
            out.bytes(LAST_CHUNK);
        }
        flush();
        if (framing == Framing.LENGTH && !bodyless && leftBytes != 0) {
            // The client would wait for the rest, or take the next answer for it.
            throw new IOException("the answer is not as long as it was announced");
        }
    }

    private void flush() throws IOException {
        if (out.length() > 0) {
            int needed = out.length();
            boolean head = headHere;
            headHere = false;
            link.write(out.array(), 0, needed);
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

    @Override
    public void closeAfter() {
        keepAlive = false;
    }

    @Override
    public void cut() {
        link.close();
    }
}
