package sluice.http1;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import sluice.net.Link;
import sluice.net.Quantum;

/**
 * The reading half of an HTTP/1.1 connection: heads, then bodies, then the next head. Bytes that were read ahead stay here
 * and are used first. Confined to one thread at a time.
 */
public final class HttpInput {
    private static final int START_BYTES = 4 * 1024;
    /** Enough to see that a peer has left; thousands of these wait at a time. */
    private static final int WATCH_BYTES = 256;
    private static final byte[] NONE = {};
    /** RFC 9112 §2.2: a server should ignore an empty line before the request line. Two are enough for any client. */
    private static final int MAX_EMPTY_LINES = 2;

    private final Link link;
    private final int maxHeadBytes;
    private byte[] buffer = new byte[START_BYTES];
    private int start;
    private int end;
    /** Bytes that have come since the last {@link #awaitNext}. */
    private long since;
    /** Whether an empty buffer is given up. */
    private boolean light;

    /** Reads from {@code link}; a head above {@code maxHeadBytes} is refused. */
    public HttpInput(Link link, int maxHeadBytes) {
        this.link = link;
        this.maxHeadBytes = maxHeadBytes;
    }

    /**
     * Reads the head of the next request.
     *
     * @return empty if the peer ended the connection before its first byte
     * @throws FramingException if it is invalid or too large
     * @throws EOFException if the peer ended the connection within it
     */
    public Optional<RequestHead> readRequestHead() throws IOException {
        light = false;
        Quantum.ofThread().request();
        for (int empty = 0; ; empty++) {
            if (start == end && !fill()) {
                return Optional.empty();
            }
            if (buffer[start] != '\r' || empty == MAX_EMPTY_LINES) {
                break;
            }
            if (end - start < 2 && !fill()) {
                throw new EOFException("the connection ended within a line");
            }
            if (buffer[start + 1] != '\n') {
                throw new FramingException("a bare CR");
            }
            start += 2;
        }
        byte[] head = takeHead("request");
        return Optional.of(HeadParser.request(head, head.length));
    }

    /**
     * Reads the head of the answer to a request of {@code method}.
     *
     * @return empty if the peer ended the connection before its first byte
     */
    public Optional<ResponseHead> readResponseHead(String method) throws IOException {
        light = false;
        if (start == end && !fill()) {
            return Optional.empty();
        }
        byte[] head = takeHead("answer");
        return Optional.of(HeadParser.response(head, head.length, method));
    }

    /** The body of the message whose head was just read. */
    public HttpBody body(long bodyBytes) {
        return new HttpBody(this, bodyBytes);
    }

    /** A message of another protocol begins, which may be one of thousands that came together. */
    public void messageBegins() {
        Quantum.ofThread().request();
    }

    /** Whether bytes were read ahead. */
    public boolean hasBuffered() {
        return start < end;
    }

    /**
     * Waits for the first byte of the next request. Who has sent a small request before will send another: there is room for all of
     * it, so that one read takes it. Nobody else waits with more than a few bytes, for thousands of connections wait at a time.
     *
     * @return false if the peer has ended its side
     */
    public boolean awaitNext() throws IOException {
        if (start < end) {
            return true;
        }
        int room = since > WATCH_BYTES && since <= START_BYTES ? Integer.highestOneBit((int) since - 1) << 1 : WATCH_BYTES;
        if (buffer.length != room) {
            buffer = new byte[room];
        }
        start = 0;
        end = 0;
        since = 0;
        return readMore();
    }

    /**
     * Waits until there is a byte to read, and keeps it. For a watcher that wants to know when the peer leaves.
     *
     * @param limitBytes most bytes to look ahead; at that many it returns without reading
     * @return false if the peer has ended its side
     */
    public boolean lookAhead(int limitBytes) throws IOException {
        if (end - start >= limitBytes) {
            return true;
        }
        if (start == end) {
            buffer = new byte[WATCH_BYTES];
            start = 0;
            end = 0;
        }
        return readMore();
    }

    /**
     * Gives the buffer up as soon as nothing is in it, until the next head: for a connection that carries a long stream, which is
     * read past it.
     */
    public void lighten() {
        light = true;
        giveUpIfEmpty();
    }

    private void giveUpIfEmpty() {
        if (light && start == end) {
            buffer = NONE;
            start = 0;
            end = 0;
        }
    }

    /** Bytes read ahead so far. */
    public int bufferedBytes() {
        return end - start;
    }

    /** The byte read ahead that comes after {@code index} others; there must be that many. */
    public int peek(int index) {
        return buffer[start + index] & 0xFF;
    }

    private byte[] takeHead(String what) throws IOException {
        int scanned = start;
        while (true) {
            int stop = headEnd(scanned);
            if (stop >= 0) {
                if (stop - start > maxHeadBytes) {
                    throw tooLarge(what);
                }
                byte[] head = Arrays.copyOfRange(buffer, start, stop);
                start = stop;
                return head;
            }
            if (end - start >= maxHeadBytes) {
                throw tooLarge(what);
            }
            int seen = end - start;
            if (!fill()) {
                throw new EOFException("the connection ended within a head");
            }
            scanned = start + seen;
        }
    }

    private FramingException tooLarge(String what) {
        return new FramingException(431, "the " + what + " head is larger than " + maxHeadBytes + " bytes");
    }

    /** End of the head (after its blank line), or -1 if it is not here yet; looks at {@code [from, end)} only. */
    private int headEnd(int from) throws FramingException {
        for (int i = from; i < end; i++) {
            if (buffer[i] == '\n') {
                if (i == start || buffer[i - 1] != '\r') {
                    throw new FramingException("a line ends in a bare LF");
                }
                if (i - start >= 3 && buffer[i - 2] == '\n') {
                    return i + 1;
                }
            }
        }
        return -1;
    }

    /** Reads more bytes behind those that are here; false at the end of the connection. */
    public boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
            if (buffer.length < START_BYTES) {
                buffer = new byte[START_BYTES];
            }
        }
        return readMore();
    }

    private boolean readMore() throws IOException {
        if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        int count = linkRead(buffer, end, buffer.length - end);
        if (count < 0) {
            return false;
        }
        end += count;
        since += count;
        return true;
    }

    /** Reads at least one byte into {@code target}: from here, or straight from the link. -1 at the end of the connection. */
    public int read(byte[] target, int offset, int length) throws IOException {
        if (start < end) {
            int count = Math.min(length, end - start);
            System.arraycopy(buffer, start, target, offset, count);
            start += count;
            giveUpIfEmpty();
            return count;
        }
        int count = linkRead(target, offset, length);
        since += count;
        return count;
    }

    private int linkRead(byte[] target, int offset, int length) throws IOException {
        long start = System.nanoTime();
        int count = link.read(target, offset, length);
        Quantum.ofThread().read(count, System.nanoTime() - start);
        return count;
    }

    /** One byte, or -1 at the end of the connection. */
    public int read() throws IOException {
        if (start == end && !fill()) {
            return -1;
        }
        return buffer[start++] & 0xFF;
    }

    /** Whether a byte can be read without waiting. */
    boolean ready() throws IOException {
        return start < end || link.ready();
    }

    /** Puts back what was read too much: the last {@code length} bytes given out, in {@code source}. */
    void unread(byte[] source, int offset, int length) {
        if (length == 0) {
            return;
        }
        int kept = end - start;
        if (start < length) {
            byte[] room = buffer.length >= length + kept ? buffer : new byte[length + kept];
            System.arraycopy(buffer, start, room, length, kept);
            buffer = room;
            start = length;
            end = length + kept;
        }
        start -= length;
        System.arraycopy(source, offset, buffer, start, length);
    }
}
