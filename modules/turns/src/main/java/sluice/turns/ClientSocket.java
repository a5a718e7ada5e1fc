package sluice.turns;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.forward.ByteBudget;
import sluice.http1.RequestHead;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;

/**
 * A client's WebSocket: its own thread receives, so that a client that leaves is noticed at once, and each of its streams has
 * a thread while it has turns, which runs them one after another.
 *
 * <p>Thread-safe: {@code lock} guards the streams and is never held over I/O. The sweeper visits for all limits.
 */
final class ClientSocket implements Sweeper.Watched {
    /** Most turns of one client that wait for an earlier one of their stream. No honest client has nearly as many. */
    private static final int MAX_WAITING = 64;
    /** Time for a peer to answer our close frame. */
    private static final long GOODBYE_NANOS = 1_000_000_000;
    /** How often it is asked whether the client's key is still valid. */
    private static final long ALLOWED_NANOS = 500_000_000;
    private static final byte[] NO_PAYLOAD = {};

    private final WebSocketConnection socket;
    private final ArrivingMessage arriving;
    private final Opening opening;
    private final Host host;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final TurnPool.Binding binding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ArrayDeque<ClientMessage>> streams = new HashMap<>();
    private final Set<Turn> running = new HashSet<>();
    private int waiting;
    private volatile boolean gone;
    private volatile boolean anyMessage;
    private volatile boolean busy;
    private volatile long quietSinceNanos;
    private volatile long closingSinceNanos;
    private volatile Optional<Runnable> goodbye = Optional.empty();
    private volatile int writers;
    private volatile long writingSinceNanos;
    private volatile long lastWriteNanos;
    private volatile boolean stalled;
    /** When the client's key was last found valid; the sweeper's alone. */
    private long allowedNanos;

    /**
     * How the socket was opened.
     *
     * @param head of the request that opened it
     * @param client who opened it; each turn asks again
     */
    record Opening(RequestHead head, String remoteHost, String client) { }

    /** A turn under way. */
    interface Turn {
        /** The client has left; {@code cancels}: so the turn ends. Thread-safe. */
        void clientLeft(boolean cancels);
    }

    /** Serves what a socket receives, by the configuration in force. Thread-safe. */
    interface Host {
        /** The rules in force. */
        TurnRules rules();

        /** Whether the gateway is shutting down. */
        boolean draining();

        /** Whether a turn ends when its client leaves. */
        boolean cancelsWhenClientLeaves();

        /** Whether the key that opened a socket would open it now. */
        boolean isStillAllowed(ClientSocket socket);

        /** A message has come; whoever takes it takes its part of the byte budget. */
        void received(ClientSocket socket, WebSocketEvent.Message message, ByteBudget.Permit permit) throws InterruptedException;

        /** Serves one turn to its end; runs on the thread of its stream. */
        void serve(ClientSocket socket, ClientMessage message);
    }

    ClientSocket(WebSocketConnection socket, ArrivingMessage arriving, Opening opening, Host host, TurnPool pool, Sweeper sweeper,
            LongSupplier clock) {
        this.socket = socket;
        this.arriving = arriving;
        this.opening = opening;
        this.host = host;
        this.sweeper = sweeper;
        this.clock = clock;
        binding = pool.bind(new Strays());
        quietSinceNanos = clock.getAsLong();
        lastWriteNanos = quietSinceNanos;
        allowedNanos = quietSinceNanos;
    }

    RequestHead head() {
        return opening.head();
    }

    String remoteHost() {
        return opening.remoteHost();
    }

    String client() {
        return opening.client();
    }

    /** The connection to an account that the client keeps. */
    TurnPool.Binding binding() {
        return binding;
    }

    /** Messages of accounts that belong to no turn go to the client as they are. */
    private final class Strays implements TurnPool.Strays {
        @Override
        public void message(byte[] buffer, int offset, int length) {
            try {
                sendLater(buffer, offset, length);
            } catch (IOException e) {
                // The receiving thread finds out, too.
            }
        }

        @Override
        public void quiet() {
            try {
                flush();
            } catch (IOException e) {
                // as above
            }
        }
    }

    /** Serves until the connection ends; runs on its thread. */
    void run() {
        Sweeper.Registration registration = sweeper.watch(this);
        try {
            while (true) {
                switch (socket.receive()) {
                    case WebSocketEvent.Message message -> {
                        anyMessage = true;
                        socket.keepMessage();
                        host.received(this, message, arriving.arrived());
                    }
                    case WebSocketEvent.Pong pong -> { }
                    case WebSocketEvent.Closed closed -> {
                        left();
                        if (closed.code() != CloseCodes.ABNORMAL) {
                            socket.finish(sweeper, GOODBYE_NANOS);
                        }
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            left();
            arriving.close();
            registration.close();
            socket.close();
        }
    }

    /** Runs a turn in its place, or drops it if the client has left; false if too many wait. */
    boolean queue(ClientMessage message) {
        lock.lock();
        try {
            if (gone) {
                message.permit().close();
                return true;
            }
            if (waiting == MAX_WAITING) {
                return false;
            }
            waiting++;
            busy = true;
            ArrayDeque<ClientMessage> queue = streams.get(message.streamId());
            if (queue != null) {
                queue.add(message);
                return true;
            }
            ArrayDeque<ClientMessage> fresh = new ArrayDeque<>(2);
            fresh.add(message);
            streams.put(message.streamId(), fresh);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("turns").start(() -> runStream(message.streamId()));
        return true;
    }

    private void runStream(String streamId) {
        for (Optional<ClientMessage> next = next(streamId); next.isPresent(); next = next(streamId)) {
            host.serve(this, next.get());
        }
    }

    private Optional<ClientMessage> next(String streamId) {
        lock.lock();
        try {
            ClientMessage next = streams.get(streamId).poll();
            if (next == null || gone) {
                ArrayDeque<ClientMessage> dropped = streams.remove(streamId);
                if (next != null) {
                    dropped.add(next);
                }
                dropped.forEach(message -> message.permit().close());
                waiting -= dropped.size();
                if (streams.isEmpty()) {
                    quietSinceNanos = clock.getAsLong();
                    busy = false;
                }
                return Optional.empty();
            }
            waiting--;
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    /** A turn begins; it hears of it when the client leaves. */
    void begins(Turn turn) {
        boolean late;
        lock.lock();
        try {
            running.add(turn);
            late = gone;
        } finally {
            lock.unlock();
        }
        if (late) {
            turn.clientLeft(host.cancelsWhenClientLeaves());
        }
    }

    /** A turn is over. */
    void ended(Turn turn) {
        boolean last;
        lock.lock();
        try {
            running.remove(turn);
            last = gone && running.isEmpty();
        } finally {
            lock.unlock();
        }
        if (last) {
            binding.close();
        }
    }

    /** The client has left: its turns end, at once or when their answers have been read as far as is configured. */
    private void left() {
        Set<Turn> open;
        lock.lock();
        try {
            if (gone) {
                return;
            }
            gone = true;
            open = Set.copyOf(running);
        } finally {
            lock.unlock();
        }
        boolean cancels = host.cancelsWhenClientLeaves();
        open.forEach(turn -> turn.clientLeft(cancels));
        if (cancels || open.isEmpty()) {
            binding.close();
        }
    }

    /** Whether the connection was ended because the client did not read. */
    boolean stalled() {
        return stalled;
    }

    /** Takes a message that goes out with the next one or with {@link #flush}, waiting as long as the client is slow. */
    void sendLater(byte[] buffer, int offset, int length) throws IOException {
        if (gone) {
            throw new IOException("the client has left");
        }
        beginWrite();
        try {
            socket.sendTextLater(buffer, offset, length);
        } finally {
            endWrite();
        }
    }

    /** Sends what waits for the next message. */
    void flush() throws IOException {
        beginWrite();
        try {
            socket.flush();
        } finally {
            endWrite();
        }
    }

    /** Sends a message to a client that may have left. */
    void sendQuietly(byte[] message) {
        try {
            sendLater(message, 0, message.length);
            flush();
        } catch (IOException e) {
            // The receiving thread finds out, too.
        }
    }

    private void beginWrite() {
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

    private void endWrite() {
        lock.lock();
        try {
            writers--;
            writingSinceNanos = clock.getAsLong();
            lastWriteNanos = writingSinceNanos;
        } finally {
            lock.unlock();
        }
    }

    /** Says goodbye once the turns that run or wait are over. */
    void closeWhenQuiet(int code, String reason) {
        goodbye = Optional.of(() -> close(code, reason));
    }

    /** Says goodbye, on a thread of its own; the receiving thread goes on until the client has answered. */
    void close(int code, String reason) {
        lock.lock();
        try {
            if (closingSinceNanos != 0) {
                return;
            }
            closingSinceNanos = clock.getAsLong();
        } finally {
            lock.unlock();
        }
        Thread.startVirtualThread(() -> {
            try {
                socket.sendClose(code, reason);
            } catch (IOException e) {
                socket.close();
            }
        });
    }

    @Override
    public void sweep(long nowNanos) {
        TurnRules rules = host.rules();
        if (arriving.isLate(nowNanos, rules.arrival().limit().toNanos(), rules.arrival().bytesPerSecond())) {
            close(CloseCodes.POLICY_VIOLATION, "the message comes too slowly");
        }
        stalled |= writers > 0 && nowNanos - writingSinceNanos > rules.stall().toNanos();
        if (stalled || closingSinceNanos != 0 && nowNanos - closingSinceNanos > GOODBYE_NANOS) {
            socket.close();
            return;
        }
        if (nowNanos - allowedNanos > ALLOWED_NANOS) {
            allowedNanos = nowNanos;
            if (!host.isStillAllowed(this)) {
                close(CloseCodes.POLICY_VIOLATION, "the key is no longer valid");
            }
        }
        if (!rules.keepalive().isZero() && writers == 0 && nowNanos - lastWriteNanos > rules.keepalive().toNanos()) {
            lastWriteNanos = nowNanos;
            Thread.startVirtualThread(this::ping);
        }
        if (!busy) {
            sweepQuiet(rules, nowNanos - quietSinceNanos);
        }
    }

    /** Between turns. */
    private void sweepQuiet(TurnRules rules, long quietNanos) {
        if (goodbye.isPresent()) {
            goodbye.get().run();
        } else if (host.draining()) {
            close(CloseCodes.GOING_AWAY, "the gateway is shutting down");
        } else if (!anyMessage && quietNanos > rules.policy().firstMessage().toNanos()) {
            close(CloseCodes.POLICY_VIOLATION, "no message came");
        } else if (quietNanos > rules.policy().clientIdle().toNanos()) {
            close(CloseCodes.NORMAL, "idle");
        }
    }

    /** A sign of life for whatever stands between; writing may block. */
    private void ping() {
        beginWrite();
        try {
            socket.ping(NO_PAYLOAD);
        } catch (IOException e) {
            // The receiving thread finds out, too.
        } finally {
            endWrite();
        }
    }
}
