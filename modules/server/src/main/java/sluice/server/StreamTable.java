package sluice.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The streams of a connection (RFC 9113 §5.1), and how the last of those that are over ended. Guarded by the connection's lock. */
final class StreamTable {
    /** Most streams that are open at a time; the client is told. */
    static final int MAX_OPEN = 128;
    /** Most streams in all: those that the client has reset and whose thread is not done yet count here alone. */
    private static final int MAX_SERVED = 2 * MAX_OPEN;
    /** Streams that are remembered: more than the resets that {@link Calm} allows at a time. */
    private static final int REMEMBERED = 256;

    /** What a stream is for the frames that come. */
    enum State {
        /** Not opened yet. */
        IDLE,
        OPEN,
        /** The client has ended its side. */
        HALF_CLOSED,
        /** We have ended it, which the client may not know yet. */
        RESET_HERE,
        CLOSED,
        /** Never opened, and below one that was; or over for long. */
        PASSED_OVER;

        boolean open() {
            return this == OPEN || this == HALF_CLOSED;
        }
    }

    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    /** Ids of streams that are over, a ring; negative: reset here. */
    private final int[] over = new int[REMEMBERED];
    private int overCount;
    private int lastId;
    private int open;
    private int parked;

    State state(int id) {
        if (id > lastId) {
            return State.IDLE;
        }
        Http2Stream stream = streams.get(id);
        if (stream != null && !stream.isOver()) {
            return stream.requestEnded() ? State.HALF_CLOSED : State.OPEN;
        }
        for (int remembered : over) {
            if (remembered == id) {
                return State.CLOSED;
            }
            if (remembered == -id) {
                return State.RESET_HERE;
            }
        }
        return State.PASSED_OVER;
    }

    /** The highest stream so far. */
    int lastId() {
        return lastId;
    }

    /** A stream was opened, whatever will become of it. */
    void seen(int id) {
        lastId = Math.max(lastId, id);
    }

    boolean full() {
        return open >= MAX_OPEN || streams.size() >= MAX_SERVED;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    void add(Http2Stream stream) {
        streams.put(stream.id(), stream);
        open++;
    }

    /** The stream, if it is open; else null. */
    Http2Stream open(int id) {
        Http2Stream stream = streams.get(id);
        return stream == null || stream.isOver() ? null : stream;
    }

    /** A stream that was added is over for the client; its thread may not be done. */
    void over(Http2Stream stream, boolean resetHere) {
        open--;
        remember(stream.id(), resetHere);
    }

    /** How many answers wait without a thread for a window to end in. */
    int parked() {
        return parked;
    }

    /** One answer more waits so, or fewer. */
    void parked(int change) {
        parked += change;
    }

    /** A stream is over that was not served. */
    void refused(int id) {
        remember(id, true);
    }

    private void remember(int id, boolean resetHere) {
        over[overCount++ % REMEMBERED] = resetHere ? -id : id;
    }

    /** Nothing is left of a stream. */
    void remove(Http2Stream stream) {
        streams.remove(stream.id());
    }

    /** All streams, as they are now. */
    List<Http2Stream> all() {
        return new ArrayList<>(streams.values());
    }
}
