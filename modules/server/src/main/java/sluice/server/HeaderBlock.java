package sluice.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

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
    private static final Map<String, Integer> KNOWN =
            Map.of("200", 0x88, "204", 0x89, "304", 0x8B, "400", 0x8C, "404", 0x8D, "500", 0x8E);
    private static final int PREFIX = 0x7F;

    private byte[] bytes = new byte[512];
    private int length;

    HeaderBlock(String status) {
        put(NO_TABLE);
        Integer known = KNOWN.get(status);
        if (known != null) {
            put(known);
        } else {
            put(STATUS);
            text(status);
        }
    }

    /** Appends a field; its name is in lower case. */
    void add(String name, String value) {
        put(0);
        text(name);
        text(value);
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void text(String text) {
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        if (latin.length < PREFIX) {
            put(latin.length);
        } else {
            put(PREFIX);
            int rest = latin.length - PREFIX;
            while (rest > PREFIX) {
                put(rest & PREFIX | 0x80);
                rest >>>= 7;
            }
            put(rest);
        }
        reserve(latin.length);
        System.arraycopy(latin, 0, bytes, length, latin.length);
        length += latin.length;
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
