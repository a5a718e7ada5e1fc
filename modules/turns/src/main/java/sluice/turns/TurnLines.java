package sluice.turns;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The turns of one client's WebSocket: those that run, and behind them, in one line for each stream, those that wait. Thread-safe: the
 * lock guards all of it, and no I/O happens under it.
 */
final class TurnLines {
    /** Most turns of one client that wait for an earlier one of their stream. No honest client has nearly as many. */
    private static final int MAX_WAITING = 64;
    /** Most of what an account says behind the end of a turn that waits for the client to have that end; more overtakes it. */
    private static final int MAX_HELD_BYTES = 64 * 1024;

    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ArrayDeque<ClientMessage>> lines = new HashMap<>();
    private final Set<RunningTurn> running = new HashSet<>();
    private final List<byte[]> held = new ArrayList<>(2);
    private int heldBytes;
    private int waiting;
    private volatile boolean left;
    private volatile boolean busy;
    private volatile long quietSinceNanos;

    /** Where a message has come to stand. */
    enum Place {
        /** Its stream has no other turn: whoever added it serves the line until {@link #next} is empty. */
        FIRST,
        /** The line is served already. */
        BEHIND_OTHERS,
        /** The client has left. */
        DROPPED,
        /** As many wait as may. */
        TOO_MANY
    }

    TurnLines(LongSupplier clock) {
        this.clock = clock;
        quietSinceNanos = clock.getAsLong();
    }

    /** A message has come. */
    Place add(ClientMessage message) {
        lock.lock();
        try {
            if (left) {
                message.permit().close();
                return Place.DROPPED;
            }
            if (waiting == MAX_WAITING) {
                return Place.TOO_MANY;
            }
            waiting++;
            busy = true;
            ArrayDeque<ClientMessage> line = lines.get(message.streamId());
            if (line != null) {
                line.add(message);
                return Place.BEHIND_OTHERS;
            }
            ArrayDeque<ClientMessage> fresh = new ArrayDeque<>(2);
            fresh.add(message);
            lines.put(message.streamId(), fresh);
            return Place.FIRST;
        } finally {
            lock.unlock();
        }
    }

    /** The next turn of a stream; empty if there is none, and then the stream is forgotten. */
    Optional<ClientMessage> next(String streamId) {
        lock.lock();
        try {
            ClientMessage next = lines.get(streamId).poll();
            if (next == null || left) {
                ArrayDeque<ClientMessage> dropped = lines.remove(streamId);
                if (next != null) {
                    dropped.add(next);
                }
                dropped.forEach(message -> message.permit().close());
                waiting -= dropped.size();
                if (lines.isEmpty()) {
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

    /** A turn runs from now on; false if the client has left, so that nobody else will tell it. */
    boolean begins(RunningTurn turn) {
        lock.lock();
        try {
            running.add(turn);
            return !left;
        } finally {
            lock.unlock();
        }
    }

    /** A turn is over; true if it was the last one of a client that has left. */
    boolean ended(RunningTurn turn) {
        lock.lock();
        try {
            running.remove(turn);
            return left && running.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what belongs to no turn, so that it does not overtake the end of one that runs; false if it may go out at once. */
    boolean hold(byte[] buffer, int offset, int length) {
        lock.lock();
        try {
            if (running.isEmpty() || heldBytes + length > MAX_HELD_BYTES) {
                return false;
            }
            held.add(Arrays.copyOfRange(buffer, offset, offset + length));
            heldBytes += length;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was kept, for whoever has ended a turn. */
    List<byte[]> release() {
        lock.lock();
        try {
            List<byte[]> all = List.copyOf(held);
            held.clear();
            heldBytes = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** The client has left: the turns that run, to be told; empty if that was known. */
    Optional<Set<RunningTurn>> leave() {
        lock.lock();
        try {
            if (left) {
                return Optional.empty();
            }
            left = true;
            return Optional.of(Set.copyOf(running));
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has left. */
    boolean isLeft() {
        return left;
    }

    /** Whether a turn runs or waits. */
    boolean busy() {
        return busy;
    }

    /** Since when no turn runs or waits, while none does. */
    long quietSinceNanos() {
        return quietSinceNanos;
    }
}
