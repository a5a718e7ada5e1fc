package sluice.wspool;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import sluice.api.ConnectionSeats.Seat;
import sluice.api.OutboundBody;
import sluice.api.TurnPool;

/** A connection that one WebSocket client keeps. Thread-safe. */
final class BoundConnection implements TurnPool.Connection {
    private enum Phase { BUSY, PAUSED, CLOSED }

    private final AccountPool pool;
    private final PooledSocket socket;
    private final Seat<PooledSocket> seat;
    private final boolean shareable;
    private final LongSupplier nanoClock;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BUSY);
    private volatile long pausedNanos;

    /** Takes over a busy seat; {@code shareable} if the session's next client may have the connection. */
    BoundConnection(AccountPool pool, PooledSocket socket, Seat<PooledSocket> seat, boolean shareable, LongSupplier nanoClock) {
        this.pool = pool;
        this.socket = socket;
        this.seat = seat;
        this.shareable = shareable;
        this.nanoClock = nanoClock;
    }

    @Override
    public String id() {
        return socket.id();
    }

    @Override
    public void send(OutboundBody message) throws IOException {
        if (phase.compareAndSet(Phase.PAUSED, Phase.BUSY) && !pool.resume(socket, seat, nanoClock.getAsLong() - pausedNanos)) {
            throw new IOException("connection " + id() + " ended between two turns");
        }
        if (phase.get() == Phase.CLOSED) {
            throw new IOException("connection " + id() + " was closed");
        }
        socket.send(message);
    }

    @Override
    public void pause() {
        pausedNanos = nanoClock.getAsLong();
        if (phase.compareAndSet(Phase.BUSY, Phase.PAUSED)) {
            pool.pin(socket, seat);
        }
    }

    @Override
    public void close() {
        Phase before = phase.getAndSet(Phase.CLOSED);
        if (before == Phase.CLOSED) {
            return;
        }
        socket.unused();
        if (before == Phase.PAUSED && shareable) {
            pool.release(socket, seat);
        } else {
            pool.discard(socket, seat);
        }
    }
}
