package sluice.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2Exception;
import io.helidon.http.http2.Http2HuffmanDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sluice.http1.FieldSyntax;

/**
 * What a client's header blocks refer to (HPACK, RFC 7541). Fields that are referred to a thousand times are the same object,
 * so that a small block cannot become large here. Confined to the connection's thread.
 */
final class HeaderTable {
    /** Bytes of the table, as the protocol begins; it is never offered more. */
    private static final int MAX_BYTES = 4096;
    /** RFC 7541 §4.1: what each entry counts beside its text. */
    private static final int ENTRY_BYTES = 32;
    private static final int RING = MAX_BYTES / ENTRY_BYTES;
    private static final int MAX_INTEGER_BITS = 28;
    private static final int MAX_FIELDS = FieldSyntax.MAX_FIELDS;
    /** A head so many times larger than it may be is no mistake. */
    private static final int HARMFUL = 4;

    /** One header field; text in ISO 8859-1. */
    record Field(String name, String value) { }

    /** Takes the fields of a block, in order. */
    @FunctionalInterface
    interface Sink {
        /** The next field. */
        void field(Field field) throws Http2Fault;
    }

    private final Http2HuffmanDecoder huffman = Http2HuffmanDecoder.create();
    private final Field[] ring = new Field[RING];
    private int newest;
    private int count;
    private int bytes;
    private int limitBytes = MAX_BYTES;
    private byte[] block;
    private int at;
    private int end;

    /**
     * Reads a whole block. It is read even if nobody wants it, or no longer, for later ones refer to it; but beyond the limit
     * nothing is done for a field that is not kept in the table.
     *
     * @param limit most that the fields may count (RFC 9113 §6.5.2) before the rest is only looked at
     * @return whether all fields were given to {@code sink}
     * @throws Http2Fault if the block is invalid, or counts so much that only harm can be meant
     */
    boolean read(byte[] source, int from, int to, int limit, Sink sink) throws Http2Fault {
        block = source;
        at = from;
        end = to;
        long listBytes = 0;
        int fields = 0;
        while (at < end) {
            int kind = block[at] & 0xFF;
            if (kind >= 0x20 && kind < 0x40) {
                if (fields > 0) {
                    throw fault("a table size behind a field");
                }
                resize(integer(5));
                continue;
            }
            boolean wanted = listBytes <= limit && fields < MAX_FIELDS;
            fields++;
            if (kind < 0x20 && !wanted) {
                listBytes += skipLiteral();
            } else {
                Field field = kind >= 0x80 ? entry(integer(7)) : literal(kind >= 0x40 ? 6 : 4);
                if (kind >= 0x40 && kind < 0x80) {
                    add(field);
                }
                listBytes += sizeOf(field);
                if (wanted) {
                    sink.field(field);
                }
            }
            if (listBytes > (long) limit * HARMFUL || fields > MAX_FIELDS * HARMFUL) {
                throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "a head that is far too large");
            }
        }
        return listBytes <= limit && fields <= MAX_FIELDS;
    }

    /** Passes a literal that nobody wants; what it counts at least. */
    private int skipLiteral() throws Http2Fault {
        int bytes = ENTRY_BYTES;
        if (integer(4) == 0) {
            bytes += skipText();
        }
        return bytes + skipText();
    }

    private int skipText() throws Http2Fault {
        int length = integer(7);
        if (length > end - at) {
            throw fault("a block that ends within a field");
        }
        at += length;
        return length;
    }

    private Field literal(int prefixBits) throws Http2Fault {
        int index = integer(prefixBits);
        String name = index == 0 ? text() : entry(index).name();
        return new Field(name, text());
    }

    private Field entry(int index) throws Http2Fault {
        if (index >= 1 && index <= StaticTable.SIZE) {
            return StaticTable.field(index);
        }
        int age = index - StaticTable.SIZE - 1;
        if (age < 0 || age >= count) {
            throw fault("an index beyond the table");
        }
        return ring[Math.floorMod(newest - age, RING)];
    }

    private void add(Field field) {
        int size = sizeOf(field);
        evict(limitBytes - size);
        if (size <= limitBytes) {
            newest = (newest + 1) % RING;
            ring[newest] = field;
            count++;
            bytes += size;
        }
    }

    private void resize(int size) throws Http2Fault {
        if (size > MAX_BYTES) {
            throw fault("a table larger than it may be");
        }
        limitBytes = size;
        evict(size);
    }

    private void evict(int room) {
        while (count > 0 && bytes > room) {
            count--;
            bytes -= sizeOf(ring[Math.floorMod(newest - count, RING)]);
        }
    }

    private static int sizeOf(Field field) {
        return field.name().length() + field.value().length() + ENTRY_BYTES;
    }

    private int integer(int prefixBits) throws Http2Fault {
        int mask = (1 << prefixBits) - 1;
        int value = next() & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift < MAX_INTEGER_BITS; shift += 7) {
            int more = next();
            value += (more & 0x7F) << shift;
            if (more < 0x80) {
                if (value < 0) {
                    break;
                }
                return value;
            }
        }
        throw fault("a number that is too large");
    }

    private int next() throws Http2Fault {
        if (at == end) {
            throw fault("a block that ends within a field");
        }
        return block[at++] & 0xFF;
    }

    private String text() throws Http2Fault {
        boolean coded = at < end && block[at] < 0;
        int length = integer(7);
        if (length > end - at) {
            throw fault("a block that ends within a field");
        }
        int from = at;
        at += length;
        return coded ? decoded(from, length).orElseThrow(() -> fault("a Huffman code that is none"))
                : new String(block, from, length, StandardCharsets.ISO_8859_1);
    }

    private Optional<String> decoded(int from, int length) {
        try {
            return Optional.of(huffman.decodeString(BufferData.create(block, from, length), length));
        } catch (Http2Exception e) {
            return Optional.empty();
        }
    }

    private static Http2Fault fault(String what) {
        return new Http2Fault(Http2Fault.COMPRESSION, what);
    }
}
