package sluice.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ordered list of HTTP header lines over one byte array: names keep their spelling, repeated names stay apart, and a
 * line that is passed on is copied, never decoded. Names are matched without regard to ASCII case (RFC 9110 §5.1).
 *
 * <p>Immutable and thread-safe, provided that the array given to {@link #over} is not written any more.
 */
public final class Headers {
    /** No headers. */
    public static final Headers EMPTY = new Headers(new byte[0], new int[0], 0);

    /** Integers that describe one line: name start, name end, value start, value end. */
    public static final int SPAN_INTS = 4;

    private static final int LINE_OVERHEAD_BYTES = 4;

    private final byte[] block;
    private final int[] spans;
    private final int size;

    private Headers(byte[] block, int[] spans, int size) {
        this.block = block;
        this.spans = spans;
        this.size = size;
    }

    /**
     * A view of header lines that a parser found in {@code block}.
     *
     * @param spans {@value #SPAN_INTS} offsets into {@code block} for each line: name start, name end, value start, value end
     * @param size number of lines
     */
    public static Headers over(byte[] block, int[] spans, int size) {
        return new Headers(block, spans, size);
    }

    /** Header lines from names and values in turn. */
    public static Headers of(String... namesAndValues) {
        Builder builder = builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build();
    }

    /** A new builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** Number of lines. */
    public int size() {
        return size;
    }

    /** The name of line {@code index} as it was spelled. */
    public String name(int index) {
        return text(index * SPAN_INTS);
    }

    /** The value of line {@code index}, without surrounding white space. */
    public String value(int index) {
        return text(index * SPAN_INTS + 2);
    }

    /** The first line called {@code name}, or -1. */
    public int find(String name) {
        return find(name, 0);
    }

    /** The first line at or after {@code from} called {@code name}, or -1. */
    public int find(String name, int from) {
        for (int i = from; i < size; i++) {
            if (nameIs(i, name)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether there is a line called {@code name}. */
    public boolean has(String name) {
        return find(name) >= 0;
    }

    /** The value of the first line called {@code name}. */
    public Optional<String> first(String name) {
        int index = find(name);
        return index < 0 ? Optional.empty() : Optional.of(value(index));
    }

    /** Whether the content that these headers are of is of a type, whatever its parameters are. */
    public boolean isOfType(String type) {
        int index = find("content-type");
        return index >= 0 && value(index).regionMatches(true, 0, type, 0, type.length());
    }

    /** Whether that content is a stream of server-sent events. */
    public boolean isEventStream() {
        return isOfType("text/event-stream");
    }

    /** Whether line {@code index} is called {@code name}. */
    public boolean nameIs(int index, String name) {
        int start = spans[index * SPAN_INTS];
        int length = spans[index * SPAN_INTS + 1] - start;
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(block[start + i]) != lower((byte) name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the name of line {@code index} begins with {@code prefix}, without regard to ASCII case. */
    public boolean nameStartsWith(int index, String prefix) {
        int start = spans[index * SPAN_INTS];
        if (spans[index * SPAN_INTS + 1] - start < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (lower(block[start + i]) != lower((byte) prefix.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the value of line {@code index} equals {@code value}, without regard to ASCII case. */
    public boolean valueIs(int index, String value) {
        int start = spans[index * SPAN_INTS + 2];
        int length = spans[index * SPAN_INTS + 3] - start;
        if (length != value.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(block[start + i]) != lower((byte) value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Length of the name of line {@code index}, in bytes. */
    public int nameBytes(int index) {
        return spans[index * SPAN_INTS + 1] - spans[index * SPAN_INTS];
    }

    /** Length of line {@code index} as {@link #copyLine} writes it, in bytes. */
    public int lineBytes(int index) {
        int at = index * SPAN_INTS;
        return spans[at + 1] - spans[at] + spans[at + 3] - spans[at + 2] + LINE_OVERHEAD_BYTES;
    }

    /** Writes line {@code index} as {@code name: value CRLF} to {@code target} from {@code at} on; returns the end. */
    public int copyLine(int index, byte[] target, int at) {
        int span = index * SPAN_INTS;
        int end = copy(spans[span], spans[span + 1], target, at);
        target[end++] = ':';
        target[end++] = ' ';
        end = copy(spans[span + 2], spans[span + 3], target, end);
        target[end++] = '\r';
        target[end++] = '\n';
        return end;
    }

    @Override
    public String toString() {
        StringBuilder names = new StringBuilder("Headers[");
        for (int i = 0; i < size; i++) {
            names.append(i == 0 ? "" : ", ").append(name(i));
        }
        return names.append(']').toString();
    }

    private int copy(int from, int to, byte[] target, int at) {
        System.arraycopy(block, from, target, at, to - from);
        return at + to - from;
    }

    private String text(int span) {
        return new String(block, spans[span], spans[span + 1] - spans[span], StandardCharsets.ISO_8859_1);
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    /** Collects lines. Confined to one thread. */
    public static final class Builder {
        private byte[] block = new byte[512];
        private int[] spans = new int[16 * SPAN_INTS];
        private int used;
        private int size;

        private Builder() {
        }

        /**
         * Adds a line.
         *
         * @throws IllegalArgumentException if the name or the value holds CR, LF or NUL, or the name is empty
         */
        public Builder add(String name, String value) {
            if (name.isEmpty() || unsafe(name) || unsafe(value)) {
                throw new IllegalArgumentException("header " + name + ": CR, LF, NUL or an empty name is not allowed");
            }
            int at = room();
            spans[at] = used;
            append(name.getBytes(StandardCharsets.ISO_8859_1));
            spans[at + 1] = used;
            spans[at + 2] = used;
            append(value.getBytes(StandardCharsets.ISO_8859_1));
            spans[at + 3] = used;
            return this;
        }

        /** Adds line {@code index} of {@code source} as it is. */
        public Builder add(Headers source, int index) {
            int from = index * SPAN_INTS;
            int at = room();
            for (int part = 0; part < SPAN_INTS; part += 2) {
                spans[at + part] = used;
                append(source.block, source.spans[from + part], source.spans[from + part + 1]);
                spans[at + part + 1] = used;
            }
            return this;
        }

        /** The lines so far. The builder must not be used after it. */
        public Headers build() {
            return new Headers(block, spans, size);
        }

        private int room() {
            int at = size++ * SPAN_INTS;
            if (at == spans.length) {
                spans = Arrays.copyOf(spans, spans.length * 2);
            }
            return at;
        }

        private void append(byte[] bytes) {
            append(bytes, 0, bytes.length);
        }

        private void append(byte[] bytes, int from, int to) {
            int length = to - from;
            if (used + length > block.length) {
                block = Arrays.copyOf(block, Math.max(block.length * 2, used + length));
            }
            System.arraycopy(bytes, from, block, used, length);
            used += length;
        }

        private static boolean unsafe(String text) {
            return text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0;
        }
    }
}
