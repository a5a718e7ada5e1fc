package sluice.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.Account;
import sluice.api.EventFacts;
import sluice.api.EventInspector;
import sluice.api.Headers;
import sluice.api.ModelNames;
import sluice.api.OutboundBody;
import sluice.api.RelayOutcome;
import sluice.api.TurnPool;
import sluice.responses.RestoredNames;

/**
 * The one connection to an account that a WebSocket client keeps (DESIGN §9): opened at its first turn, shared by the turns of
 * its streams, and replaced when it is lost or when a turn goes to another account. Thread-safe.
 *
 * <p>{@code opening} lets one turn open a connection at a time; it is this client's own, so that nobody else waits. {@code
 * state} guards the fields and is never held over I/O; it is taken after {@code opening}.
 */
final class UpstreamBinding {
    private final ClientSocket socket;
    private final TurnPool pool;
    private final EventInspector inspector;
    private final ReentrantLock opening = new ReentrantLock();
    private final ReentrantLock state = new ReentrantLock();
    private final Map<String, Turn> turns = new HashMap<>();
    private Optional<Bound> current = Optional.empty();
    private ModelNames lastNames = ModelNames.SAME;
    private boolean closed;

    UpstreamBinding(ClientSocket socket, TurnPool pool, EventInspector inspector) {
        this.socket = socket;
        this.pool = pool;
        this.inspector = inspector;
    }

    /** What {@link #join} gives. */
    sealed interface Joined {
        /**
         * A connection to send on.
         *
         * @param doubtful whether it was open before, and so may have ended without our knowledge
         */
        record Ready(Bound bound, boolean doubtful, long connectNanos) implements Joined { }

        /** There is none. */
        record Failed(TurnPool.Opening why) implements Joined { }

        /** Turns of other streams hold the client's connection to another account. */
        record Elsewhere() implements Joined { }
    }

    /** The name of the account that the client is bound to; empty if it is to none. */
    String account() {
        state.lock();
        try {
            return current.map(bound -> bound.account).orElse("");
        } finally {
            state.unlock();
        }
    }

    /** Whether no other turn than {@code turn} uses the connection. */
    boolean isFreeFor(Turn turn) {
        state.lock();
        try {
            return turns.isEmpty() || turns.size() == 1 && turns.containsValue(turn);
        } finally {
            state.unlock();
        }
    }

    /** Puts a turn on the connection to {@code account}, which is opened if the client is not bound to it. Blocks. */
    Joined join(Turn turn, Account account, Headers headers) {
        opening.lock();
        try {
            Optional<Bound> old;
            state.lock();
            try {
                if (current.isPresent() && current.get().account.equals(account.name())) {
                    turns.put(turn.streamId, turn);
                    return new Joined.Ready(current.get(), true, 0);
                }
                if (current.isPresent() && !isFreeFor(turn)) {
                    return new Joined.Elsewhere();
                }
                old = current;
                current = Optional.empty();
                turns.clear();
            } finally {
                state.unlock();
            }
            old.flatMap(bound -> bound.connection).ifPresent(TurnPool.Connection::close);
            return open(turn, account, headers);
        } finally {
            opening.unlock();
        }
    }

    private Joined open(Turn turn, Account account, Headers headers) {
        Bound bound = new Bound(account.name());
        TurnPool.Opening opened = pool.open(new TurnPool.Request(account, turn.target, headers, turn.client, turn.sessionKey,
                turn.cancellation()), bound);
        if (!(opened instanceof TurnPool.Opening.Opened(TurnPool.Connection connection, boolean reused, long nanos))) {
            return new Joined.Failed(opened);
        }
        boolean late;
        state.lock();
        try {
            bound.connection = Optional.of(connection);
            late = closed;
            if (!late) {
                current = Optional.of(bound);
                turns.put(turn.streamId, turn);
            }
        } finally {
            state.unlock();
        }
        if (late) {
            connection.close();
        } else if (bound.ended) {
            lost(bound, bound.why);
        }
        return new Joined.Ready(bound, reused, nanos);
    }

    /**
     * The turn is over, or has been; when all are, the connection is idle. Pausing under the lock keeps a turn that joins now
     * from being taken for idle; it is no I/O.
     */
    void leave(Turn turn) {
        state.lock();
        try {
            if (turns.remove(turn.streamId, turn)) {
                lastNames = turn.relay().map(TurnRelay::names).orElse(lastNames);
                if (turns.isEmpty()) {
                    current.flatMap(bound -> bound.connection).ifPresent(TurnPool.Connection::pause);
                }
            }
        } finally {
            state.unlock();
        }
    }

    /** The connection must not be used any more; the turns of other streams that are on it end. */
    void drop(Bound bound, String why) {
        bound.connection.ifPresent(TurnPool.Connection::close);
        lost(bound, why);
    }

    /** Passes a message on that is no turn; false if there is no connection. */
    boolean passOn(OutboundBody message) {
        Optional<TurnPool.Connection> connection;
        state.lock();
        try {
            connection = current.flatMap(bound -> bound.connection);
        } finally {
            state.unlock();
        }
        if (connection.isEmpty()) {
            return false;
        }
        try {
            connection.get().send(message);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The client has left: the connection is closed, or kept for its next one if it is idle. */
    void close() {
        Optional<Bound> last;
        state.lock();
        try {
            closed = true;
            last = current;
            current = Optional.empty();
        } finally {
            state.unlock();
        }
        last.flatMap(bound -> bound.connection).ifPresent(TurnPool.Connection::close);
    }

    private void lost(Bound bound, String why) {
        List<Turn> open = List.of();
        state.lock();
        try {
            if (current.isPresent() && current.get() == bound) {
                current = Optional.empty();
                open = new ArrayList<>(turns.values());
                turns.clear();
            }
        } finally {
            state.unlock();
        }
        for (Turn turn : open) {
            turn.relay().ifPresent(relay -> relay.broken(RelayOutcome.Cause.UPSTREAM_CUT, why));
        }
    }

    /** One connection, and its listener. */
    final class Bound implements TurnPool.Listener {
        private final String account;
        private volatile Optional<TurnPool.Connection> connection = Optional.empty();
        private volatile boolean ended;
        private volatile String why = "";

        private Bound(String account) {
            this.account = account;
        }

        /** Sends a turn. */
        void send(OutboundBody message) throws IOException {
            connection.orElseThrow(() -> new IOException("not open")).send(message);
        }

        @Override
        public void message(byte[] buffer, int offset, int length) {
            Optional<Turn> only;
            ModelNames names;
            state.lock();
            try {
                if (current.isEmpty() || current.get() != this) {
                    // What an account still says after its turn went elsewhere.
                    return;
                }
                only = turns.size() == 1 ? Optional.of(turns.values().iterator().next()) : Optional.empty();
                names = only.flatMap(Turn::relay).map(TurnRelay::names).orElse(lastNames);
            } finally {
                state.unlock();
            }
            EventFacts facts = inspector.inspect(buffer, offset, offset + length, names);
            deliver(facts, names, buffer, offset, length);
        }

        private void deliver(EventFacts facts, ModelNames names, byte[] buffer, int offset, int length) {
            List<Turn> receivers = receivers(facts);
            if (receivers.isEmpty()) {
                byte[] message = RestoredNames.copy(facts, buffer, offset, offset + length, names);
                socket.sendQuietly(message);
                return;
            }
            for (Turn turn : receivers) {
                turn.relay().ifPresent(relay -> {
                    EventFacts own = relay.names().equals(names) ? facts
                            : inspector.inspect(buffer, offset, offset + length, relay.names());
                    relay.event(own, buffer, offset, length);
                });
            }
        }

        /** An error that names no stream, where none runs without a name, is the end of all. */
        private List<Turn> receivers(EventFacts facts) {
            state.lock();
            try {
                Turn turn = turns.get(facts.streamId());
                if (turn != null) {
                    return List.of(turn);
                }
                boolean all = facts.streamId().isEmpty() && facts.kind() == EventFacts.Kind.FAILED;
                return all ? new ArrayList<>(turns.values()) : List.of();
            } finally {
                state.unlock();
            }
        }

        @Override
        public void quiet() {
            Optional<TurnRelay> relay;
            state.lock();
            try {
                relay = turns.values().stream().findFirst().flatMap(Turn::relay);
            } finally {
                state.unlock();
            }
            relay.ifPresentOrElse(TurnRelay::quiet, socket::flushQuietly);
        }

        @Override
        public void closed(int code, String reason) {
            why = "WebSocket closed with code " + code + (reason.isEmpty() ? "" : ": " + reason);
            ended = true;
            lost(this, why);
        }
    }
}
