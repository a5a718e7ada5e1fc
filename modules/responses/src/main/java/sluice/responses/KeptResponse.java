package sluice.responses;

import java.util.Arrays;
import sluice.json.ByteSearch;

/**
 * The response object of a stream, kept in small while its bytes pass, so that an end which the gateway must make itself has the
 * members that the stream's own end would have had. Clients send instructions and tools of many kilobytes, and upstreams repeat
 * them in the object: a member that is large becomes an empty one of its kind. Confined to one thread.
 */
public final class KeptResponse {
    /** More of one member is not kept: thousands of streams may wait, each with one of these. */
    static final int MAX_MEMBER_BYTES = 1024;
    /** More of the whole object is not kept; OpenAI's has about thirty members. */
    static final int MAX_BYTES = 8 * 1024;
    private static final int FIRST_BYTES = 512;

    private byte[] kept = new byte[0];
    private int bytes;
    private int depth;
    private boolean inString;
    private boolean escaped;
    /** Where the value of the member begins that is being read; -1 before it. */
    private int valueFrom = -1;
    private boolean beforeValue;
    private boolean dropping;
    private boolean broken;
    private boolean complete;

    /** A new object begins, and the old one is forgotten. */
    public void begin() {
        kept = kept.length == 0 ? new byte[FIRST_BYTES] : kept;
        bytes = 0;
        depth = 0;
        inString = false;
        escaped = false;
        valueFrom = -1;
        beforeValue = false;
        dropping = false;
        broken = false;
        complete = false;
    }

    /** The next bytes of the object; the last one is its closing bracket. */
    public void add(byte[] b, int from, int to) {
        int at = from;
        while (at < to && !broken && !complete) {
            at = inString ? string(b, at, to) : structure(b, at);
        }
    }

    /** Whether there is a whole object. */
    public boolean isComplete() {
        return complete && !broken;
    }

    /** The object, if it is complete. */
    public byte[] json() {
        return Arrays.copyOf(kept, bytes);
    }

    private int string(byte[] b, int from, int to) {
        int end = escaped ? from : ByteSearch.quoteOrBackslash(b, from, to);
        if (end == to) {
            keep(b, from, to);
            return to;
        }
        keep(b, from, end + 1);
        inString = escaped || b[end] != '"';
        escaped = !escaped && b[end] == '\\';
        return end + 1;
    }

    private int structure(byte[] b, int at) {
        byte c = b[at];
        boolean space = ByteSearch.isSpace(c);
        if (beforeValue && !space) {
            beforeValue = false;
            valueFrom = bytes;
        }
        if (depth == 1 && (c == ',' || c == '}')) {
            valueFrom = -1;
            dropping = false;
        }
        switch (c) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            case ':' -> beforeValue = depth == 1;
            default -> { }
        }
        if (!space) {
            keep(b, at, at + 1);
        }
        complete = depth == 0;
        return at + 1;
    }

    private void keep(byte[] b, int from, int to) {
        if (dropping) {
            return;
        }
        int length = to - from;
        if (valueFrom >= 0 && bytes + length - valueFrom > MAX_MEMBER_BYTES) {
            drop();
            return;
        }
        if (bytes + length > MAX_BYTES) {
            broken = true;
            return;
        }
        if (bytes + length > kept.length) {
            kept = Arrays.copyOf(kept, Math.min(MAX_BYTES, Math.max(kept.length * 2, bytes + length)));
        }
        System.arraycopy(b, from, kept, bytes, length);
        bytes += length;
    }

    /** The value that is being read is too large: an empty one takes its place, and the rest of it is passed over. */
    private void drop() {
        byte[] empty = switch (kept[valueFrom]) {
            case '{' -> new byte[] {'{', '}'};
            case '[' -> new byte[] {'[', ']'};
            default -> new byte[] {'n', 'u', 'l', 'l'};
        };
        bytes = valueFrom;
        valueFrom = -1;
        keep(empty, 0, empty.length);
        dropping = true;
    }
}
