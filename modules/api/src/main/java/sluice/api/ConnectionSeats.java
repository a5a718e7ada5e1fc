package sluice.api;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The seats of one account's pooled connections: which connection serves a turn, who must wait, and what is closed. Pure
 * bookkeeping, without any I/O: the caller dials and closes, outside of every lock. Thread-safe.
 *
 * @param <C> the connection that sits on a seat
 */
public interface ConnectionSeats<C> {
    /** Service: makes seats. */
    interface Factory extends Named {
        /** Empty seats of one account. */
        <C> ConnectionSeats<C> create(String account, WebSocketSettings settings, int capacity, LongSupplier nanoClock);
    }

    /** A place for one connection, from the dial to the close. */
    interface Seat<C> {
        /** {@code ws_<account>_<number>}, unique in the process's life. */
        String id();

        /** The connection; there is none before {@link #opened}. */
        C occupant();
    }

    /** What {@link #acquire} gives. */
    sealed interface Grant<C> {
        /**
         * A connection that is open; it is busy from now on.
         *
         * @param idleNanos how long it was idle
         */
        record Reuse<C>(Seat<C> seat, long idleNanos) implements Grant<C> { }

        /**
         * A free seat: dial, then call {@link #opened} or {@link #vacate}.
         *
         * @param evicted connections that gave up their seats, for the caller to close
         */
        record Dial<C>(Seat<C> seat, List<C> evicted) implements Grant<C> {
            /** Copies the list. */
            public Dial {
                evicted = List.copyOf(evicted);
            }
        }

        /** No seat came free in time, or too many wait already. */
        record Full<C>() implements Grant<C> { }
    }

    /**
     * Takes a seat: an idle connection of {@code group} last used with {@code affinity}, else any idle one of the group, else
     * a free seat, else that of the connection which has been idle longest, else waits its turn.
     *
     * @param group connections are reused only within one
     * @param affinity what a connection was used for last, such as a session; 0 for nothing
     * @param waitNanos longest wait
     * @throws InterruptedException if the waiting thread is interrupted; no seat is taken then
     */
    Grant<C> acquire(long group, long affinity, long waitNanos) throws InterruptedException;

    /** The dial went well: {@code occupant} is busy on its seat. */
    void opened(Seat<C> seat, C occupant);

    /**
     * A turn is over, and its client keeps the connection: idle, but for nobody else. Does nothing if the seat was vacated.
     */
    void pin(Seat<C> seat);

    /** A pinned connection has another turn; false if it had to give up its seat. */
    boolean resume(Seat<C> seat);

    /**
     * Nobody uses the connection any more; it is idle, for its group. Returns what is to be closed: the connection itself when
     * it is too old, or one that has been idle longest when too many are.
     */
    List<C> release(Seat<C> seat);

    /** The connection is closed, or the dial failed: its seat is free at once. May be called again. */
    void vacate(Seat<C> seat);

    /** Vacates the seats of connections that are too old or idle for too long, and returns what is to be closed. */
    List<C> sweep(long nowNanos);

    /** All connections that are open, for a drain. */
    List<C> occupants();

    /** Counts of this moment and since the start. */
    Counts counts();

    /**
     * Counts of one account.
     *
     * @param seats taken, dials under way included
     * @param busy of these: serving a turn or being dialled
     * @param pinned of these: idle, kept by a client
     * @param waiting who waits for a seat
     * @param dials since the start: seats given to be dialled
     * @param reuses since the start: turns on a connection that was open
     * @param waits since the start: acquires that had to wait
     * @param evictions since the start: idle connections closed for another
     * @param retired since the start: connections closed for their age
     */
    record Counts(int seats, int busy, int pinned, int waiting, long dials, long reuses, long waits, long evictions,
            long retired) { }
}
