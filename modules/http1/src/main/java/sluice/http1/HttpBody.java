package sluice.http1;

import java.io.EOFException;
import java.io.IOException;
import java.util.HexFormat;

/**
 * The body of one message, decoded from its framing (RFC 9112 §6, §7.1). Chunks are decoded in place, in the caller's array.
 * Trailers are read and dropped. Confined to one thread at a time.
 */
public final class HttpBody {
    /**
     * Most bytes of chunk extensions of one message: nobody sends any, and with a limit for each chunk alone a body of one-byte
     * chunks could cost its reader a hundred times its length.
     */
    private static final int MAX_EXTENSION_BYTES = 4 * 1024;
    /** Most bytes of trailers. */
    private static final int MAX_TRAILER_BYTES = 8 * 1024;
    private static final int MAX_SIZE_DIGITS = 12;

    /** Where in a line of the trailers, which has the form of a header line (RFC 9112 §7.1.2). */
    private enum TrailerLine { START, NAME, VALUE, LF, LAST_LF }

    private enum Part { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, END }

    private final HttpInput input;
    private final boolean chunked;
    private final boolean untilClose;
    /** Bytes left of the body, or of the chunk. */
    private long left;
    private Part part;
    private int digits;
    private int extensionBytes;
    private int trailerBytes;
    private TrailerLine trailerLine = TrailerLine.START;

    HttpBody(HttpInput input, long bodyBytes) {
        this.input = input;
        chunked = bodyBytes == RequestHead.CHUNKED;
        untilClose = bodyBytes == ResponseHead.UNTIL_CLOSE;
        left = chunked || untilClose ? 0 : bodyBytes;
        part = chunked ? Part.SIZE : untilClose || bodyBytes > 0 ? Part.DATA : Part.END;
    }

    /** Whether the body was read to its announced end. */
    public boolean finished() {
        return part == Part.END;
    }

    /**
     * Reads at least one byte.
     *
     * @return -1 at the announced end
     * @throws EOFException if the connection ended before that
     * @throws FramingException if the chunks are invalid
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        if (part == Part.END) {
            return -1;
        }
        if (untilClose) {
            int count = input.read(target, offset, length);
            if (count < 0) {
                part = Part.END;
            }
            return count;
        }
        if (!chunked) {
            int count = input.read(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the body ended " + left + " bytes early");
            }
            left -= count;
            if (left == 0) {
                part = Part.END;
            }
            return count;
        }
        while (true) {
            int count = input.read(target, offset, length);
            if (count < 0) {
                throw new EOFException("the connection ended within a chunked body");
            }
            int decoded = decode(target, offset, count);
            if (decoded > 0) {
                return decoded;
            }
            if (part == Part.END) {
                return -1;
            }
        }
    }

    /** Whether {@link #read} would give a byte without waiting. Chunk framing does not count. */
    public boolean ready() throws IOException {
        if (part == Part.END) {
            return false;
        }
        if (!chunked) {
            return input.ready();
        }
        return part == Part.DATA ? input.ready() : readyBehindFraming();
    }

    /** Between chunks: looks at the framing that is here, and takes it if payload follows. */
    private boolean readyBehindFraming() throws IOException {
        while (part != Part.DATA && part != Part.END) {
            if (!input.ready()) {
                return false;
            }
            step(input.read());
        }
        return part == Part.DATA && input.ready();
    }

    /** Decodes {@code target[offset, offset + count)} in place; returns how many bytes are payload. */
    private int decode(byte[] target, int offset, int count) throws IOException {
        int end = offset + count;
        int out = offset;
        int at = offset;
        while (at < end) {
            if (part == Part.DATA) {
                int run = (int) Math.min(left, end - at);
                if (out != at) {
                    System.arraycopy(target, at, target, out, run);
                }
                out += run;
                at += run;
                left -= run;
                if (left == 0) {
                    part = Part.DATA_CR;
                }
            } else if (part == Part.END) {
                input.unread(target, at, end - at);
                break;
            } else {
                step(target[at++] & 0xFF);
            }
        }
        return out - offset;
    }

    private void step(int b) throws IOException {
        switch (part) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> {
                expect(b, '\n');
                part = left == 0 ? Part.TRAILER : Part.DATA;
            }
            case DATA_CR -> {
                expect(b, '\r');
                part = Part.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                part = Part.SIZE;
                digits = 0;
                left = 0;
            }
            case TRAILER -> trailer(b);
            case DATA, END -> throw new IllegalStateException("no framing is expected in " + part);
        }
    }

    private void size(int b) throws IOException {
        int digit = HexFormat.isHexDigit(b) ? HexFormat.fromHexDigit(b) : -1;
        if (digit >= 0) {
            if (++digits > MAX_SIZE_DIGITS) {
                throw new FramingException("a chunk size of more than " + MAX_SIZE_DIGITS + " digits");
            }
            left = left << 4 | digit;
            return;
        }
        if (digits == 0) {
            throw new FramingException("a chunk without a size");
        }
        if (b == ';') {
            part = Part.EXTENSION;
        } else {
            expect(b, '\r');
            part = Part.SIZE_LF;
        }
    }

    private void extension(int b) throws IOException {
        if (b == '\r') {
            part = Part.SIZE_LF;
        } else if (b < ' ' && b != '\t' || b == 0x7F || ++extensionBytes > MAX_EXTENSION_BYTES) {
            throw new FramingException("a chunk extension that is not allowed");
        }
    }

    private void trailer(int b) throws IOException {
        if (++trailerBytes > MAX_TRAILER_BYTES) {
            throw new FramingException("trailers of more than " + MAX_TRAILER_BYTES + " bytes");
        }
        switch (trailerLine) {
            case START -> {
                if (b == '\r') {
                    trailerLine = TrailerLine.LAST_LF;
                } else {
                    checkTrailer(FieldSyntax.TOKEN[b]);
                    trailerLine = TrailerLine.NAME;
                }
            }
            case NAME -> {
                if (b == ':') {
                    trailerLine = TrailerLine.VALUE;
                } else {
                    checkTrailer(FieldSyntax.TOKEN[b]);
                }
            }
            case VALUE -> {
                if (b == '\r') {
                    trailerLine = TrailerLine.LF;
                } else {
                    checkTrailer(FieldSyntax.VALUE[b]);
                }
            }
            case LF -> {
                expect(b, '\n');
                trailerLine = TrailerLine.START;
            }
            case LAST_LF -> {
                expect(b, '\n');
                part = Part.END;
            }
        }
    }

    private static void checkTrailer(boolean allowed) throws FramingException {
        if (!allowed) {
            throw new FramingException("a trailer that is no header line");
        }
    }

    private static void expect(int b, int wanted) throws FramingException {
        if (b != wanted) {
            throw new FramingException("chunk framing is broken");
        }
    }
}
