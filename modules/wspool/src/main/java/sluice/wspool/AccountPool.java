package sluice.wspool;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.TurnPool.Seats.Grant;
import sluice.api.TurnPool.Seats.Seat;
import sluice.api.UpstreamResult.Kind;
import sluice.websocket.CloseCodes;

/** The connections of one account: seats by the book, sockets by dialling. Thread-safe; no I/O happens under a lock. */
final class AccountPool {
    private final Account account;
    private final TurnPool.Settings settings;
    private final UpstreamDial dial;
    private final TurnStates turnStates;
    private final Sweeper sweeper;
    private final LongSupplier nanoClock;
    private final TurnPool.Seats<PooledSocket> seats;
    private volatile boolean closing;

    AccountPool(Account account, TurnPool.Settings settings, UpstreamDial dial, TurnStates turnStates,
            TurnPool.Seats.Factory seating, Sweeper sweeper, LongSupplier nanoClock) {
        this.account = account;
        this.settings = settings;
        this.dial = dial;
        this.turnStates = turnStates;
        this.sweeper = sweeper;
        this.nanoClock = nanoClock;
        seats = seating.create(account.name(), settings, settings.seats(account.rank().concurrency()), nanoClock);
    }

    Account account() {
        return account;
    }

    /** Who wants a connection: see {@link TurnPool.Seats#acquire} and {@link TurnPool.Binding#turn}. */
    record Want(long group, long affinity, long sessionKey, String target, Headers headers, Cancellation cancellation) { }

    /** What is given. */
    sealed interface Given {
        record Socket(PooledSocket socket, Seat<PooledSocket> seat, boolean reused, long connectNanos) implements Given { }

        record Refused(UpstreamDial.Outcome.Refused answer) implements Given, Joined { }

        record Failed(Kind kind, String detail) implements Given, Joined { }
    }

    /**
     * Takes an idle connection or dials.
     *
     * @param listener hears of it from now on
     * @param prove whether an idle connection must answer a ping first, however short it was idle
     */
    Given take(Want want, SocketListener listener, boolean prove) {
        long start = nanoClock.getAsLong();
        // Each round that does not end here has closed an idle connection, and there are no more of them than seats.
        for (int round = 0; round <= settings.maxSeats(); round++) {
            switch (acquire(want)) {
                case Grant.Reuse<PooledSocket> reuse -> {
                    PooledSocket socket = reuse.seat().occupant();
                    boolean doubtful = prove || reuse.idleNanos() >= settings.pingAfter().toNanos();
                    if (socket.isOpen() && (!doubtful || socket.answersPing(settings.pongWait().toNanos()))) {
                        socket.listener(listener);
                        return new Given.Socket(socket, reuse.seat(), true, nanoClock.getAsLong() - start);
                    }
                    discard(socket, reuse.seat());
                }
                case Grant.Dial<PooledSocket> fresh -> {
                    closeAll(fresh.evicted(), CloseCodes.NORMAL, "seat needed");
                    return open(want, fresh.seat(), listener, start);
                }
                case Grant.Full<PooledSocket> full -> {
                    return want.cancellation().isCancelled() || Thread.currentThread().isInterrupted()
                            ? new Given.Failed(Kind.CANCELLED, "cancelled while waiting for a WebSocket seat")
                            : new Given.Failed(Kind.TIMEOUT, "no WebSocket seat of " + account.name() + " came free in time");
                }
            }
        }
        return new Given.Failed(Kind.RESET, "no idle WebSocket of " + account.name() + " is alive");
    }

    /** A cancellation interrupts the wait; the interruption goes no further. */
    private Grant<PooledSocket> acquire(Want want) {
        Thread waiter = Thread.currentThread();
        want.cancellation().onCancel(waiter::interrupt);
        Grant<PooledSocket> grant;
        try {
            grant = seats.acquire(want.group(), want.affinity(), settings.seatWait().toNanos());
        } catch (InterruptedException e) {
            waiter.interrupt();
            grant = new Grant.Full<>();
        }
        want.cancellation().clear();
        if (want.cancellation().isCancelled()) {
            Thread.interrupted();
        }
        return grant;
    }

    private Given open(Want want, Seat<PooledSocket> seat, SocketListener listener, long start) {
        AtomicReference<UpstreamDial.Outcome> outcome = new AtomicReference<>();
        try {
            outcome.set(dial.open(account, want.target(), withTurnState(want), want.cancellation()));
        } finally {
            if (!(outcome.get() instanceof UpstreamDial.Outcome.Open)) {
                seats.vacate(seat);
            }
        }
        return switch (outcome.get()) {
            case UpstreamDial.Outcome.Failed failed -> new Given.Failed(failed.kind(), failed.detail());
            case UpstreamDial.Outcome.Refused refused -> new Given.Refused(refused);
            case UpstreamDial.Outcome.Open open -> {
                open.headers().first(TurnPool.TURN_STATE)
                        .ifPresent(state -> turnStates.keep(account.name(), want.sessionKey(), state));
                PooledSocket socket = new PooledSocket(seat.id(), open.socket(), open.memory(), sweeper, nanoClock,
                        () -> seats.vacate(seat));
                seats.opened(seat, socket);
                socket.start(listener);
                yield new Given.Socket(socket, seat, false, nanoClock.getAsLong() - start);
            }
        };
    }

    /** A client that brings its own state keeps it. */
    private Headers withTurnState(Want want) {
        Headers headers = want.headers();
        if (headers.has(TurnPool.TURN_STATE)) {
            return headers;
        }
        return turnStates.of(account.name(), want.sessionKey()).map(state -> {
            Headers.Builder all = Headers.builder();
            for (int i = 0; i < headers.size(); i++) {
                all.add(headers, i);
            }
            return all.add(TurnPool.TURN_STATE, state).build();
        }).orElse(headers);
    }

    /** A turn is over, and the connection is for the next one of its group. */
    void release(PooledSocket socket, Seat<PooledSocket> seat) {
        socket.unused();
        if (closing || socket.isHarmed()) {
            seats.vacate(seat);
            socket.closePolitely(CloseCodes.NORMAL, "");
            return;
        }
        closeAll(seats.release(seat), CloseCodes.NORMAL, "idle");
    }

    /** The connection must not be used any more: its seat is free at once. */
    void discard(PooledSocket socket, Seat<PooledSocket> seat) {
        seats.vacate(seat);
        socket.closeNow();
    }

    /** A turn is over, and its client keeps the connection, unless all are being closed. */
    void pin(PooledSocket socket, Seat<PooledSocket> seat) {
        seats.pin(seat);
        if (closing) {
            seats.vacate(seat);
            socket.closePolitely(CloseCodes.GOING_AWAY, "account removed");
        }
    }

    /** Another turn of the client that kept it; false if it must not be used. */
    boolean resume(PooledSocket socket, Seat<PooledSocket> seat, long idleNanos) {
        if (seats.resume(seat) && (idleNanos < settings.pingAfter().toNanos()
                || socket.answersPing(settings.pongWait().toNanos()))) {
            return true;
        }
        discard(socket, seat);
        return false;
    }

    /** The janitor's visit. */
    void sweep(long nowNanos) {
        closeAll(seats.sweep(nowNanos), CloseCodes.NORMAL, "idle");
    }

    /** The account may not be called any more: what is idle is closed now, what is busy once it is released. */
    void retire() {
        closing = true;
        long everyAge = Math.max(settings.retireAfter().toNanos(), settings.idleKeep().toNanos());
        closeAll(seats.sweep(nanoClock.getAsLong() + everyAge), CloseCodes.GOING_AWAY, "account removed");
    }

    void close() {
        closing = true;
        closeAll(seats.occupants(), CloseCodes.GOING_AWAY, "shutting down");
    }

    TurnPool.Seats.Counts counts() {
        return seats.counts();
    }

    private static void closeAll(List<PooledSocket> sockets, int code, String reason) {
        sockets.forEach(socket -> socket.closePolitely(code, reason));
    }
}
