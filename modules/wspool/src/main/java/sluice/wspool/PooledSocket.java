package sluice.wspool;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import sluice.api.OutboundBody;
import sluice.api.Sweeper;
import sluice.json.JsonMembers;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;

/**
 * One open connection with its permanent reader: a virtual thread that answers pings while nobody uses the connection, and
 * notices at once when it ends. Thread-safe.
 */
final class PooledSocket {
    private static final byte[] NO_PAYLOAD = {};

    /** Hears what comes while nobody uses the connection. */
    private final SocketListener nobody = new SocketListener() {
        @Override
        public void message(byte[] buffer, int offset, int length) {
            // An event without a turn would land in the next one's answer.
            harmed = true;
            closeNow();
        }

        @Override
        public void quiet() {
            // nothing is held back
        }

        @Override
        public void lost(String why) {
            // nobody waits for it
        }

        @Override
        public void closed(int code, String reason) {
            // the seat is free already
        }
    };

    private final String id;
    private final WebSocketConnection socket;
    private final MessageMemory memory;
    private final Sweeper sweeper;
    private final LongSupplier nanoClock;
    private final Runnable onEnd;
    private final AtomicReference<SocketListener> listener = new AtomicReference<>(nobody);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Semaphore pongs = new Semaphore(0);
    private final TurnBeginnings beginnings = new TurnBeginnings();
    private volatile boolean harmed;

    /**
     * Takes over an open connection.
     *
     * @param onEnd gives the seat back; runs once, before the listener hears of the end
     */
    PooledSocket(String id, WebSocketConnection socket, MessageMemory memory, Sweeper sweeper, LongSupplier nanoClock, Runnable onEnd) {
        this.id = id;
        this.socket = socket;
        this.memory = memory;
        memory.whenLost(this::lost);
        this.sweeper = sweeper;
        this.nanoClock = nanoClock;
        this.onEnd = onEnd;
    }

    String id() {
        return id;
    }

    /** Where the events of its turns begin. */
    TurnBeginnings beginnings() {
        return beginnings;
    }

    /** Starts to read. */
    void start(SocketListener first) {
        listener.set(first);
        Thread.ofVirtual().name(id).start(this::read);
    }

    /** Hands the connection to somebody who uses it. */
    void listener(SocketListener next) {
        listener.set(next);
    }

    /** Nobody uses it. */
    void unused() {
        listener.set(nobody);
    }

    boolean isOpen() {
        return ended.getCount() > 0;
    }

    /** Whether an error was seen on it, so that it must not serve anybody else. */
    boolean isHarmed() {
        return harmed;
    }

    void send(OutboundBody message) throws IOException {
        socket.sendText(message);
    }

    /** Whether the peer answers a ping in time. */
    boolean answersPing(long limitNanos) {
        try {
            pongs.drainPermits();
            socket.ping(NO_PAYLOAD);
            return pongs.tryAcquire(limitNanos, TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the connection without a close frame. Does not block. */
    void closeNow() {
        socket.close();
    }

    /** Ends the connection with a close frame, on a thread of its own: the peer may be slow. */
    void closePolitely(int code, String reason) {
        Thread.ofVirtual().name(id + "-close").start(() -> {
            long start = nanoClock.getAsLong();
            Sweeper.Registration watch = sweeper.watch(now -> {
                if (now - start >= WebSocketConnection.GOODBYE_NANOS) {
                    socket.close();
                }
            });
            try {
                socket.sendClose(code, reason);
                // The reader goes on until the peer's own close, or until the sweeper has had enough.
                ended.await();
            } catch (IOException e) {
                socket.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                socket.close();
            } finally {
                watch.close();
            }
        });
    }

    private void read() {
        while (true) {
            switch (socket.receive()) {
                case WebSocketEvent.Message message -> heard(message);
                case WebSocketEvent.Pong pong -> pongs.release();
                case WebSocketEvent.Closed closed -> {
                    end(closed);
                    return;
                }
            }
        }
    }

    private void heard(WebSocketEvent.Message message) {
        byte[] buffer = message.buffer();
        int offset = message.offset();
        int length = message.length();
        JsonMembers members = new JsonMembers(buffer, offset, offset + length);
        if (members.seek("type") && members.valueIs("error")) {
            harmed = true;
        }
        listener.get().message(buffer, offset, length);
        memory.release();
        if (!socket.hasWholeMessage()) {
            listener.get().quiet();
        }
    }

    private void lost(String why) {
        harmed = true;
        listener.get().lost(why);
        closeNow();
    }

    private void end(WebSocketEvent.Closed closed) {
        memory.release();
        socket.close();
        ended.countDown();
        onEnd.run();
        listener.get().closed(closed.code(), closed.reason());
    }
}
