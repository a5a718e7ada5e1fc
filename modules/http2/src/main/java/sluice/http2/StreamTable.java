package sluice.http2;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The streams of a connection (RFC 9113 §5.1), and how the last of those that are over ended. Guarded by the lock of {@link Streams}. */
final class StreamTable<S extends StreamTable.Row> {
    /** Most streams that are open at a time; the client is told. */
    static final int MAX_OPEN = 128;
    /** Most streams in all: those that the client has reset and whose thread is not done yet count here alone. */
    private static final int MAX_SERVED = 2 * MAX_OPEN;
    /** Streams that are remembered: more than the resets that {@link Calm} allows at a time. */
    private static final int REMEMBERED = 256;

    /** A stream that is served. */
    interface Row {
        int id();

        /** Whether the client has ended its side. */
        boolean requestEnded();

        /** Whether both sides are at their end. */
        boolean isOver();
    }

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

    private final Map<Integer, S> streams = new HashMap<>();
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
        S stream = streams.get(id);
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

    void add(S stream) {
        streams.put(stream.id(), stream);
        open++;
    }

    /** The stream, if it is open; else null. */
    S open(int id) {
        S stream = streams.get(id);
        return stream == null || stream.isOver() ? null : stream;
    }

    /** A stream that was added is over for the client; its thread may not be done. */
    void over(S stream, boolean resetHere) {
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
    void remove(S stream) {
        streams.remove(stream.id());
    }

    /** All streams, as they are now. */
    List<S> all() {
        return new ArrayList<>(streams.values());
    }
}
