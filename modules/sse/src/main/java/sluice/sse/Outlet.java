package sluice.sse;

import java.util.Arrays;
import sluice.api.ClientSink;
import sluice.buffers.AnswerRoom;
import sluice.relay.HoldBack;

/**
 * Writes to the client, and knows what has gone there. Begins closed: bytes are held back until {@link #open}, until there are
 * too many of them, or, with {@code first-output}, until they have waited long enough: see {@link HoldBack}, which says who may
 * touch this. Confined to the stream's thread otherwise.
 */
final class Outlet {
    private enum State { HOLDING, OPEN, CLOSED }

    private static final byte[] NOTHING = {};

    private final ClientSink sink;
    private final HoldBack hold = new HoldBack(this::release);
    private int holdBytes;
    private State state = State.HOLDING;
    private byte[] held = NOTHING;
    private final AnswerRoom.Part part;
    private int heldBytes;
    /** How many of the held bytes end with a whole event. */
    private int heldBoundary;
    private boolean sent;
    private boolean atBoundary = true;
    private long writes;
    private long bytes;

    /** Holds up to {@code holdBytes}, as far as there is memory in {@code room}, until it is opened. */
    Outlet(ClientSink sink, int holdBytes, AnswerRoom room) {
        part = room.part();
        this.sink = sink;
        this.holdBytes = holdBytes;
    }

    /** Who may touch what is held: the stream's thread reads by it. */
    HoldBack hold() {
        return hold;
    }

    /** Whether nothing has gone to the client; if so, nothing ever will. */
    boolean closeUnsent() {
        if (!sent) {
            close();
        }
        return !sent;
    }

    /** Nothing goes to the client from now on. */
    void close() {
        state = State.CLOSED;
        hold.open();
        dropHeld();
    }

    /** Holds nothing back from now on; what is held goes out with the next bytes. */
    void open() {
        if (state == State.HOLDING) {
            state = State.OPEN;
            hold.open();
        }
    }

    /** Writes what is held, if anything is, and holds nothing back from now on. */
    void letGo() throws ClientSink.Gone {
        open();
        if (heldBytes > 0) {
            emit(NOTHING, 0, 0, true);
        }
    }

    /** Lets so many more bytes be held. */
    void holdMore(int bytes) {
        holdBytes = heldBytes + bytes;
    }

    /** Whether so many bytes can be taken without writing any. */
    boolean hasRoom(int bytes) {
        return state == State.HOLDING && heldBytes + bytes <= holdBytes;
    }

    /** Whether bytes are being held back. */
    boolean holding() {
        return state == State.HOLDING;
    }

    /** Whether the client stands between two events; what is held does not count. */
    boolean atBoundary() {
        return atBoundary;
    }

    long writes() {
        return writes;
    }

    long bytes() {
        return bytes;
    }

    /** Forgets what is held, so that the client stands where {@link #atBoundary} says. */
    void dropHeld() {
        held = NOTHING;
        part.close();
        heldBytes = 0;
        heldBoundary = 0;
    }

    /** Sends or holds {@code b[from, to)}; {@code boundary}: whether the stream stands between two events after it. */
    void emit(byte[] b, int from, int to, boolean boundary) throws ClientSink.Gone {
        if (state == State.HOLDING && (heldBytes + to - from > holdBytes || !part.holdIfPlenty(lengthFor(to - from)))) {
            open();
        }
        switch (state) {
            case HOLDING -> keep(b, from, to, boundary);
            case OPEN -> {
                hold.check();
                if (heldBytes == 0) {
                    write(b, from, to - from, boundary);
                } else {
                    // one write for both, for one call is one packet
                    keep(b, from, to, boundary);
                    byte[] all = held;
                    int length = heldBytes;
                    dropHeld();
                    write(all, 0, length, boundary);
                }
            }
            case CLOSED -> { }
        }
    }

    /** Writes the whole events that were held for too long, while the stream's thread waits for more. */
    private void release() throws ClientSink.Gone {
        state = State.OPEN;
        if (heldBoundary > 0) {
            int rest = heldBytes - heldBoundary;
            write(held, 0, heldBoundary, true);
            System.arraycopy(held, heldBoundary, held, 0, rest);
            heldBytes = rest;
            heldBoundary = 0;
        }
    }

    private void keep(byte[] b, int from, int to, boolean boundary) {
        int length = to - from;
        if (heldBytes + length > held.length) {
            held = Arrays.copyOf(held, lengthFor(length));
        }
        System.arraycopy(b, from, held, heldBytes, length);
        heldBytes += length;
        if (boundary) {
            heldBoundary = heldBytes;
        }
    }

    private int lengthFor(int more) {
        return heldBytes + more <= held.length ? held.length : Math.max(heldBytes + more, held.length * 2);
    }

    private void write(byte[] b, int from, int length, boolean boundary) throws ClientSink.Gone {
        sent = true;
        atBoundary = boundary;
        writes++;
        bytes += length;
        sink.write(b, from, length, boundary);
    }
}
