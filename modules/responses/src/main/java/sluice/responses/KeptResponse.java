package sluice.responses;

import java.util.Arrays;
import sluice.json.ByteSearch;
import sluice.json.JsonNesting;

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

    private final JsonNesting nesting = new JsonNesting();
    private byte[] kept = new byte[0];
    private int bytes;
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
        nesting.begin(0);
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
            boolean space = false;
            if (!nesting.inString()) {
                space = ByteSearch.isSpace(b[at]);
                outside(b[at], space);
            }
            int end = nesting.pass(b, at, to);
            if (!space) {
                keep(b, at, end);
            }
            complete = nesting.depth() == 0;
            at = end;
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

    /** A byte that stands in no string: a member's value may begin or end with it. */
    private void outside(byte c, boolean space) {
        if (beforeValue && !space) {
            beforeValue = false;
            valueFrom = bytes;
        }
        if (nesting.depth() == 1) {
            if (c == ',' || c == '}') {
                valueFrom = -1;
                dropping = false;
            }
            beforeValue |= c == ':';
        }
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
