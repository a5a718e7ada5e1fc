package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.net.Link;

/**
 * One stream of HTTP/2 as a connection of HTTP/1.1 that carries one request: a {@link DataConnection} reads the request from
 * it and writes the answer to it, and sees a reset as a client that leaves. So everything behind it is the same for both.
 */
final class StreamLink implements Link {
    private static final String LAST_CHUNK = "0\r\n\r\n";

    private final Http2Stream stream;
    private final boolean chunked;
    /** Where the answer loses its framing; one thread of the answer at a time. */
    private final Http2Answer answer;
    /** The request's head, then chunk framing. */
    private byte[] framing;
    private int framingAt;
    private int chunkLeft;
    private boolean chunkOpen;
    private boolean ended;
    private volatile boolean finished;

    /**
     * A link to a stream whose head has come.
     *
     * @param requestHead in HTTP/1.1
     * @param chunked whether the body is to come in chunks
     * @param toHead whether the method is HEAD
     */
    StreamLink(Http2Stream stream, byte[] requestHead, boolean chunked, boolean toHead) {
        this.stream = stream;
        this.chunked = chunked;
        framing = requestHead;
        answer = new Http2Answer(stream, toHead);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (finished) {
            return -1;
        }
        if (framingAt == framing.length && chunked && chunkLeft == 0 && !ended) {
            nextChunk(stream.awaitMore());
        }
        if (framingAt < framing.length) {
            int count = Math.min(length, framing.length - framingAt);
            System.arraycopy(framing, framingAt, target, offset, count);
            framingAt += count;
            return count;
        }
        int count = ended ? -1 : stream.read(target, offset, chunked ? Math.min(length, chunkLeft) : length);
        if (count < 0) {
            ended = true;
            stream.awaitReset();
            return -1;
        }
        chunkLeft -= chunked ? count : 0;
        return count;
    }

    private void nextChunk(int available) {
        String line = chunkOpen ? "\r\n" : "";
        ended = available == 0;
        chunkLeft = available;
        chunkOpen = true;
        framing = (line + (ended ? LAST_CHUNK : Integer.toHexString(available) + "\r\n"))
                .getBytes(StandardCharsets.US_ASCII);
        framingAt = 0;
    }

    @Override
    public boolean ready() {
        return !finished && (framingAt < framing.length || stream.available() > 0);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        answer.accept(source, offset, length);
        stream.flush();
    }

    /** The answer is out: the rest of the request is not wanted (RFC 9113 §8.1). */
    @Override
    public void finishOutput() {
        finished = true;
    }

    @Override
    public boolean secure() {
        return true;
    }

    /** Ends what waits here. Never waits. */
    @Override
    public void close() {
        stream.abort();
    }
}
