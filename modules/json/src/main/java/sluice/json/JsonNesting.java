package sluice.json;

/**
 * Follows JSON in pieces of any size by its strings and brackets alone: whether a byte stands in a string, and how deep. It trusts the
 * JSON to be valid. Makes no garbage. Confined to one thread.
 */
public final class JsonNesting {
    private int depth;
    private boolean inString;
    private boolean escaped;

    /** Begins anew, outside of strings, with so many brackets open. */
    public void begin(int open) {
        depth = open;
        inString = false;
        escaped = false;
    }

    /** Brackets that are open. */
    public int depth() {
        return depth;
    }

    /** Whether the next byte belongs to a string that has begun. */
    public boolean inString() {
        return inString;
    }

    /**
     * Passes one byte, or the rest of a string as far as it is there.
     *
     * @return the index behind it
     */
    public int pass(byte[] b, int from, int to) {
        if (inString) {
            return string(b, from, to);
        }
        inString = b[from] == '"';
        depth += deeper(b[from]);
        return from + 1;
    }

    private static int deeper(byte b) {
        return switch (b) {
            case '{', '[' -> 1;
            case '}', ']' -> -1;
            default -> 0;
        };
    }

    /**
     * Passes all up to the end of the outermost bracket: {@link #depth} is 0 behind it.
     *
     * @return the index behind it, or {@code to}
     */
    public int leave(byte[] b, int from, int to) {
        int at = inString ? string(b, from, to) : from;
        int open = depth;
        while (at < to && open > 0) {
            byte next = b[at++];
            if (next == '"') {
                at = string(b, at, to);
            } else {
                open += deeper(next);
            }
        }
        depth = open;
        return at;
    }

    private int string(byte[] b, int from, int to) {
        int at = ByteSearch.quoteOrBackslash(b, escaped ? from + 1 : from, to);
        while (at + 1 < to && b[at] == '\\') {
            at = ByteSearch.quoteOrBackslash(b, at + 2, to);
        }
        escaped = at < to && b[at] == '\\';
        inString = at == to || escaped;
        return Math.min(at + 1, to);
    }
}
