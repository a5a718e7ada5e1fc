package sluice.http2;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What may be sent on all streams of a connection together (RFC 9113 §5.2), and the streams that wait for it, in turn. When it grows, the
 * first of them wakes, and wakes the next if something is left: all at once would be a hundred threads for one frame. Guarded by the
 * lock of {@link Streams}.
 */
final class SharedWindow {
    /** A stream that may wait here. */
    interface Waiter {
        /** It is its turn. */
        void wake();
    }

    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private long bytes = Frames.WINDOW_BYTES;

    /** Bytes that {@code stream} may send now: none if others wait for longer. */
    long bytesFor(Waiter stream) {
        return waiting.isEmpty() || waiting.peek() == stream ? bytes : 0;
    }

    void take(int count) {
        bytes -= count;
    }

    /** The client takes more. */
    void widen(int more) throws Http2Fault {
        bytes += more;
        if (bytes > Integer.MAX_VALUE) {
            throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
        }
        wakeFirst();
    }

    /** The stream is woken when it is its turn. */
    void await(Waiter stream) {
        if (!waiting.contains(stream)) {
            waiting.add(stream);
        }
    }

    /** The stream waits no longer: it has sent something, or is over. */
    void leave(Waiter stream) {
        if (waiting.remove(stream)) {
            wakeFirst();
        }
    }

    private void wakeFirst() {
        if (bytes > 0 && !waiting.isEmpty()) {
            waiting.peek().wake();
        }
    }
}
