package sluice.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The few places of the admin port. Whoever comes gets one; where none is left, somebody else gives his up: of the network that holds
 * most the one who came first, whatever he has sent, asked for or been told since. Who has shown the token stays while his request goes
 * on. So nobody keeps the port, and a newcomer stays until as many others of his network have come as it holds places, but for a moment
 * in any case. Thread-safe.
 */
public final class AdminPlaces {
    /** Who has not sent or taken a piece for so long keeps his place for nothing; a lost packet is sent again sooner. */
    private static final Duration STUCK = Duration.ofSeconds(1);
    /**
     * Enough for a handshake and a request by TLS on a busy machine. A flood that would push newcomers out sooner waits before the port,
     * and everybody with it: 32 places take 640 connections a second.
     */
    private static final Duration MOMENT = Duration.ofMillis(50);
    /** Operators keep their places as long as this share of all is left to change hands. */
    private static final int MOVING_SHARE = 4;

    private final int most;
    private final LongSupplier nanoClock;
    private final LongConsumer pause;
    private final ReentrantLock lock = new ReentrantLock();
    /** In the order in which they came. Guarded by the lock. */
    private final Set<Place> held = new LinkedHashSet<>();

    /**
     * Places that are all free.
     *
     * @param most how many, 1 or more
     * @param pause waits for so many nanoseconds of the clock
     */
    public AdminPlaces(int most, LongSupplier nanoClock, LongConsumer pause) {
        this.most = most;
        this.nanoClock = nanoClock;
        this.pause = pause;
    }

    /** What one connection holds. */
    public final class Place {
        private final String network;
        private final Runnable end;
        private final long cameNanos = nanoClock.getAsLong();
        private volatile boolean operator;
        private volatile boolean waiting;
        /** When it last began or ended to wait for its client. */
        private volatile long movedNanos = cameNanos;
        /** When it came, or was last sent a piece of an answer. */
        private volatile long servedNanos = cameNanos;

        private Place(String network, Runnable end) {
            this.network = network;
            this.end = end;
        }

        /** Whether the request under way has shown the token; told when it has, and when it is over. */
        void isOperator(boolean is) {
            operator = is;
        }

        /** Begins to wait until the client has sent something, or takes a piece of an answer; or it has. */
        void waits(boolean begins) {
            movedNanos = nanoClock.getAsLong();
            waiting = begins;
        }

        /** A piece of an answer has been sent. */
        void served() {
            servedNanos = nanoClock.getAsLong();
        }

        private boolean mayGo(long nowNanos) {
            return !operator || waiting && nowNanos - movedNanos > STUCK.toNanos();
        }

        /** The connection has ended. May be called again. */
        public void leave() {
            lock.lock();
            try {
                held.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Takes a place, and ends somebody else's connection if there was none; waits for the moment that this one has in any case. For one
     * thread at a time.
     *
     * @param network where the connection comes from, and all others that are counted with it
     * @param end ends the connection from another thread; does not wait
     */
    public Place enter(String network, Runnable end) {
        for (Optional<Place> first = givesWay(); first.isPresent(); first = givesWay()) {
            endOrWait(first.get());
        }
        Place entered = new Place(network, end);
        lock.lock();
        try {
            held.add(entered);
            return entered;
        } finally {
            lock.unlock();
        }
    }

    private void endOrWait(Place first) {
        long left = first.cameNanos + MOMENT.toNanos() - nanoClock.getAsLong();
        if (left > 0) {
            pause.accept(left);
        } else {
            first.leave();
            first.end.run();
        }
    }

    /** Who gives way; empty if there is a free place. */
    private Optional<Place> givesWay() {
        long now = nanoClock.getAsLong();
        List<Place> all = all();
        if (all.size() < most) {
            return Optional.empty();
        }
        List<Place> some = all.stream().filter(place -> place.mayGo(now)).toList();
        List<Place> mayGo = some.size() * MOVING_SHARE < most ? all : some;
        Map<String, Integer> holds = new HashMap<>();
        mayGo.forEach(place -> holds.merge(place.network, 1, Integer::sum));
        // The first of several that are alike.
        return mayGo.stream().max(Comparator.comparing(place -> holds.get(place.network)));
    }

    private List<Place> all() {
        lock.lock();
        try {
            return new ArrayList<>(held);
        } finally {
            lock.unlock();
        }
    }

    /** Ends those who are no operators and have not been sent anything for {@code limit}. */
    public void sweep(Duration limit) {
        long now = nanoClock.getAsLong();
        all().stream().filter(place -> !place.operator && now - place.servedNanos > limit.toNanos()).forEach(place -> place.end.run());
    }
}
