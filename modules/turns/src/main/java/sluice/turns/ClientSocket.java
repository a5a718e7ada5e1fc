package sluice.turns;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.http1.RequestHead;
import sluice.websocket.CloseCodes;
import sluice.websocket.Indulgence;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;

/**
 * A client's WebSocket from its opening to its end: its own thread receives, so that a client that leaves is noticed at once, and its
 * {@link TurnHost} takes what comes.
 *
 * <p>Thread-safe: {@link TurnLines} knows which turns run and which wait, {@link SocketOutput} writes. The sweeper visits for all
 * limits.
 */
final class ClientSocket implements Sweeper.Watched {
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
    private final TurnLines lines;
    /** For messages that ask for nothing. */
    private final Indulgence indulgence;
    private final AtomicLong closingSinceNanos = new AtomicLong();
    private volatile boolean anyMessage;
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
        lines = new TurnLines(clock);
        indulgence = new Indulgence(clock);
        allowedNanos = clock.getAsLong();
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

    /** Which turns run and which wait. */
    TurnLines lines() {
        return lines;
    }

    /** The connection to an account that the client keeps. */
    TurnPool.Binding binding() {
        return binding;
    }

    /** Messages of accounts that belong to no turn go to the client as they are, behind the end of the turn before them. */
    private final class Strays implements TurnPool.Strays {
        @Override
        public void message(byte[] buffer, int offset, int length) {
            host.overheard(binding.account(), buffer, offset, length);
            if (lines.hold(buffer, offset, length)) {
                return;
            }
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
                            socket.finish(sweeper, WebSocketConnection.GOODBYE_NANOS);
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

    /** A turn begins; it hears of it when the client leaves. */
    void begins(RunningTurn turn) {
        if (!lines.begins(turn)) {
            turn.clientLeft(host.cancelsWhenClientLeaves());
        }
    }

    /** A turn is over. */
    void ended(RunningTurn turn) {
        if (lines.ended(turn)) {
            binding.close();
        }
        lines.release().forEach(this::sendQuietly);
    }

    /** The client has left: its turns end, at once or when their answers have been read as far as is configured. */
    private void left() {
        Optional<Set<RunningTurn>> open = lines.leave();
        if (open.isEmpty()) {
            return;
        }
        boolean cancels = host.cancelsWhenClientLeaves();
        open.get().forEach(turn -> turn.clientLeft(cancels));
        if (cancels || open.get().isEmpty()) {
            binding.close();
        }
    }

    /** Whether the connection was ended because the client did not read. */
    boolean stalled() {
        return output.stalled();
    }

    /** Takes a message that goes out with the next one or with {@link #flush}, waiting as long as the client is slow. */
    void sendLater(byte[] buffer, int offset, int length) throws IOException {
        if (lines.isLeft()) {
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

    /**
     * Whether a message that asks for nothing is answered; else the client has sent too many of them, and is ended. For the receiving
     * thread.
     */
    boolean indulges() {
        if (indulgence.spend()) {
            return true;
        }
        close(CloseCodes.POLICY_VIOLATION, "too many messages that ask for nothing");
        return false;
    }

    /** Says goodbye once the turns that run or wait are over. */
    void closeWhenQuiet(int code, String reason) {
        goodbye = () -> close(code, reason);
    }

    /** Says goodbye to a client whose key has ended. */
    void closeWithoutKey() {
        close(CloseCodes.POLICY_VIOLATION, "the key is no longer valid");
    }

    /** Says goodbye, on a thread of its own; the receiving thread goes on until the client has answered. */
    void close(int code, String reason) {
        if (!closingSinceNanos.compareAndSet(0, clock.getAsLong())) {
            return;
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
        long closing = closingSinceNanos.get();
        if (output.isStalled(nowNanos, rules.stall().toNanos()) || closing != 0 && nowNanos - closing > WebSocketConnection.GOODBYE_NANOS) {
            socket.close();
            return;
        }
        if (nowNanos - allowedNanos > ALLOWED_NANOS) {
            allowedNanos = nowNanos;
            if (!host.isStillAllowed(this)) {
                closeWithoutKey();
            }
        }
        if (!rules.keepalive().isZero() && output.isSilent(nowNanos, rules.keepalive().toNanos())) {
            output.pingLater(nowNanos);
        }
        if (!lines.busy()) {
            sweepQuiet(rules, nowNanos - lines.quietSinceNanos());
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
