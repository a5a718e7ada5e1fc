package sluice.wspool;

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
        return switch (round(request, streamId, portable, false)) {
            case Round.Done(UpstreamResult result) -> result;
            case Round.Again(boolean mayHaveRun) -> switch (round(request, streamId, false, mayHaveRun)) {
                case Round.Done(UpstreamResult result) -> result;
                case Round.Again again -> throw new IllegalStateException("a turn is sent at most twice");
            };
        };
    }

    private Round round(UpstreamRequest request, String streamId, boolean mayRepeat, boolean mayHaveRun) {
        TurnCall call = pools.call(request, EventForm.SAME);
        return switch (join(request, streamId, call.mailbox())) {
            case Joined.Failed(Kind kind, String detail) ->
                new Round.Done(UpstreamResult.Unreachable.unconnected(mayHaveRun, kind, detail));
            case Joined.Refused(UpstreamDial.Outcome.Refused answer) -> new Round.Done(TurnCall.refusedHandshake(answer, mayHaveRun));
            case Joined.Ready(BoundConnection connection, boolean doubtful, long connectNanos) -> {
                call.mailbox().whenOver(completed -> {
                    if (completed) {
                        connection.leave(streamId, call.mailbox());
                    } else {
                        lost(connection, "a turn of this connection was broken off");
                    }
                });
                TurnCall.Came came = call.make(request.body(), connection::send);
                if (mayRepeat && came.isTooOld()) {
                    lost(connection, "too old");
                    yield new Round.Again(mayHaveRun);
                }
                if (mayRepeat && doubtful && came instanceof TurnCall.Came.Nothing nothing && nothing.stale()) {
                    yield new Round.Again(nothing.failure().requestSent());
                }
                yield new Round.Done(TurnCall.result(came, mayHaveRun, connectNanos));
            }
        };
    }

    private sealed interface Joined {
        /**
         * A connection to send on.
         *
         * @param doubtful whether it was open before, and so may have ended without our knowledge
         */
        record Ready(BoundConnection connection, boolean doubtful, long connectNanos) implements Joined { }

        record Failed(Kind kind, String detail) implements Joined { }

        record Refused(UpstreamDial.Outcome.Refused answer) implements Joined { }
    }

    /** Puts a turn on the connection to the request's account, which is opened if the client is not bound to it. Blocks. */
    private Joined join(UpstreamRequest request, String streamId, EventMailbox turn) {
        opening.lock();
        try {
            Optional<BoundConnection> old = now();
            if (old.isPresent()) {
                boolean same = old.get().account().equals(request.account().name());
                if (same && old.get().enter(streamId, turn)) {
                    return new Joined.Ready(old.get(), true, 0);
                }
                if (!same && !old.get().isFreeFor(streamId)) {
                    return new Joined.Failed(Kind.HELD, "turns of other streams hold the client's connection to another account");
                }
                lost(old.get(), "the client's turns go to another account");
            }
            return open(request, streamId, turn);
        } finally {
            opening.unlock();
        }
    }

    private Joined open(UpstreamRequest request, String streamId, EventMailbox turn) {
        AccountPool pool = pools.pool(request.account());
        BoundConnection fresh = new BoundConnection(pool, request.sessionKey() != 0, strays, nanoClock);
        fresh.enter(streamId, turn);
        return switch (pool.take(pools.boundWant(request), fresh, false)) {
            case AccountPool.Given.Failed(Kind kind, String detail) -> new Joined.Failed(kind, detail);
            case AccountPool.Given.Refused(UpstreamDial.Outcome.Refused answer) -> new Joined.Refused(answer);
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
                yield new Joined.Ready(fresh, given.reused(), given.connectNanos());
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
