package sluice.wspool;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.OutboundBody;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamResult.Kind;

/**
 * Whom a WebSocket client is bound to: at most one connection at a time, opened by its first turn and replaced when it is lost
 * or when a turn goes to another account.
 *
 * <p>Thread-safe. {@code opening} lets one turn open a connection at a time; it is this client's own, so that nobody else waits.
 * {@code state} guards the fields, is taken after {@code opening}, and is never held over I/O.
 */
final class ClientBinding implements TurnPool.Binding {
    private final TurnPools pools;
    private final TurnPool.Strays strays;
    private final LongSupplier nanoClock;
    private final ReentrantLock opening = new ReentrantLock();
    private final ReentrantLock state = new ReentrantLock();
    private Optional<BoundConnection> current = Optional.empty();
    private boolean closed;

    ClientBinding(TurnPools pools, TurnPool.Strays strays, LongSupplier nanoClock) {
        this.pools = pools;
        this.strays = strays;
        this.nanoClock = nanoClock;
    }

    @Override
    public String account() {
        return now().map(BoundConnection::account).orElse("");
    }

    @Override
    public boolean isFreeFor(String streamId) {
        return now().map(connection -> connection.isFreeFor(streamId)).orElse(true);
    }

    private Optional<BoundConnection> now() {
        state.lock();
        try {
            return current;
        } finally {
            state.unlock();
        }
    }

    @Override
    public UpstreamResult turn(UpstreamRequest request, String streamId, boolean portable) {
        return pools.rounds().run(request, () -> EventForm.SAME, portable, (turn, again) -> join(request, streamId, turn, again));
    }

    /** The client's connection, for a turn of one stream. */
    private record Bound(ClientBinding client, BoundConnection connection, String streamId, EventMailbox turn) implements Carrier {
        @Override
        public TurnBeginnings beginnings() {
            return connection.beginnings();
        }

        @Override
        public void send(OutboundBody body) throws IOException {
            connection.send(body);
        }

        @Override
        public void over(boolean completed) {
            if (completed) {
                connection.leave(streamId, turn);
            } else {
                client.lost(connection, "a turn of this connection was broken off");
            }
        }

        @Override
        public void tooOld() {
            client.lost(connection, "too old");
        }
    }

    /** Puts a turn on the connection to the request's account, which is opened if the client is not bound to it. Blocks. */
    private Joined join(UpstreamRequest request, String streamId, EventMailbox turn, boolean again) {
        opening.lock();
        try {
            Optional<BoundConnection> old = now();
            if (old.isPresent()) {
                boolean same = old.get().account().equals(request.account().name());
                if (same && old.get().enter(streamId, turn)) {
                    return new Joined.Ready(new Bound(this, old.get(), streamId, turn), true, 0);
                }
                if (!same && !old.get().isFreeFor(streamId)) {
                    return new AccountPool.Given.Failed(Kind.HELD,
                            "turns of other streams hold the client's connection to another account");
                }
                lost(old.get(), "the client's turns go to another account");
            }
            return open(request, streamId, turn, again);
        } finally {
            opening.unlock();
        }
    }

    private Joined open(UpstreamRequest request, String streamId, EventMailbox turn, boolean again) {
        AccountPool pool = pools.pool(request.account());
        BoundConnection fresh = new BoundConnection(pool, request.sessionKey() != 0, strays, nanoClock);
        fresh.enter(streamId, turn);
        return switch (pool.take(pools.boundWant(request), fresh, again)) {
            case AccountPool.Given.Failed failed -> failed;
            case AccountPool.Given.Refused refused -> refused;
            case AccountPool.Given.Socket given -> {
                fresh.attach(given);
                boolean late;
                state.lock();
                try {
                    late = closed;
                    current = late ? current : Optional.of(fresh);
                } finally {
                    state.unlock();
                }
                if (late) {
                    fresh.close("the client left");
                }
                yield new Joined.Ready(new Bound(this, fresh, streamId, turn), given.reused(), given.connectNanos());
            }
        };
    }

    private void lost(BoundConnection connection, String why) {
        state.lock();
        try {
            if (current.isPresent() && current.get() == connection) {
                current = Optional.empty();
            }
        } finally {
            state.unlock();
        }
        connection.close(why);
    }

    @Override
    public boolean passOn(OutboundBody message) {
        return now().map(connection -> connection.passOn(message)).orElse(false);
    }

    @Override
    public void close() {
        Optional<BoundConnection> last;
        state.lock();
        try {
            closed = true;
            last = current;
            current = Optional.empty();
        } finally {
            state.unlock();
        }
        last.ifPresent(connection -> connection.close("the client left"));
    }
}
