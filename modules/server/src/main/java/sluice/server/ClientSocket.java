package sluice.server;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.Sweeper;
import sluice.http1.RequestHead;
import sluice.responses.ErrorEvent;
import sluice.responses.ErrorMessage;
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
    /** Turns of one client that wait for an earlier one of their stream; nobody honest is near it. */
    private static final int MAX_WAITING = 64;
    /** Time for a peer to answer our close frame. */
    private static final long GOODBYE_NANOS = 1_000_000_000;

    private final WebSocketConnection socket;
    private final ArrivingMessage arriving;
    private final RequestHead head;
    private final String remoteHost;
    private final String client;
    private final Turns turns;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final UpstreamBinding binding;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private final Map<String, ArrayDeque<ClientMessage>> streams = new HashMap<>();
    private final Set<Turn> running = new HashSet<>();
    private int waiting;
    private volatile boolean gone;
    private final AtomicLong drainedBytes = new AtomicLong();
    private volatile boolean anyMessage;
    private volatile boolean busy;
    private volatile long quietSinceNanos;
    private volatile long closingSinceNanos;
    private volatile Optional<Runnable> goodbye = Optional.empty();
    private volatile int writers;
    private volatile long writingSinceNanos;

    ClientSocket(WebSocketConnection socket, ArrivingMessage arriving, RequestHead head, String remoteHost, String client,
            Turns turns, Sweeper sweeper, LongSupplier clock) {
        this.socket = socket;
        this.arriving = arriving;
        this.head = head;
        this.remoteHost = remoteHost;
        this.client = client;
        this.turns = turns;
        this.sweeper = sweeper;
        this.clock = clock;
        binding = turns.binding(this);
        quietSinceNanos = clock.getAsLong();
    }

    /** The request that opened it. */
    RequestHead head() {
        return head;
    }

    String remoteHost() {
        return remoteHost;
    }

    /** Who opened it; each turn asks again. */
    String client() {
        return client;
    }

    /** The connection to an account that the client keeps. */
    UpstreamBinding binding() {
        return binding;
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
                        turns.received(this, message, arriving.arrived());
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
            turns.serve(this, next.get());
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
                    quiet.signalAll();
                }
                return Optional.empty();
            }
            waiting--;
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    /** A turn begins; it is cancelled when the client leaves. */
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
            turn.cancel();
        }
    }

    /** A turn is over. */
    void ended(Turn turn) {
        lock.lock();
        try {
            running.remove(turn);
        } finally {
            lock.unlock();
        }
    }

    /** The client has left: its turns end, at once or within the time that the configuration leaves them. */
    private void left() {
        Set<Turn> open;
        lock.lock();
        try {
            if (gone) {
                return;
            }
            gone = true;
            for (long left = turns.drainNanos(); left > 0 && !streams.isEmpty();) {
                left = quiet.awaitNanos(left);
            }
            open = Set.copyOf(running);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            open = Set.copyOf(running);
        } finally {
            lock.unlock();
        }
        open.forEach(Turn::cancel);
        binding.close();
    }

    /**
     * Sends a message, waiting as long as the client is slow. Where turns go on without their client, a message that nobody
     * takes is no failure.
     */
    void send(byte[] buffer, int offset, int length) throws IOException {
        if (gone) {
            drain(length);
            return;
        }
        beginWrite();
        try {
            socket.sendText(buffer, offset, length);
        } catch (IOException e) {
            drain(length);
        } finally {
            endWrite();
        }
    }

    /** Where turns go on without their client, a message that nobody takes is no failure, up to so many bytes. */
    private void drain(int length) throws IOException {
        if (turns.drainNanos() == 0 || drainedBytes.addAndGet(length) > turns.rules().drainBytes()) {
            throw new IOException("the client has left");
        }
    }

    /** Takes a message that goes out with the next one or with {@link #flush}; otherwise as {@link #send}. */
    void sendLater(byte[] buffer, int offset, int length) throws IOException {
        if (gone) {
            drain(length);
            return;
        }
        beginWrite();
        try {
            socket.sendTextLater(buffer, offset, length);
        } catch (IOException e) {
            drain(length);
        } finally {
            endWrite();
        }
    }

    /** Sends what waits for the next message; false if nothing does. */
    boolean flush() throws IOException {
        beginWrite();
        try {
            return socket.flush();
        } catch (IOException e) {
            if (turns.drainNanos() == 0) {
                throw e;
            }
            return false;
        } finally {
            endWrite();
        }
    }

    /** The same for a client that may have left. */
    boolean flushQuietly() {
        try {
            return flush();
        } catch (IOException e) {
            // The receiving thread finds out, too.
            return false;
        }
    }

    /** Sends a message to a client that may have left. */
    void sendQuietly(byte[] message) {
        try {
            send(message, 0, message.length);
        } catch (IOException e) {
            // The receiving thread finds out, too.
        }
    }

    /** Tells the client an error. */
    void tell(GatewayError error, String streamId) {
        sendQuietly(ErrorMessage.of(error, streamId));
    }

    /** Ends an answer that has begun. */
    void tellFailed(Turn turn, GatewayError error) {
        StringBuilder event = new StringBuilder(400);
        TurnRelay relay = turn.relay().orElseThrow();
        ErrorEvent.appendJson(event, error, relay.responseId(), relay.sequenceNumber() + 1, turn.record.epochMillis / 1000);
        if (!turn.streamId.isEmpty()) {
            event.setLength(event.length() - 1);
            event.append(",\"stream_id\":").append(sluice.json.JsonStrings.quote(turn.streamId)).append('}');
        }
        sendQuietly(event.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
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
        if (arriving.isLate(nowNanos, turns.rules().bodyTimeout().toNanos(), turns.rules().bodyRateBytes())) {
            close(CloseCodes.POLICY_VIOLATION, "the message comes too slowly");
        }
        if (writers > 0 && nowNanos - writingSinceNanos > turns.rules().stall().toNanos()
                || closingSinceNanos != 0 && nowNanos - closingSinceNanos > GOODBYE_NANOS) {
            socket.close();
            return;
        }
        if (busy) {
            sweepTurns(nowNanos);
            return;
        }
        long quietNanos = nowNanos - quietSinceNanos;
        if (goodbye.isPresent()) {
            goodbye.get().run();
        } else if (turns.draining()) {
            close(CloseCodes.GOING_AWAY, "the gateway is shutting down");
        } else if (!anyMessage && quietNanos > turns.rules().policy().firstMessage().toNanos()) {
            close(CloseCodes.POLICY_VIOLATION, "no message came");
        } else if (quietNanos > turns.rules().policy().clientIdle().toNanos()) {
            close(CloseCodes.NORMAL, "idle");
        }
    }

    private void sweepTurns(long nowNanos) {
        if (!lock.tryLock()) {
            return;
        }
        Set<Turn> open;
        try {
            open = Set.copyOf(running);
        } finally {
            lock.unlock();
        }
        open.forEach(turn -> turn.relay().ifPresent(relay -> relay.sweep(nowNanos)));
    }
}
