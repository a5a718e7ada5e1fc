package sluice.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.TurnPool;

/**
 * Seats as the proposal found them (optimisations 9 and 11): every acquire sweeps all connections under the lock, sorts the
 * idle ones, and formats an id. What it finds to close is handed out by the next {@link #sweep} or {@link #release}.
 */
final class SweepingSeats<C> implements TurnPool.Seats<C> {
    private enum State { BUSY, PINNED, IDLE, CLOSED }

    private static final class Entry<C> implements Seat<C> {
        private final String id;
        private final long group;
        private State state = State.BUSY;
        private long affinity;
        private long bornNanos;
        private long idleSinceNanos;
        private Optional<C> occupant = Optional.empty();

        private Entry(String id, long group) {
            this.id = id;
            this.group = group;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public C occupant() {
            return occupant.orElseThrow();
        }
    }

    private final String account;
    private final TurnPool.Settings settings;
    private final int capacity;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final List<Entry<C>> entries = new ArrayList<>();
    private final List<C> toClose = new ArrayList<>();
    private long sequence;
    private int waiting;
    private long dials;
    private long reuses;
    private long waits;
    private long evictions;
    private long retired;

    SweepingSeats(String account, TurnPool.Settings settings, int capacity, LongSupplier nanoClock) {
        this.account = account;
        this.settings = settings;
        this.capacity = capacity;
        this.nanoClock = nanoClock;
    }

    @Override
    public Grant<C> acquire(long group, long affinity, long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Grant<C> grant = take(group, affinity, waiting == 0);
            if (!(grant instanceof Grant.Full) || waiting >= settings.maxWaiters() || waitNanos <= 0) {
                return grant;
            }
            waiting++;
            waits++;
            long left = waitNanos;
            try {
                while (grant instanceof Grant.Full && left > 0) {
                    left = freed.awaitNanos(left);
                    grant = take(group, affinity, true);
                }
                return grant;
            } finally {
                waiting--;
                freed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private Grant<C> take(long group, long affinity, boolean mayTakeFree) {
        long now = nanoClock.getAsLong();
        clean(now);
        Optional<Entry<C>> own = entries.stream().filter(entry -> entry.state == State.IDLE && entry.group == group)
                .max(Comparator.comparing((Entry<C> entry) -> entry.affinity == affinity)
                        .thenComparing(entry -> entry.idleSinceNanos));
        if (own.isPresent()) {
            Entry<C> entry = own.get();
            entry.state = State.BUSY;
            entry.affinity = affinity;
            reuses++;
            return new Grant.Reuse<>(entry, now - entry.idleSinceNanos);
        }
        if (!mayTakeFree) {
            return new Grant.Full<>();
        }
        List<C> evicted = new ArrayList<>();
        if (entries.size() >= capacity) {
            Optional<Entry<C>> oldest = entries.stream()
                    .filter(entry -> entry.state == State.IDLE || entry.state == State.PINNED)
                    .min(Comparator.comparing(entry -> entry.idleSinceNanos));
            if (oldest.isEmpty()) {
                return new Grant.Full<>();
            }
            evicted.add(oldest.get().occupant());
            close(oldest.get());
            evictions++;
        }
        Entry<C> entry = new Entry<>(String.format("ws_%s_%d", account, ++sequence), group);
        entry.affinity = affinity;
        entry.bornNanos = now;
        entries.add(entry);
        dials++;
        return new Grant.Dial<>(entry, evicted);
    }

    /** All connections, each time: closed ones leave, old ones are closed, idle ones sorted and cut down. */
    private void clean(long now) {
        entries.removeIf(entry -> entry.state == State.CLOSED);
        for (Entry<C> entry : List.copyOf(entries)) {
            if (entry.state != State.BUSY && now - entry.bornNanos >= settings.retireAfter().toNanos()) {
                toClose.add(entry.occupant());
                close(entry);
                retired++;
            }
        }
        List<Entry<C>> idle = new ArrayList<>(entries.stream().filter(entry -> entry.state == State.IDLE).toList());
        idle.sort(Comparator.comparing(entry -> entry.idleSinceNanos));
        long busy = entries.stream().filter(entry -> entry.state == State.BUSY).count();
        long wanted = Math.max(settings.minIdle(), (long) Math.ceil(busy / settings.targetUtilisation()) - busy);
        while (idle.size() > wanted && now - idle.getFirst().idleSinceNanos >= settings.idleKeep().toNanos()) {
            Entry<C> oldest = idle.removeFirst();
            toClose.add(oldest.occupant());
            close(oldest);
        }
    }

    private void close(Entry<C> entry) {
        entry.state = State.CLOSED;
        entries.remove(entry);
        freed.signal();
    }

    @Override
    public void opened(Seat<C> seat, C occupant) {
        lock.lock();
        try {
            entry(seat).occupant = Optional.of(occupant);
            entry(seat).bornNanos = nanoClock.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void pin(Seat<C> seat) {
        lock.lock();
        try {
            if (entry(seat).state == State.BUSY) {
                entry(seat).state = State.PINNED;
                entry(seat).idleSinceNanos = nanoClock.getAsLong();
                freed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean resume(Seat<C> seat) {
        lock.lock();
        try {
            Entry<C> entry = entry(seat);
            if (entry.state == State.PINNED) {
                if (nanoClock.getAsLong() - entry.bornNanos >= settings.retireAfter().toNanos()) {
                    close(entry);
                    retired++;
                    return false;
                }
                entry.state = State.BUSY;
                reuses++;
            }
            return entry.state == State.BUSY;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<C> release(Seat<C> seat) {
        lock.lock();
        try {
            Entry<C> entry = entry(seat);
            List<C> closed = new ArrayList<>(toClose);
            toClose.clear();
            if (entry.state == State.BUSY || entry.state == State.PINNED) {
                long now = nanoClock.getAsLong();
                if (now - entry.bornNanos >= settings.retireAfter().toNanos()) {
                    closed.add(entry.occupant());
                    close(entry);
                    retired++;
                } else {
                    entry.state = State.IDLE;
                    entry.idleSinceNanos = now;
                    List<Entry<C>> idle = new ArrayList<>(entries.stream().filter(e -> e.state == State.IDLE).toList());
                    if (idle.size() > settings.maxIdle()) {
                        idle.sort(Comparator.comparing(e -> e.idleSinceNanos));
                        closed.add(idle.getFirst().occupant());
                        close(idle.getFirst());
                    }
                    freed.signal();
                }
            }
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** The seat is free when the next acquire has swept; who waits is woken to do that. */
    @Override
    public void vacate(Seat<C> seat) {
        lock.lock();
        try {
            entry(seat).state = State.CLOSED;
            freed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<C> sweep(long nowNanos) {
        lock.lock();
        try {
            clean(nowNanos);
            List<C> closed = new ArrayList<>(toClose);
            toClose.clear();
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<C> occupants() {
        lock.lock();
        try {
            return entries.stream().filter(entry -> entry.state != State.CLOSED)
                    .flatMap(entry -> entry.occupant.stream()).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Counts counts() {
        lock.lock();
        try {
            return new Counts(entries.size(), count(State.BUSY), count(State.PINNED), waiting, dials, reuses, waits, evictions,
                    retired);
        } finally {
            lock.unlock();
        }
    }

    private int count(State state) {
        return (int) entries.stream().filter(entry -> entry.state == state).count();
    }

    private static <C> Entry<C> entry(Seat<C> seat) {
        return (Entry<C>) seat;
    }
}
