package sluice.turns;

import java.io.IOException;
import java.util.Arrays;
import sluice.buffers.AnswerRoom;
import sluice.json.ByteSearch;

/**
 * A stream of server-sent events as messages: what stands behind {@code data:} of each event is one message, lines of several
 * joined by line feeds (WHATWG HTML §9.2.6). It comes in pieces that may end anywhere. Confined to one thread at a time.
 */
final class SseMessages implements AutoCloseable {
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final int FIRST_BYTES = 1024;
    private static final int KEEP_BYTES = 64 * 1024;
    private static final byte[] NOTHING = {};

    private final Sink sink;
    private final AnswerRoom.Part linePart;
    private final AnswerRoom.Part dataPart;
    /** The beginning of a line whose end has not come. */
    private byte[] line = NOTHING;
    private int lineBytes;
    /** The event's data so far, where it is not a single line that came whole. */
    private byte[] data = NOTHING;
    private int dataBytes;
    private boolean anyData;
    private boolean afterReturn;

    /** Takes messages. */
    @FunctionalInterface
    interface Sink {
        /** A message: {@code buffer[offset, offset + length)}, to be used or copied before this returns. */
        void message(byte[] buffer, int offset, int length) throws IOException;
    }

    /** An event that comes in pieces takes memory of {@code room} until it is whole. */
    SseMessages(Sink sink, AnswerRoom room) {
        this.sink = sink;
        linePart = room.part();
        dataPart = room.part();
    }

    /** No piece follows. */
    @Override
    public void close() {
        line = NOTHING;
        data = NOTHING;
        linePart.close();
        dataPart.close();
    }

    /** The next piece of the stream. */
    void accept(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (afterReturn && bytes[at] == '\n') {
                afterReturn = false;
                at++;
                continue;
            }
            int stop = ByteSearch.lineEnd(bytes, at, end);
            if (stop == end) {
                keep(bytes, at, end);
                return;
            }
            if (lineBytes == 0) {
                at = whole(bytes, at, stop, end);
            } else {
                keep(bytes, at, stop);
                endLine(line, 0, lineBytes);
                at = stop;
            }
            lineBytes = 0;
            if (line.length > KEEP_BYTES) {
                line = NOTHING;
                linePart.close();
            }
            afterReturn = bytes[at] == '\r';
            at++;
        }
    }

    /** A line that came whole; the usual event is one such line and a blank one, and goes on without a copy. Gives where it ends. */
    private int whole(byte[] bytes, int from, int stop, int end) throws IOException {
        boolean alone = !anyData && stop + 1 < end && bytes[stop] == '\n' && bytes[stop + 1] == '\n' && isData(bytes, from, stop);
        if (alone) {
            int value = value(bytes, from, stop);
            sink.message(bytes, value, stop - value);
            return stop + 1;
        }
        endLine(bytes, from, stop);
        return stop;
    }

    private void endLine(byte[] bytes, int from, int to) throws IOException {
        if (from == to) {
            if (anyData) {
                sink.message(data, 0, dataBytes);
            }
            anyData = false;
            dataBytes = 0;
            if (data.length > KEEP_BYTES) {
                data = NOTHING;
                dataPart.close();
            }
        } else if (isData(bytes, from, to)) {
            int value = value(bytes, from, to);
            data = room(dataPart, data, dataBytes, to - value + 1);
            if (anyData) {
                data[dataBytes++] = '\n';
            }
            System.arraycopy(bytes, value, data, dataBytes, to - value);
            dataBytes += to - value;
            anyData = true;
        }
    }

    private void keep(byte[] bytes, int from, int to) throws AnswerRoom.Exhausted {
        line = room(linePart, line, lineBytes, to - from);
        System.arraycopy(bytes, from, line, lineBytes, to - from);
        lineBytes += to - from;
    }

    private static boolean isData(byte[] bytes, int from, int to) {
        return to - from >= DATA.length && Arrays.equals(bytes, from, from + DATA.length, DATA, 0, DATA.length);
    }

    private static int value(byte[] bytes, int from, int to) {
        int at = from + DATA.length;
        return at < to && bytes[at] == ' ' ? at + 1 : at;
    }

    private static byte[] room(AnswerRoom.Part part, byte[] bytes, int used, int more) throws AnswerRoom.Exhausted {
        return used + more <= bytes.length ? bytes : part.longer(bytes, used, Math.max(used + more, FIRST_BYTES));
    }
}
