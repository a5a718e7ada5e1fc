package sluice.wspool;

import sluice.buffers.AnswerRoom;
import sluice.json.JsonMembers;

/** Messages as the bytes of server-sent events, in one array that grows with what waits. Guarded by the lock of its mailbox. */
final class EventBytes {
    private static final int FIRST_BYTES = 4 * 1024;

    private final AnswerRoom.Part part;
    private byte[] buffer = new byte[FIRST_BYTES];
    private int start;
    private int end;

    /** None yet; what waits takes memory of {@code room}. */
    EventBytes(AnswerRoom room) {
        part = room.part();
    }

    /** How many wait. */
    int bytes() {
        return end - start;
    }

    boolean isEmpty() {
        return start == end;
    }

    /** Moves up to {@code length} bytes to {@code target}; returns how many. */
    int take(byte[] target, int offset, int length) {
        int count = Math.min(length, end - start);
        System.arraycopy(buffer, start, target, offset, count);
        start += count;
        if (start == end) {
            drop();
        }
        return count;
    }

    /** Nobody wants what waits. */
    void drop() {
        start = 0;
        end = 0;
        if (buffer.length > AnswerRoom.FREE_BYTES) {
            buffer = new byte[FIRST_BYTES];
            part.close();
        }
    }

    /**
     * Adds {@code event: TYPE}, {@code data: JSON} and a blank line.
     *
     * @param type stands at the message's type
     * @param typed whether it has one
     */
    void add(byte[] source, int offset, int length, JsonMembers type, boolean typed) throws AnswerRoom.Exhausted {
        int name = typed ? type.valueTo() - type.valueFrom() - 2 : 0;
        reserve(length + name + 32);
        if (typed) {
            ascii("event: ");
            bytes(source, type.valueFrom() + 1, name);
            ascii("\n");
        }
        ascii("data: ");
        int from = end;
        bytes(source, offset, length);
        // A line break in JSON is white space; in SSE it would end the line.
        for (int i = from; i < end; i++) {
            if (buffer[i] == '\n' || buffer[i] == '\r') {
                buffer[i] = ' ';
            }
        }
        ascii("\n\n");
    }

    private void reserve(int more) throws AnswerRoom.Exhausted {
        if (end + more > buffer.length) {
            int used = end - start;
            System.arraycopy(buffer, start, buffer, 0, used);
            start = 0;
            end = used;
            if (used + more > buffer.length) {
                buffer = part.longer(buffer, used, used + more);
            }
        }
    }

    private void ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            buffer[end++] = (byte) text.charAt(i);
        }
    }

    private void bytes(byte[] source, int offset, int length) {
        System.arraycopy(source, offset, buffer, end, length);
        end += length;
    }
}
