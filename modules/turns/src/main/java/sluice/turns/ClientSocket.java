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
import sluice.http1.RequestHead;
import sluice.websocket.CloseCodes;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;

/**
 * A client's WebSocket: its own thread receives, so that a client that leaves is noticed at once, and each of its streams has
 * a thread while it has turns, which runs them one after another.
 *
 * <p>Thread-safe: {@code lock} guards the streams and is never held over I/O.
 * {@link SocketOutput} writes. The sweeper visits for all limits.
 */
final class ClientSocket implements Sweeper.Watched {
    /** Most turns of one client that wait for an earlier one of their stream. No honest client has nearly as many. */
    private static final int MAX_WAITING = 64;
    /** Time for a peer to answer our close frame. */
    private static final long GOODBYE_NANOS = 1_000_000_000;
    /** How often it is asked whether the client's key is still valid. */
    private static final long ALLOWED_NANOS = 500_000_000;
    private static final Runnable STAYS = () -> { };

    private final WebSocketConnection socket;
    private final SocketOutput output;
    private final ArrivingMessage arriving;
    private final Opening opening;
    private final TurnHost host;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final TurnPool.Binding binding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ArrayDeque<ClientMessage>> streams = new HashMap<>();
    private final Set<RunningTurn> running = new HashSet<>();
    private int waiting;
    private volatile boolean gone;
    private volatile boolean anyMessage;
    private volatile boolean busy;
    private volatile long quietSinceNanos;
    private volatile long closingSinceNanos;
    private volatile Runnable goodbye = STAYS;
    /** When the client's key was last found valid; the sweeper's alone. */
    private long allowedNanos;

    /**
     * How the socket was opened.
     *
     * @param head of the request that opened it
     * @param client who opened it; each turn asks again
     */
    record Opening(RequestHead head, String remoteHost, String client) { }

    ClientSocket(WebSocketConnection socket, ArrivingMessage arriving, Opening opening, TurnHost host, TurnPool pool, Sweeper sweeper,
            LongSupplier clock) {
        this.socket = socket;
        output = new SocketOutput(socket, clock);
        this.arriving = arriving;
        this.opening = opening;
        this.host = host;
        this.sweeper = sweeper;
        this.clock = clock;
        binding = pool.bind(new Strays());
        quietSinceNanos = clock.getAsLong();
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
    void begins(RunningTurn turn) {
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
    void ended(RunningTurn turn) {
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
        Set<RunningTurn> open;
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
        return output.stalled();
    }

    /** Takes a message that goes out with the next one or with {@link #flush}, waiting as long as the client is slow. */
    void sendLater(byte[] buffer, int offset, int length) throws IOException {
        if (gone) {
            throw new IOException("the client has left");
        }
        output.sendLater(buffer, offset, length);
    }

    /** Sends what waits for the next message. */
    void flush() throws IOException {
        output.flush();
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

    /** Says goodbye once the turns that run or wait are over. */
    void closeWhenQuiet(int code, String reason) {
        goodbye = () -> close(code, reason);
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
        if (arriving.isLate(nowNanos)) {
            close(CloseCodes.POLICY_VIOLATION, "the message comes too slowly");
        }
        if (output.isStalled(nowNanos, rules.stall().toNanos()) || closingSinceNanos != 0 && nowNanos - closingSinceNanos > GOODBYE_NANOS) {
            socket.close();
            return;
        }
        if (nowNanos - allowedNanos > ALLOWED_NANOS) {
            allowedNanos = nowNanos;
            if (!host.isStillAllowed(this)) {
                close(CloseCodes.POLICY_VIOLATION, "the key is no longer valid");
            }
        }
        if (!rules.keepalive().isZero() && output.isSilent(nowNanos, rules.keepalive().toNanos())) {
            output.pingLater(nowNanos);
        }
        if (!busy) {
            sweepQuiet(rules, nowNanos - quietSinceNanos);
        }
    }

    /** Between turns. */
    private void sweepQuiet(TurnRules rules, long quietNanos) {
        if (goodbye != STAYS) {
            goodbye.run();
        } else if (host.draining()) {
            close(CloseCodes.GOING_AWAY, "the gateway is shutting down");
        } else if (!anyMessage && quietNanos > rules.policy().firstMessage().toNanos()) {
            close(CloseCodes.POLICY_VIOLATION, "no message came");
        } else if (quietNanos > rules.policy().clientIdle().toNanos()) {
            close(CloseCodes.NORMAL, "idle");
        }
    }
}
