package sluice.wspool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.TurnPool;

/**
 * Seats whose acquire looks only at what it takes (optimisation 9): the idle connections of its own group, a counter, the
 * head of two lists. Nothing is swept, sorted or formatted on a request's way; {@link #sweep} belongs to the janitor.
 *
 * <p>One lock guards everything here, and no I/O happens under it. Who waits is served in order: while somebody waits, a
 * newcomer may reuse a connection of its own group, but takes no free seat.
 */
final class LeanSeats<C> implements TurnPool.Seats<C> {
    private final String idPrefix;
    private final TurnPool.Settings settings;
    private final int capacity;
    private final LongSupplier nanoClock;
    private final long retireNanos;
    private final long idleKeepNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Map<Long, SeatList<C>> groups = new HashMap<>();
    private final SeatList<C> idle = new SeatList<>(SeatList.BY_AGE);
    private final SeatList<C> pinned = new SeatList<>(SeatList.BY_AGE);
    /** Neither idle nor pinned. */
    private final SeatList<C> busy = new SeatList<>(SeatList.BY_AGE);
    private long sequence;
    private int waiting;
    private long dials;
    private long reuses;
    private long waits;
    private long evictions;
    private long retired;

    LeanSeats(String account, TurnPool.Settings settings, int capacity, LongSupplier nanoClock) {
        idPrefix = "ws_" + account + "_";
        this.settings = settings;
        this.capacity = capacity;
        this.nanoClock = nanoClock;
        retireNanos = settings.retireAfter().toNanos();
        idleKeepNanos = settings.idleKeep().toNanos();
    }

    @Override
    public Grant<C> acquire(long group, long affinity, long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Grant<C> grant = take(group, affinity, waiting == 0);
            if (!(grant instanceof Grant.Full) || waiting >= settings.maxWaiters() || waitNanos <= 0) {
                return grant;
            }
            return await(group, affinity, waitNanos);
        } finally {
            lock.unlock();
        }
    }

    private Grant<C> await(long group, long affinity, long waitNanos) throws InterruptedException {
        waiting++;
        waits++;
        try {
            long left = waitNanos;
            Grant<C> grant = new Grant.Full<>();
            while (grant instanceof Grant.Full && left > 0) {
                left = freed.awaitNanos(left);
                grant = take(group, affinity, true);
            }
            return grant;
        } finally {
            waiting--;
            // A wake-up that found more than one seat, or came as this thread gave up, is the next one's.
            wakeOne();
        }
    }

    private Grant<C> take(long group, long affinity, boolean mayTakeFree) {
        long now = nanoClock.getAsLong();
        SeatList<C> own = groups.get(group);
        if (own != null) {
            LeanSeat<C> seat = choose(own, affinity, now);
            if (!own.isEnd(seat)) {
                unlink(seat);
                seat.state(LeanSeat.State.BUSY);
                seat.affinity(affinity);
                busy.add(seat);
                reuses++;
                return new Grant.Reuse<>(seat, now - seat.idleSinceNanos());
            }
        }
        if (!mayTakeFree) {
            return new Grant.Full<>();
        }
        List<C> evicted = List.of();
        if (seats() >= capacity) {
            if (idle.isEmpty() && pinned.isEmpty()) {
                return new Grant.Full<>();
            }
            LeanSeat<C> oldest = oldest();
            evicted = List.of(oldest.occupant());
            remove(oldest);
            evictions++;
        }
        LeanSeat<C> seat = new LeanSeat<>(idPrefix + ++sequence, group, affinity, now);
        busy.add(seat);
        dials++;
        return new Grant.Dial<>(seat, evicted);
    }

    /** The last used of the group with that affinity, else the last used; the end of the list if all are too old. */
    private LeanSeat<C> choose(SeatList<C> own, long affinity, long now) {
        LeanSeat<C> end = own.before(own.first());
        LeanSeat<C> any = end;
        for (LeanSeat<C> seat = own.last(); !own.isEnd(seat); seat = own.before(seat)) {
            if (now - seat.bornNanos() < retireNanos) {
                if (seat.affinity() == affinity) {
                    return seat;
                }
                any = own.isEnd(any) ? seat : any;
            }
        }
        return any;
    }

    private LeanSeat<C> oldest() {
        if (idle.isEmpty()) {
            return pinned.first();
        }
        if (pinned.isEmpty()) {
            return idle.first();
        }
        return idle.first().idleSinceNanos() - pinned.first().idleSinceNanos() <= 0 ? idle.first() : pinned.first();
    }

    @Override
    public void opened(Seat<C> given, C occupant) {
        LeanSeat<C> seat = own(given);
        lock.lock();
        try {
            seat.occupy(occupant, nanoClock.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void pin(Seat<C> given) {
        LeanSeat<C> seat = own(given);
        lock.lock();
        try {
            if (seat.state() == LeanSeat.State.BUSY) {
                unlink(seat);
                seat.state(LeanSeat.State.PINNED);
                seat.idleSince(nanoClock.getAsLong());
                pinned.add(seat);
                wakeOne();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean resume(Seat<C> given) {
        LeanSeat<C> seat = own(given);
        lock.lock();
        try {
            if (seat.state() == LeanSeat.State.PINNED) {
                if (nanoClock.getAsLong() - seat.bornNanos() >= retireNanos) {
                    remove(seat);
                    retired++;
                    return false;
                }
                unlink(seat);
                seat.state(LeanSeat.State.BUSY);
                busy.add(seat);
                reuses++;
            }
            return seat.state() == LeanSeat.State.BUSY;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<C> release(Seat<C> given) {
        LeanSeat<C> seat = own(given);
        lock.lock();
        try {
            if (seat.state() == LeanSeat.State.VACANT || seat.state() == LeanSeat.State.IDLE) {
                return List.of();
            }
            long now = nanoClock.getAsLong();
            if (now - seat.bornNanos() >= retireNanos) {
                remove(seat);
                retired++;
                return List.of(seat.occupant());
            }
            unlink(seat);
            seat.state(LeanSeat.State.IDLE);
            seat.idleSince(now);
            idle.add(seat);
            groups.computeIfAbsent(seat.group(), ignored -> new SeatList<>(SeatList.IN_GROUP)).add(seat);
            List<C> close = List.of();
            if (idle.size() > settings.maxIdle()) {
                LeanSeat<C> oldest = idle.first();
                close = List.of(oldest.occupant());
                remove(oldest);
            }
            wakeOne();
            return close;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void vacate(Seat<C> given) {
        LeanSeat<C> seat = own(given);
        lock.lock();
        try {
            if (seat.state() != LeanSeat.State.VACANT) {
                remove(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<C> sweep(long nowNanos) {
        List<C> close = new ArrayList<>();
        lock.lock();
        try {
            closeOld(idle, nowNanos, close);
            closeOld(pinned, nowNanos, close);
            int target = (int) Math.ceil(busy.size() / settings.targetUtilisation());
            int wanted = Math.max(settings.minIdle(), target - busy.size());
            while (idle.size() > wanted && nowNanos - idle.first().idleSinceNanos() >= idleKeepNanos) {
                close.add(idle.first().occupant());
                remove(idle.first());
            }
            groups.values().removeIf(SeatList::isEmpty);
        } finally {
            lock.unlock();
        }
        return close;
    }

    private void closeOld(SeatList<C> list, long now, List<C> close) {
        for (LeanSeat<C> seat = list.first(); !list.isEnd(seat); ) {
            LeanSeat<C> next = list.after(seat);
            if (now - seat.bornNanos() >= retireNanos) {
                retired++;
                close.add(seat.occupant());
                remove(seat);
            }
            seat = next;
        }
    }

    @Override
    public List<C> occupants() {
        List<C> all = new ArrayList<>();
        lock.lock();
        try {
            for (SeatList<C> list : List.of(busy, pinned, idle)) {
                for (LeanSeat<C> seat = list.first(); !list.isEnd(seat); seat = list.after(seat)) {
                    if (seat.isOccupied()) {
                        all.add(seat.occupant());
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        return all;
    }

    @Override
    public Counts counts() {
        lock.lock();
        try {
            return new Counts(seats(), busy.size(), pinned.size(), waiting, dials, reuses, waits, evictions, retired);
        } finally {
            lock.unlock();
        }
    }

    private int seats() {
        return busy.size() + pinned.size() + idle.size();
    }

    private void remove(LeanSeat<C> seat) {
        unlink(seat);
        seat.state(LeanSeat.State.VACANT);
        wakeOne();
    }

    private void unlink(LeanSeat<C> seat) {
        switch (seat.state()) {
            case BUSY -> busy.remove(seat);
            case PINNED -> pinned.remove(seat);
            case IDLE -> {
                idle.remove(seat);
                groups.get(seat.group()).remove(seat);
            }
            case VACANT -> { }
        }
    }

    private void wakeOne() {
        if (waiting > 0 && (seats() < capacity || !idle.isEmpty() || !pinned.isEmpty())) {
            freed.signal();
        }
    }

    private static <C> LeanSeat<C> own(Seat<C> seat) {
        return (LeanSeat<C>) seat;
    }
}
