package sluice.sse;

import sluice.json.ByteSearch;

/**
 * Finds the frames of an event stream (WHATWG HTML §9.2.6) in a buffer, going on where it stopped: lines that end in LF, CR or
 * CRLF, frames that end in a blank line. Only notes places. A CR is taken as the end of a line at once, for the LF that may
 * follow is not worth a wait; it then opens the next frame and counts for nothing. Confined to one thread.
 */
final class FrameScanner {
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};
    private static final int BOM_BYTES = 3;

    private int at;
    private int lineFrom;
    private boolean lfMayFollow;
    private boolean firstLine = true;
    private boolean startsAfterCr;
    private boolean startsStream = true;

    private int start;
    private int end;
    private int typeFrom;
    private int typeTo;
    private int dataFrom;
    private int dataTo;
    private int dataLines;

    /** First byte of the frame that was found, or is being read. */
    int start() {
        return start;
    }

    /** Behind the blank line of the frame that was found. */
    int end() {
        return end;
    }

    /** The value of the last {@code event} line. */
    int typeFrom() {
        return typeFrom;
    }

    /** Equal to {@link #typeFrom} if there is no {@code event} line. */
    int typeTo() {
        return typeTo;
    }

    /** The value of the first {@code data} line. */
    int dataFrom() {
        return dataFrom;
    }

    int dataTo() {
        return dataTo;
    }

    /** Without any, a frame is no event. */
    int dataLines() {
        return dataLines;
    }

    /** Whether a LF at {@link #start} belongs to the frame before. */
    boolean startsAfterCr() {
        return startsAfterCr;
    }

    /** Whether a byte order mark may stand at {@link #start}. */
    boolean startsStream() {
        return startsStream;
    }

    /** Whether a frame ends before {@code limit}; its places hold until the next call. */
    boolean next(byte[] b, int limit) {
        if (end > start) {
            startsStream = false;
            begin(end);
        }
        while (at < limit) {
            if (lfMayFollow) {
                lfMayFollow = false;
                if (b[at] == '\n') {
                    lineFrom = ++at;
                    continue;
                }
            }
            int lineTo = ByteSearch.lineEnd(b, at, limit);
            if (lineTo == limit) {
                at = limit;
                return false;
            }
            at = lineTo + 1;
            if (b[lineTo] == '\r') {
                if (at == limit) {
                    lfMayFollow = true;
                } else if (b[at] == '\n') {
                    at++;
                }
            }
            int from = lineStart(b, lineFrom, lineTo);
            lineFrom = at;
            if (from == lineTo) {
                end = at;
                return true;
            }
            note(b, from, lineTo);
        }
        return false;
    }

    /** The content was moved by {@code distance} bytes. */
    void moved(int distance) {
        at += distance;
        lineFrom += distance;
        start += distance;
        end += distance;
        typeFrom += distance;
        typeTo += distance;
        dataFrom += distance;
        dataTo += distance;
    }

    /** Bytes inside the frame's only line of data were replaced; what follows has moved by {@code distance}. */
    void grown(int distance) {
        at += distance;
        lineFrom += distance;
        end += distance;
        dataTo += distance;
    }

    /** Another reader took the rest of the frame, which ended before {@code from}. */
    void resume(int from, boolean afterCr) {
        lfMayFollow = afterCr;
        firstLine = false;
        startsStream = false;
        begin(from);
        at = from;
        lineFrom = from;
    }

    /** Where the value begins if the line is one of {@code data}, or -1. */
    static int dataValue(byte[] b, int from, int to) {
        return value(b, from, to, DATA);
    }

    /** Where the value begins if the line is one of {@code event}, or -1. */
    static int typeValue(byte[] b, int from, int to) {
        return value(b, from, to, EVENT);
    }

    /** Where a line begins: behind the byte order mark, if it is the stream's first and has one. */
    private int lineStart(byte[] b, int from, int to) {
        if (!firstLine) {
            return from;
        }
        firstLine = false;
        boolean marked = to - from >= BOM_BYTES && b[from] == (byte) 0xEF && b[from + 1] == (byte) 0xBB
                && b[from + 2] == (byte) 0xBF;
        return marked ? from + BOM_BYTES : from;
    }

    private void begin(int from) {
        startsAfterCr = lfMayFollow;
        start = from;
        end = from;
        typeFrom = from;
        typeTo = from;
        dataFrom = from;
        dataTo = from;
        dataLines = 0;
    }

    private void note(byte[] b, int from, int to) {
        if (b[from] == 'd') {
            int value = dataValue(b, from, to);
            if (value >= 0 && dataLines++ == 0) {
                dataFrom = value;
                dataTo = to;
            }
        } else if (b[from] == 'e') {
            int value = typeValue(b, from, to);
            if (value >= 0) {
                typeFrom = value;
                typeTo = to;
            }
        }
    }

    private static int value(byte[] b, int from, int to, byte[] field) {
        int colon = from + field.length;
        if (colon > to || !ByteSearch.matches(b, from, field)) {
            return -1;
        }
        if (colon == to) {
            return to;
        }
        if (b[colon] != ':') {
            return -1;
        }
        return colon + 1 < to && b[colon + 1] == ' ' ? colon + 2 : colon + 1;
    }
}
