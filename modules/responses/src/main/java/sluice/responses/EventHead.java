package sluice.responses;

import java.util.Arrays;

/**
 * The types of a stream's events by {@linkplain EventType#ofHead their first bytes}. Events of one type come in long rows: one that
 * begins as the one before is of its type, which a single comparison tells. Confined to one thread.
 */
public final class EventHead {
    /** A head that is longer is looked at each time. */
    private static final int MAX_BYTES = 96;

    private byte[] last = new byte[MAX_BYTES / 2];
    private int bytes;
    private EventType type = EventType.UNKNOWN;

    /** The type of the event whose JSON is {@code [from, to)}; {@code UNKNOWN} if {@code type} is not its first member. */
    public EventType of(byte[] json, int from, int to) {
        if (bytes > 0 && bytes <= to - from && Arrays.equals(json, from, from + bytes, last, 0, bytes)) {
            return type;
        }
        EventType found = EventType.ofHead(json, from, to);
        if (found != EventType.UNKNOWN) {
            remember(json, from, to, found);
        }
        return found;
    }

    /** Keeps the head up to the quotation mark behind the type, which is the fourth one. */
    private void remember(byte[] json, int from, int to, EventType found) {
        int end = from;
        int marks = 0;
        while (marks < 4 && end < to && end - from < MAX_BYTES) {
            marks += json[end++] == '"' ? 1 : 0;
        }
        bytes = marks == 4 ? end - from : 0;
        last = bytes > last.length ? new byte[MAX_BYTES] : last;
        System.arraycopy(json, from, last, 0, bytes);
        type = found;
    }
}
