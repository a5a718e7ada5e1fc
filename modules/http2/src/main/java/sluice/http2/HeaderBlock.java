package sluice.http2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import sluice.api.Headers;

/**
 * The header block of an answer (HPACK, RFC 7541), written without a table: a few more bytes for each answer, and no state that
 * its streams would have to share. Confined to one thread.
 */
final class HeaderBlock {
    /** §6.3: the table has no size, whatever the client would grant. */
    private static final int NO_TABLE = 0x20;
    /** §6.2.2: a literal that is not indexed, with the name {@code :status} of the static table. */
    private static final int STATUS = 0x08;
    /** Those of appendix A that are one byte. */
    private static final Map<Integer, Integer> KNOWN =
            Map.of(200, 0x88, 204, 0x89, 304, 0x8B, 400, 0x8C, 404, 0x8D, 500, 0x8E);
    private static final int PREFIX = 0x7F;

    private byte[] bytes = new byte[512];
    private int length;

    HeaderBlock(int status) {
        put(NO_TABLE);
        Integer known = KNOWN.get(status);
        if (known != null) {
            put(known);
        } else {
            put(STATUS);
            text(Integer.toString(status));
        }
    }

    /** Appends a field; one that speaks of a connection of HTTP/1.1 is left out. */
    void add(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!FieldRules.isOfConnection(lower)) {
            put(0);
            text(lower);
            text(value);
        }
    }

    /** Appends field {@code index} of {@code headers}. */
    void add(Headers headers, int index) {
        add(headers.name(index), headers.value(index));
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void text(String text) {
        int count = text.length();
        if (count < PREFIX) {
            put(count);
        } else {
            put(PREFIX);
            int rest = count - PREFIX;
            while (rest > PREFIX) {
                put(rest & PREFIX | 0x80);
                rest >>>= 7;
            }
            put(rest);
        }
        reserve(count);
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(latin, 0, bytes, length, count);
        length += count;
    }

    private void put(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
