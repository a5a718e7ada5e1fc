package sluice.net;

import sluice.api.Headers;
import sluice.buffers.ArrayShelf;

/** A growing byte array for message heads and small messages; reused for each message of a connection. Confined to one thread. */
public final class ByteBuilder {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes;
    private int length;

    /** An empty builder. */
    public ByteBuilder(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    /** The bytes so far, in an array that may be longer and changes with the next call. */
    public byte[] array() {
        return bytes;
    }

    /** Number of bytes so far. */
    public int length() {
        return length;
    }

    /** Starts anew; an array much above {@code keepBytes} is given up. */
    public void reset(int keepBytes) {
        length = 0;
        if (bytes.length > keepBytes + keepBytes / 4) {
            ArrayShelf.shared().giveBack(bytes);
            bytes = ArrayShelf.shared().take(keepBytes);
        }
    }

    /** Appends text of Latin-1 characters. */
    public ByteBuilder ascii(String text) {
        int count = text.length();
        reserve(count);
        for (int i = 0; i < count; i++) {
            bytes[length + i] = (byte) text.charAt(i);
        }
        length += count;
        return this;
    }

    /** Appends one byte: the lowest of {@code value}. */
    public ByteBuilder octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Appends bytes. */
    public ByteBuilder bytes(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
        return this;
    }

    /** Appends a whole array. */
    public ByteBuilder bytes(byte[] source) {
        return bytes(source, 0, source.length);
    }

    /** Appends a non-negative number in decimal. */
    public ByteBuilder decimal(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        reserve(digits);
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** Appends a non-negative number in hexadecimal, without leading zeros. */
    public ByteBuilder hex(int value) {
        int shift = value == 0 ? 0 : 28 - Integer.numberOfLeadingZeros(value) / 4 * 4;
        reserve(8);
        for (; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[value >>> shift & 0xF];
        }
        return this;
    }

    /** Appends a header line. */
    public ByteBuilder header(String name, String value) {
        return ascii(name).ascii(": ").ascii(value).crlf();
    }

    /** Appends line {@code index} of {@code headers} as it was spelled. */
    public ByteBuilder header(Headers headers, int index) {
        reserve(headers.lineBytes(index));
        length = headers.copyLine(index, bytes, length);
        return this;
    }

    /** Appends CR LF. */
    public ByteBuilder crlf() {
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        return this;
    }

    private void reserve(int count) {
        if (length + count > bytes.length) {
            bytes = ArrayShelf.shared().longer(bytes, length, Math.max(bytes.length * 2, length + count));
        }
    }
}
