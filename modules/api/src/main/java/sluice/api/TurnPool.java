package sluice.api;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Pooled WebSocket connections to accounts. As an {@link Upstream} it serves single HTTP requests, {@code POST /responses}
 * only: the events of the answer come as SSE. {@link #bind} gives a client that speaks WebSocket itself a connection to keep.
 * Thread-safe.
 */
public interface TurnPool extends Upstream {
    /** The header by which an account finds the place of a turn again. */
    String TURN_STATE = "x-codex-turn-state";

    /** Service: makes pools. */
    interface Factory extends Named {
        /** A pool with no connections yet. */
        TurnPool create(UpstreamSettings upstream, Settings settings);

        /** A pool with no connections yet, whose seats are kept by {@code seats}. */
        TurnPool create(UpstreamSettings upstream, Settings settings, Seats.Factory seats);
    }

    /**
     * The connection of a WebSocket client that has none yet. It must be closed when the client leaves.
     *
     * @param strays hears what accounts say outside of any turn
     */
    Binding bind(Strays strays);

    /** Seats and connections of an account; all zero if it has none. */
    Seats.Counts counts(String account);

    /**
     * The one connection to an account that a WebSocket client keeps: opened by its first turn, shared by the turns of its
     * streams, replaced when it is lost or when a turn goes to another account. An idle one of the same (account, client, session
     * key, {@code openai-beta}, query) is taken over. Thread-safe.
     */
    interface Binding extends AutoCloseable {
        /** Name of the account that the client is bound to; empty while it is to none. */
        String account();

        /** Whether no turn of another stream than {@code streamId} uses the connection. */
        boolean isFreeFor(String streamId);

        /**
         * Sends a turn to its account and waits for its first event; the events that follow are the answer, as SSE. A
         * connection that had ended unnoticed, or is too old, is replaced if the turn is portable. An error with a status that comes
         * first is an answer with that status. Blocks.
         *
         * @param request its body is the message; its headers are for the handshake
         * @param streamId tells the events of turns at the same time apart; empty without one
         * @param portable whether the turn refers to nothing that was said on the connection before
         */
        UpstreamResult turn(UpstreamRequest request, String streamId, boolean portable);

        /** Passes a message on that is no turn; false if there is no connection to pass it on to. */
        boolean passOn(OutboundBody message);

        /**
         * The client has left. If no turn is open, and no error was seen, the connection waits for the client's next one with
         * the same session; otherwise it is closed. May be called again.
         */
        @Override
        void close();
    }

    /**
     * Hears what belongs to no turn, on the connection's own thread: as long as it does not return, nothing more is read, pings
     * included. Must not throw.
     */
    interface Strays {
        /** A message: {@code buffer[offset, offset + length)}, to be used or copied before this returns. */
        void message(byte[] buffer, int offset, int length);

        /** No further message is here yet: what was held back to go out together with the next one must go now. */
        void quiet();
    }

    /**
     * How WebSocket connections to accounts are pooled.
     *
     * @param seatsPerSlot seats of an account for each of its {@link Account.Rank#concurrency} slots; clients keep idle connections
     * @param maxSeats most seats of an account
     * @param minIdle idle connections of an account that are kept whatever its load; 0 or more
     * @param maxIdle most idle connections of an account that no client keeps
     * @param targetUtilisation busy share of its open connections that an account is kept at: more are closed once idle; above 0
     * @param maxWaiters most requests that wait for a seat of an account
     * @param seatWait longest wait for a seat
     * @param idleKeep how long an idle connection is kept that the target does not ask for
     * @param retireAfter age at which a connection is closed between two turns; the upstream ends it at 60 minutes
     * @param pingAfter idle time after which a connection is pinged before it is used
     * @param pongWait longest wait for the answer to that ping
     * @param maxMessageBytes largest message
     */
    record Settings(double seatsPerSlot, int maxSeats, int minIdle, int maxIdle, double targetUtilisation,
            int maxWaiters, Duration seatWait, Duration idleKeep, Duration retireAfter, Duration pingAfter, Duration pongWait,
            int maxMessageBytes) {
        /** The usual numbers. */
        public static final Settings DEFAULT = new Settings(2.0, 128, 0, 12, 0.7, 100, Duration.ofSeconds(10),
                Duration.ofMinutes(5), Duration.ofMinutes(55), Duration.ofSeconds(90), Duration.ofSeconds(2), 64 * 1024 * 1024);

        /** Checks ranges. */
        public Settings {
            check(seatsPerSlot > 0, "seatsPerSlot", "must be more than 0", seatsPerSlot);
            check(maxSeats >= 1, "maxSeats", "must be 1 or more", maxSeats);
            check(minIdle >= 0 && minIdle <= maxIdle, "minIdle", "must be 0..maxIdle", minIdle);
            check(targetUtilisation > 0 && targetUtilisation <= 1, "targetUtilisation", "must be above 0, to 1", targetUtilisation);
            check(maxWaiters >= 0, "maxWaiters", "must be 0 or more", maxWaiters);
        }

        /** Seats of an account with so many slots. */
        public int seats(int concurrency) {
            return Math.clamp((long) Math.ceil(concurrency * seatsPerSlot), 1, maxSeats);
        }

        private static void check(boolean right, String key, String rule, Object value) {
            if (!right) {
                throw new IllegalArgumentException(key + ": " + rule + ", not " + value);
            }
        }
    }

    /**
     * The seats of one account's pooled connections: which connection serves a turn, who must wait, and what is closed. Pure
     * bookkeeping, without any I/O: the caller dials and closes, outside of every lock. Thread-safe.
     *
     * @param <C> the connection that sits on a seat
     */
    interface Seats<C> {
        /** Service: makes seats. */
        interface Factory extends Named {
            /** Empty seats of one account. */
            <C> Seats<C> create(String account, Settings settings, int capacity, LongSupplier nanoClock);
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
             * @param <C> the connection that sits on a seat
             * @param seat where it sits
             * @param idleNanos how long it was idle
             */
            record Reuse<C>(Seat<C> seat, long idleNanos) implements Grant<C> { }

            /**
             * A free seat: dial, then call {@link #opened} or {@link #vacate}.
             *
             * @param <C> the connection that sits on a seat
             * @param seat to sit on
             * @param evicted connections that gave up their seats, for the caller to close
             */
            record Dial<C>(Seat<C> seat, List<C> evicted) implements Grant<C> {
                /** Copies the list. */
                public Dial {
                    evicted = List.copyOf(evicted);
                }
            }

            /**
             * No seat came free in time, or too many wait already.
             *
             * @param <C> the connection that sits on a seat
             */
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
}
