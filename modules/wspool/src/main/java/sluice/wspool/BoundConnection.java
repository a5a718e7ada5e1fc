package sluice.wspool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.OutboundBody;
import sluice.api.TurnPool;
import sluice.json.JsonMembers;
import sluice.responses.BehindEnd;
import sluice.responses.EventKind;
import sluice.responses.EventType;

/**
 * A connection that one WebSocket client keeps, shared by the turns of its streams: each event goes to the {@link EventMailbox} of
 * the turn whose stream it names, and what belongs to none goes to the client as it is, or nowhere.
 *
 * <p>Thread-safe. {@code lock} guards the turns and the phase; it is never held over I/O, nor while a mailbox is called.
 */
final class BoundConnection implements SocketListener {
    private enum Phase { BUSY, PAUSED, CLOSED }

    private final AccountPool pool;
    private final boolean shareable;
    private final LongSupplier nanoClock;
    private final TurnPool.Strays strays;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, EventMailbox> turns = new HashMap<>();
    private AccountPool.Given.Socket given;
    private TurnBeginnings beginnings = new TurnBeginnings();
    private Phase phase = Phase.BUSY;
    private boolean ended;
    /** Whether a turn ever named a stream: only then do events. */
    private boolean multiplexed;
    private long pausedNanos;

    /** Without a socket yet; {@code shareable}: whether the session's next client may have the connection. */
    BoundConnection(AccountPool pool, boolean shareable, TurnPool.Strays strays, LongSupplier nanoClock) {
        this.pool = pool;
        this.shareable = shareable;
        this.strays = strays;
        this.nanoClock = nanoClock;
    }

    String account() {
        return pool.account().name();
    }

    /** Takes over a busy seat. */
    void attach(AccountPool.Given.Socket taken) {
        lock.lock();
        try {
            given = taken;
            beginnings = taken.socket().beginnings();
        } finally {
            lock.unlock();
        }
    }

    /** Where the events of its turns begin. */
    TurnBeginnings beginnings() {
        lock.lock();
        try {
            return beginnings;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a turn on the connection; false if it has ended. */
    boolean enter(String streamId, EventMailbox turn) {
        turn.comesBy(beginnings());
        lock.lock();
        try {
            if (ended || phase == Phase.CLOSED) {
                return false;
            }
            multiplexed |= !streamId.isEmpty();
            turns.put(streamId, turn);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether no turn of another stream uses it. */
    boolean isFreeFor(String streamId) {
        lock.lock();
        try {
            return turns.isEmpty() || turns.size() == 1 && turns.containsKey(streamId);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a message. A paused connection must have kept its seat. */
    void send(OutboundBody message) throws IOException {
        boolean paused;
        AccountPool.Given.Socket socket;
        long idleNanos;
        lock.lock();
        try {
            if (phase == Phase.CLOSED) {
                throw new IOException("the connection to " + account() + " was closed");
            }
            paused = phase == Phase.PAUSED;
            phase = Phase.BUSY;
            socket = given;
            idleNanos = nanoClock.getAsLong() - pausedNanos;
        } finally {
            lock.unlock();
        }
        if (paused && !pool.resume(socket.socket(), socket.seat(), idleNanos)) {
            throw new IOException("connection " + socket.socket().id() + " ended between two turns");
        }
        socket.socket().send(message);
    }

    /** Passes a message on that is no turn; false if that cannot be done. */
    boolean passOn(OutboundBody message) {
        try {
            send(message);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * A turn is over; when all are, the connection is idle. Pausing under the lock keeps a turn that enters now from being taken
     * for idle; it is no I/O.
     */
    void leave(String streamId, EventMailbox turn) {
        lock.lock();
        try {
            if (turns.remove(streamId, turn) && turns.isEmpty() && phase == Phase.BUSY && !ended) {
                pausedNanos = nanoClock.getAsLong();
                phase = Phase.PAUSED;
                pool.pin(given.socket(), given.seat());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody uses the connection any more: it waits for the session's next client, or ends. Turns that run are broken off. */
    void close(String why) {
        Phase before;
        List<EventMailbox> open;
        AccountPool.Given.Socket socket;
        lock.lock();
        try {
            before = phase;
            phase = Phase.CLOSED;
            socket = given;
            open = new ArrayList<>(turns.values());
            turns.clear();
        } finally {
            lock.unlock();
        }
        if (before == Phase.CLOSED) {
            return;
        }
        socket.socket().unused();
        if (before == Phase.PAUSED && shareable) {
            pool.release(socket.socket(), socket.seat());
        } else {
            pool.discard(socket.socket(), socket.seat());
        }
        open.forEach(turn -> turn.broken(why));
    }

    @Override
    public void message(byte[] buffer, int offset, int length) {
        List<EventMailbox> receivers = receivers(buffer, offset, length);
        if (receivers.isEmpty()) {
            JsonMembers members = new JsonMembers(buffer, offset, offset + length);
            EventType type = members.seek("type") ? EventType.of(members.valueText()) : EventType.UNKNOWN;
            if (BehindEnd.mayCome(EventKind.TERMINAL, type, type.kind())) {
                strays.message(buffer, offset, length);
            }
            return;
        }
        receivers.forEach(turn -> turn.message(buffer, offset, length));
    }

    /** An error that names no stream, where none runs without a name, is the end of all. */
    private List<EventMailbox> receivers(byte[] buffer, int offset, int length) {
        String streamId = "";
        boolean error = false;
        if (named()) {
            JsonMembers members = new JsonMembers(buffer, offset, offset + length);
            streamId = members.seek("stream_id") ? members.valueText() : "";
            JsonMembers again = new JsonMembers(buffer, offset, offset + length);
            error = streamId.isEmpty() && again.seek("type") && EventType.of(again.valueText()).kind() == EventKind.FAILED;
        }
        lock.lock();
        try {
            EventMailbox turn = turns.get(streamId);
            if (turn != null) {
                return List.of(turn);
            }
            return error ? new ArrayList<>(turns.values()) : List.of();
        } finally {
            lock.unlock();
        }
    }

    private boolean named() {
        lock.lock();
        try {
            return multiplexed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void quiet() {
        List<EventMailbox> open;
        lock.lock();
        try {
            open = turns.size() == 1 ? List.of(turns.values().iterator().next()) : new ArrayList<>(turns.values());
        } finally {
            lock.unlock();
        }
        open.forEach(EventMailbox::quiet);
        strays.quiet();
    }

    @Override
    public void lost(String why) {
        List<EventMailbox> open;
        lock.lock();
        try {
            open = new ArrayList<>(turns.values());
        } finally {
            lock.unlock();
        }
        open.forEach(turn -> turn.lost(why));
    }

    @Override
    public void closed(int code, String reason) {
        List<EventMailbox> open;
        lock.lock();
        try {
            ended = true;
            open = new ArrayList<>(turns.values());
        } finally {
            lock.unlock();
        }
        open.forEach(turn -> turn.closed(code, reason));
    }
}
