package sluice.sse;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.ClientSink;
import sluice.buffers.AnswerRoom;

/**
 * Writes to the client, and knows what has gone there. Begins closed: with {@code first-output}, bytes are held
 * back until {@link #open}, until there are too many of them, or until the sweeper says that they have waited long enough.
 *
 * <p>The last case is why there is a lock, for the stream's thread then waits in a read: a virtual thread, started once,
 * writes what is held. The lock guards everything here until the stream's thread has seen that the outlet is open; from then
 * on that thread alone writes, without the lock. It is the only lock of a stream; nothing else is locked under it but what
 * the sink locks. A stream's thread that meets the lock waits as long as the client is slow, which is what it would do anyway.
 */
final class Outlet {
    private enum State { HOLDING, OPEN, CLOSED }

    private static final byte[] NOTHING = {};

    private final ClientSink sink;
    private int holdBytes;
    private final ReentrantLock lock = new ReentrantLock();

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
    private ClientSink.Gone lost;
    /** Confined to the stream's thread. */
    private boolean alone;

    /** Holds up to {@code holdBytes}, as far as there is memory in {@code room}, until it is opened. */
    Outlet(ClientSink sink, int holdBytes, AnswerRoom room) {
        part = room.part();
        this.sink = sink;
        this.holdBytes = holdBytes;
    }

    /** Whether nothing has gone to the client; if so, nothing ever will. */
    boolean closeUnsent() {
        lock.lock();
        try {
            if (!sent) {
                state = State.CLOSED;
                drop();
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing goes to the client from now on. */
    void close() {
        lock.lock();
        try {
            state = State.CLOSED;
            drop();
        } finally {
            lock.unlock();
        }
    }

    /** Holds nothing back from now on; what is held goes out with the next bytes. */
    void open() {
        if (alone) {
            return;
        }
        lock.lock();
        try {
            if (state == State.HOLDING) {
                state = State.OPEN;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is held, if anything is, and holds nothing back from now on. */
    void letGo() throws ClientSink.Gone {
        open();
        if (!alone && hasHeld()) {
            emit(NOTHING, 0, 0, true);
        }
    }

    private boolean hasHeld() {
        lock.lock();
        try {
            return state == State.OPEN && heldBytes > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Lets so many more bytes be held. */
    void holdMore(int bytes) {
        lock.lock();
        try {
            holdBytes = heldBytes + bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether so many bytes can be taken without writing any. */
    boolean hasRoom(int bytes) {
        lock.lock();
        try {
            return state == State.HOLDING && heldBytes + bytes <= holdBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether bytes are being held back. */
    boolean holding() {
        if (alone) {
            return false;
        }
        lock.lock();
        try {
            return state == State.HOLDING;
        } finally {
            lock.unlock();
        }
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

    /** Forgets the part of an event that is held, so that the client stands where {@link #atBoundary} says. */
    void dropHeld() {
        lock.lock();
        try {
            drop();
        } finally {
            lock.unlock();
        }
    }

    /** Sends or holds {@code b[from, to)}; {@code boundary}: whether the stream stands between two events after it. */
    void emit(byte[] b, int from, int to, boolean boundary) throws ClientSink.Gone {
        if (alone) {
            if (state == State.OPEN) {
                write(b, from, to - from, boundary);
            }
            return;
        }
        lock.lock();
        try {
            if (lost != null) {
                throw lost;
            }
            emitLocked(b, from, to, boundary);
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is held, on a thread of its own. Does not block. */
    void releaseSoon() {
        Thread.ofVirtual().name("sluice-release").start(this::release);
    }

    private void emitLocked(byte[] b, int from, int to, boolean boundary) throws ClientSink.Gone {
        if (state == State.HOLDING && (heldBytes + to - from > holdBytes || !part.holdIfPlenty(lengthFor(to - from)))) {
            state = State.OPEN;
        }
        switch (state) {
            case HOLDING -> hold(b, from, to, boundary);
            case OPEN -> {
                alone = true;
                if (heldBytes == 0) {
                    write(b, from, to - from, boundary);
                } else {
                    // one write for both, for one call is one packet
                    hold(b, from, to, boundary);
                    byte[] all = held;
                    int length = heldBytes;
                    drop();
                    write(all, 0, length, boundary);
                }
            }
            case CLOSED -> alone = true;
        }
    }

    private void release() {
        lock.lock();
        try {
            if (state != State.HOLDING) {
                return;
            }
            state = State.OPEN;
            if (heldBoundary > 0) {
                int rest = heldBytes - heldBoundary;
                write(held, 0, heldBoundary, true);
                System.arraycopy(held, heldBoundary, held, 0, rest);
                heldBytes = rest;
                heldBoundary = 0;
            }
        } catch (ClientSink.Gone gone) {
            lost = gone;
        } finally {
            lock.unlock();
        }
    }

    private void hold(byte[] b, int from, int to, boolean boundary) {
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

    private void drop() {
        held = NOTHING;
        part.close();
        heldBytes = 0;
        heldBoundary = 0;
    }

    private void write(byte[] b, int from, int length, boolean boundary) throws ClientSink.Gone {
        sent = true;
        atBoundary = boundary;
        writes++;
        bytes += length;
        sink.write(b, from, length, boundary);
    }
}
