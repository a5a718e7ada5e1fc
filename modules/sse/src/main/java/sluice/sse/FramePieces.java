package sluice.sse;

import sluice.json.ByteSearch;
import sluice.responses.EventType;

/**
 * Reads one frame whose bytes do not fit into the buffer, piece by piece: gives the runs of bytes that are data. Knows the
 * kind of a line before the line has ended. Confined to one thread.
 */
final class FramePieces {
    /** What {@link #next} found. */
    enum Found { DATA, DATA_END, FRAME_END, MORE }

    /** A line's kind shows within this many bytes: a byte order mark, {@code event: }, and one more. */
    private static final int LINE_HEAD_BYTES = 12;
    private static final int MAX_TYPE_BYTES = 64;

    private enum Line { START, DATA, TYPE, OTHER }

    private final byte[] type = new byte[MAX_TYPE_BYTES];
    private Line line = Line.START;
    private boolean firstLine;
    private boolean lfMayFollow;
    private int at;
    private int dataFrom;
    private int dataTo;
    private int typeBytes;
    private boolean dataSeen;
    private boolean blank;

    /** Begins a frame, or the rest of one, with a line that starts at {@code from}. */
    void begin(int from, boolean streamStarts, boolean afterCr) {
        at = from;
        line = Line.START;
        firstLine = streamStarts;
        lfMayFollow = afterCr;
        typeBytes = 0;
        dataSeen = false;
        blank = false;
    }

    /** Everything before this place was read. */
    int at() {
        return at;
    }

    int dataFrom() {
        return dataFrom;
    }

    int dataTo() {
        return dataTo;
    }

    /** Whether a LF at {@link #at} would belong to the line before. */
    boolean lfMayFollow() {
        return lfMayFollow;
    }

    /** Whether the frame has data so far; without, it is no event. */
    boolean dataSeen() {
        return dataSeen;
    }

    /** By the {@code event} line. */
    EventType type() {
        return typeBytes == 0 ? EventType.UNKNOWN : EventType.of(type, 0, typeBytes);
    }

    /** The content was moved by {@code distance} bytes. */
    void moved(int distance) {
        at += distance;
        dataFrom += distance;
        dataTo += distance;
    }

    /**
     * Goes on: {@code DATA} is a run {@code [dataFrom, dataTo)}, {@code DATA_END} the end of a line of data.
     *
     * @return {@code MORE} if more bytes are needed; those from {@link #at} on must be given again
     */
    Found next(byte[] b, int limit) {
        while (at < limit) {
            if (lfMayFollow) {
                lfMayFollow = false;
                if (b[at] == '\n') {
                    at++;
                    continue;
                }
            }
            if (line == Line.START) {
                if (!openLine(b, limit)) {
                    return Found.MORE;
                }
                continue;
            }
            int end = ByteSearch.lineEnd(b, at, limit);
            if (end > at) {
                int from = at;
                at = end;
                if (line == Line.DATA) {
                    dataFrom = from;
                    dataTo = end;
                    return Found.DATA;
                }
                if (line == Line.TYPE) {
                    appendType(b, from, end);
                }
                continue;
            }
            boolean data = line == Line.DATA;
            endLine(b, limit);
            if (data) {
                return Found.DATA_END;
            }
            if (blank) {
                blank = false;
                return Found.FRAME_END;
            }
        }
        return Found.MORE;
    }

    /** Finds the kind of the line that starts here; false if that does not show yet. */
    private boolean openLine(byte[] b, int limit) {
        int end = ByteSearch.lineEnd(b, at, Math.min(limit, at + LINE_HEAD_BYTES));
        boolean whole = end < limit && (b[end] == '\n' || b[end] == '\r');
        if (!whole && limit - at < LINE_HEAD_BYTES) {
            return false;
        }
        int from = at;
        if (firstLine) {
            firstLine = false;
            if (end - at >= 3 && b[at] == (byte) 0xEF && b[at + 1] == (byte) 0xBB && b[at + 2] == (byte) 0xBF) {
                from = at + 3;
            }
        }
        int dataValue = FrameScanner.dataValue(b, from, end);
        int typeValue = FrameScanner.typeValue(b, from, end);
        if (dataValue >= 0) {
            line = Line.DATA;
            dataSeen = true;
            at = dataValue;
        } else if (typeValue >= 0) {
            line = Line.TYPE;
            typeBytes = 0;
            at = typeValue;
        } else {
            blank = whole && end == from;
            line = Line.OTHER;
            at = end;
        }
        return true;
    }

    private void endLine(byte[] b, int limit) {
        boolean cr = b[at++] == '\r';
        if (cr) {
            if (at == limit) {
                lfMayFollow = true;
            } else if (b[at] == '\n') {
                at++;
            }
        }
        line = Line.START;
    }

    private void appendType(byte[] b, int from, int to) {
        int length = Math.min(to - from, MAX_TYPE_BYTES - typeBytes);
        System.arraycopy(b, from, type, typeBytes, length);
        typeBytes += length;
    }
}
