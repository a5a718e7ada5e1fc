package sluice.sse;

import java.io.IOException;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.buffers.AnswerRoom;
import sluice.buffers.ArrayShelf;
import sluice.relay.HoldBack;
import sluice.responses.ModelGate;

/**
 * The one buffer of a stream: {@code [written, boundary)} are whole events that wait to be written, {@code [boundary, limit)} the
 * event that is being read. Written bytes stay until room is needed, so that the last event can still be asked for its number.
 * It begins small, grows while the source is faster than it, and shrinks again: most streams wait most of the time. Confined to
 * the stream's thread.
 */
final class RelayBuffer {
    private static final byte[] NOTHING = {};
    /** With less, a line's head and a model's name might not fit. */
    private static final int MIN_BYTES = 64;
    /** Room for a few events of the usual size; thousands of streams hold this while they wait. */
    private static final int CALM_BYTES = 1024;
    /** By how much it grows. */
    private static final int GROWTH = 4;
    /** After so many waits, with little read between them, what it has grown is given up. */
    private static final int CALM_WAITS = 16;

    /** The bytes themselves; another array after each change of size, and longer than what is read. */
    byte[] bytes;
    int written;
    int boundary;
    int limit;

    /** Bytes are read up to here; behind it a restored model's name may grow. */
    private int readEnd;
    private final int leastReadEnd;
    private final int mostReadEnd;
    private final int spare;
    private long bytesInAtWait;
    private int calmWaits;
    private final AnswerRoom.Part part;

    RelayBuffer(RelayOptions options, ModelGate model, AnswerRoom room) {
        part = room.part();
        int needed = MIN_BYTES + (model.active() ? model.maxLiteralBytes() : 0);
        mostReadEnd = Math.max(options.room().bufferBytes(), needed);
        leastReadEnd = Math.min(mostReadEnd, Math.max(CALM_BYTES, needed));
        readEnd = leastReadEnd;
        spare = model.active() ? 2 * model.clientLiteral().length : 0;
        bytes = ArrayShelf.shared().take(readEnd + spare);
    }

    /** Reads what fits; -1 at the announced end. */
    int read(ByteSource source, HoldBack hold) throws IOException {
        int count = hold.read(source, bytes, limit, readEnd - limit);
        limit += Math.max(0, count);
        return count;
    }

    boolean holdsWholeEvents() {
        return boundary > written;
    }

    boolean isFull() {
        return limit >= readEnd;
    }

    /** Whether a read into what is left is not worth its call. */
    boolean isAlmostFull() {
        return readEnd - limit < readEnd / 4;
    }

    /** Whether so much is short enough to be kept beside what is still to come. */
    boolean isShort(int length) {
        return length <= readEnd / 2;
    }

    /** Makes it larger; false if it is as large as it may be, or as there is memory for. */
    boolean grow() {
        if (readEnd == mostReadEnd) {
            return false;
        }
        int larger = Math.min(mostReadEnd, readEnd * GROWTH);
        if (!part.holdIfPlenty(larger)) {
            return false;
        }
        resize(larger);
        return true;
    }

    /** The stream is about to wait, after {@code bytesIn} bytes; whether what was grown is of no use any more. */
    boolean isCalm(long bytesIn) {
        if (readEnd == leastReadEnd) {
            return false;
        }
        calmWaits = bytesIn - bytesInAtWait < leastReadEnd / 2 ? calmWaits + 1 : 0;
        bytesInAtWait = bytesIn;
        return calmWaits >= CALM_WAITS;
    }

    /** Makes it small again, if what is in it leaves room. */
    void shrink() {
        if (limit <= leastReadEnd / 2) {
            calmWaits = 0;
            resize(leastReadEnd);
            part.close();
        }
    }

    /** Puts other bytes in place of {@code [from, to)}; returns by how much what follows has moved. */
    int replace(int from, int to, byte[] with) {
        int growth = with.length - (to - from);
        if (limit + growth > bytes.length) {
            bytes = ArrayShelf.shared().longer(bytes, limit, limit + growth + bytes.length / 2);
        }
        System.arraycopy(bytes, to, bytes, to + growth, limit - to);
        System.arraycopy(with, 0, bytes, from, with.length);
        limit += growth;
        return growth;
    }

    /** Nothing before {@code to} is written any more. */
    void skip(int to) {
        written = to;
        boundary = to;
    }

    /** Gives up what stands before {@code base}: all places move by it. */
    void drop(int base) {
        System.arraycopy(bytes, base, bytes, 0, limit - base);
        written -= base;
        boundary -= base;
        limit -= base;
    }

    /** Nothing is read or written any more: gives up the memory. */
    void release() {
        ArrayShelf.shared().giveBack(bytes);
        bytes = NOTHING;
        part.close();
    }

    private void resize(int size) {
        readEnd = size;
        bytes = ArrayShelf.shared().longer(bytes, limit, size + spare);
    }
}
