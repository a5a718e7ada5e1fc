package sluice.turns;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.websocket.WebSocketConnection;

/**
 * What goes out to one WebSocket client, and how long that takes. Thread-safe: {@code lock} guards who writes since when, and is
 * never held over I/O.
 */
final class SocketOutput {
    private static final byte[] NO_PAYLOAD = {};

    private final WebSocketConnection socket;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile int writers;
    private volatile long writingSinceNanos;
    private volatile long lastWriteNanos;
    private volatile boolean stalled;

    SocketOutput(WebSocketConnection socket, LongSupplier clock) {
        this.socket = socket;
        this.clock = clock;
        lastWriteNanos = clock.getAsLong();
    }

    /** Takes a message that goes out with the next one or with {@link #flush}, waiting as long as the client is slow. */
    void sendLater(byte[] buffer, int offset, int length) throws IOException {
        begin();
        try {
            socket.sendTextLater(buffer, offset, length);
        } finally {
            end();
        }
    }

    /** Sends what waits for the next message. */
    void flush() throws IOException {
        begin();
        try {
            socket.flush();
        } finally {
            end();
        }
    }

    /** Whether a write has taken longer than {@code limitNanos}, now or before. For the sweeper. */
    boolean isStalled(long nowNanos, long limitNanos) {
        stalled |= writers > 0 && nowNanos - writingSinceNanos > limitNanos;
        return stalled;
    }

    /** Whether a write was found to take too long. */
    boolean stalled() {
        return stalled;
    }

    /** Whether nothing has gone out for longer than {@code nanos}. */
    boolean isSilent(long nowNanos, long nanos) {
        return writers == 0 && nowNanos - lastWriteNanos > nanos;
    }

    /** A sign of life for whatever stands between, on a thread of its own, for writing may block. */
    void pingLater(long nowNanos) {
        lastWriteNanos = nowNanos;
        Thread.startVirtualThread(this::ping);
    }

    private void ping() {
        begin();
        try {
            socket.ping(NO_PAYLOAD);
        } catch (IOException e) {
            // The receiving thread finds out, too.
        } finally {
            end();
        }
    }

    private void begin() {
        lock.lock();
        try {
            if (writers == 0) {
                writingSinceNanos = clock.getAsLong();
            }
            writers++;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            writers--;
            writingSinceNanos = clock.getAsLong();
            lastWriteNanos = writingSinceNanos;
        } finally {
            lock.unlock();
        }
    }
}
