package sluice.body;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Takes gzip off (RFC 1952), member after member. Java's own stream reads a header byte by byte and calls itself for each member,
 * so that a name of megabytes costs a core, and thousands of empty members the stack. Here header and members are read from one
 * buffer, in a loop; and what decodes to nothing is bounded, for no honest body has much of it. Confined to one thread.
 */
final class GzipBytes extends InputStream {
    private static final int BUFFER_BYTES = 16 * 1024;
    /** Names, comments and extra fields of all members together; senders write a few dozen bytes. */
    static final int MAX_HEADER_BYTES = 64 * 1024;
    /** Members that hold nothing; a sender that flushes may leave some. */
    static final int MAX_EMPTY_MEMBERS = 1024;

    private static final int MAGIC = 0x8B1F;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xE0;
    /** Time, extra flags and operating system. */
    private static final int UNREAD_BYTES = 6;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final CRC32 headerCrc = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private long headerBytes;
    private int emptyMembers;
    private boolean inMember;
    private boolean over;

    /** Begins with the header of the first member. */
    GzipBytes(InputStream in) throws IOException {
        this.in = in;
        header(next());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!over) {
            if (!inMember) {
                nextMember();
                continue;
            }
            int count = inflate(target, offset, length);
            if (count > 0) {
                crc.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            int count = inflater.inflate(target, offset, length);
            if (count == 0 && inflater.needsDictionary()) {
                throw new ZipException("a dictionary is asked for");
            }
            if (count == 0 && inflater.needsInput() && !inflater.finished()) {
                if (at == end && !fill()) {
                    throw new EOFException("Unexpected end of ZLIB input stream");
                }
                inflater.setInput(buffer, at, end - at);
                at = end;
            }
            return count;
        } catch (DataFormatException e) {
            throw new ZipException(String.valueOf(e.getMessage()));
        }
    }

    private void endMember() throws IOException {
        at = end - inflater.getRemaining();
        if (littleEndian(4) != crc.getValue() || littleEndian(4) != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
            throw new ZipException("Corrupt GZIP trailer");
        }
        if (inflater.getBytesWritten() == 0 && ++emptyMembers > MAX_EMPTY_MEMBERS) {
            throw new ZipException("more than " + MAX_EMPTY_MEMBERS + " members of nothing");
        }
        inMember = false;
    }

    /** Goes to the next member; what follows the last one and is no header is passed over, as others do. */
    private void nextMember() throws IOException {
        if (at == end && !fill()) {
            over = true;
            return;
        }
        int first = next();
        boolean header = first == (MAGIC & 0xFF) && (at < end || fill()) && (buffer[at] & 0xFF) == MAGIC >> 8;
        if (header) {
            header(first);
        } else {
            over = true;
        }
    }

    /** RFC 1952 §2.3. */
    private void header(int first) throws IOException {
        headerCrc.reset();
        headerCrc.update(first);
        if ((first | headerByte() << 8) != MAGIC) {
            throw new ZipException("Not in GZIP format");
        }
        if (headerByte() != 8) {
            throw new ZipException("Unsupported compression method");
        }
        int flags = headerByte();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("reserved flags are set");
        }
        for (int i = 0; i < UNREAD_BYTES; i++) {
            headerByte();
        }
        if ((flags & EXTRA) != 0) {
            for (int left = headerByte() | headerByte() << 8; left > 0; left--) {
                optionalByte();
            }
        }
        if ((flags & NAME) != 0) {
            passText();
        }
        if ((flags & COMMENT) != 0) {
            passText();
        }
        if ((flags & HEADER_CRC) != 0) {
            long expected = headerCrc.getValue() & 0xFFFF;
            if ((next() | next() << 8) != expected) {
                throw new ZipException("Corrupt GZIP header");
            }
        }
        crc.reset();
        inflater.reset();
        inMember = true;
    }

    private void passText() throws IOException {
        while (optionalByte() != 0) {
            // up to the zero at its end
        }
    }

    private int optionalByte() throws IOException {
        if (++headerBytes > MAX_HEADER_BYTES) {
            throw new ZipException("more than " + MAX_HEADER_BYTES + " bytes of header");
        }
        return headerByte();
    }

    private int headerByte() throws IOException {
        int b = next();
        headerCrc.update(b);
        return b;
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    private int next() throws IOException {
        if (at == end && !fill()) {
            throw new EOFException("ends too early");
        }
        return buffer[at++] & 0xFF;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
