package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import sluice.net.ByteBuilder;

/**
 * Takes the framing of HTTP/1.1 off an answer that {@link Http1Codec} writes, and hands its parts to a stream as HTTP/2
 * has them. Each write is passed on before it returns, so that no event is held. Confined to one thread at a time.
 */
final class Http2Answer {
    /** They frame or govern a connection of HTTP/1.1. */
    private static final Set<String> DROPPED =
            Set.of("connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection");
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int HEAD_END = 4;

    private enum Part { HEAD, LENGTH, SIZE, DATA, DATA_END, LAST, DONE }

    private final Http2Stream stream;
    private final boolean toHead;
    private ByteBuilder head = new ByteBuilder(512);
    private Part part = Part.HEAD;
    /** Bytes of the head's end that have come. */
    private int matched;
    /** Bytes left of the body, the chunk, or the framing behind it. */
    private long left;

    Http2Answer(Http2Stream stream, boolean toHead) {
        this.stream = stream;
        this.toHead = toHead;
    }

    void accept(byte[] source, int offset, int length) throws IOException {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            switch (part) {
                case HEAD -> at = takeHead(source, at, end);
                case LENGTH, DATA -> {
                    int count = (int) Math.min(left, end - at);
                    left -= count;
                    stream.write(source, at, count, left == 0 && part == Part.LENGTH);
                    at += count;
                    if (left == 0) {
                        part = part == Part.LENGTH ? Part.DONE : Part.DATA_END;
                    }
                }
                case SIZE -> takeSize(source[at++]);
                case DATA_END, LAST -> takeLineEnd(source[at++]);
                case DONE -> throw new IllegalStateException("an answer goes on behind its end");
            }
        }
    }

    private int takeHead(byte[] source, int from, int end) throws IOException {
        int at = from;
        while (at < end && matched < HEAD_END) {
            byte b = source[at++];
            matched = b == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : b == '\r' ? 1 : 0;
        }
        head.bytes(source, from, at - from);
        if (matched == HEAD_END) {
            matched = 0;
            readHead(new String(head.array(), 0, head.length(), StandardCharsets.ISO_8859_1));
        }
        return at;
    }

    private void readHead(String text) throws IOException {
        String status = text.substring(STATUS_AT, STATUS_AT + 3);
        HeaderBlock block = new HeaderBlock(status);
        long length = Answer.UNKNOWN_LENGTH;
        int line = text.indexOf("\r\n") + 2;
        for (int next = text.indexOf("\r\n", line); next > line; next = text.indexOf("\r\n", line)) {
            int colon = text.indexOf(':', line);
            String name = text.substring(line, colon).toLowerCase(Locale.ROOT);
            String value = text.substring(colon + 1, next).strip();
            if (!DROPPED.contains(name)) {
                block.add(name, value);
            }
            if (name.equals("content-length")) {
                length = Long.parseLong(value);
            }
            line = next + 2;
        }
        boolean interim = status.startsWith("1");
        boolean bodyless = toHead || status.equals("204") || status.equals("304") || length == 0;
        if (interim) {
            stream.writeInterim(block.bytes());
        } else {
            stream.writeHead(block.bytes(), bodyless);
        }
        head = new ByteBuilder(16);
        left = Math.max(0, length);
        part = interim ? Part.HEAD : bodyless ? Part.DONE : length > 0 ? Part.LENGTH : Part.SIZE;
    }

    private void takeSize(byte b) {
        if (b == '\n') {
            part = left == 0 ? Part.LAST : Part.DATA;
            matched = 0;
        } else if (b != '\r') {
            left = left * 16 + Character.digit(b, 16);
        }
    }

    private void takeLineEnd(byte b) throws IOException {
        if (b == '\n') {
            if (part == Part.LAST) {
                part = Part.DONE;
                stream.write(new byte[0], 0, 0, true);
            } else {
                part = Part.SIZE;
            }
        }
    }
}
