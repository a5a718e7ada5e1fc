package sluice.net;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Which loop a connection is served on. A loop that looks at its sockets finds more to do the more of them it has, so few loops cost
 * less than many; but one that is busy lets all of them wait. So as few are in use as have a good part of their time left, and
 * connections are spread over those evenly; what comes all at once is shared with the others anyway ({@link StepLine}). How busy they
 * are is looked at a hundred times a second, as long as anybody asks. Thread-safe.
 */
final class LoopChoice<L extends LoopChoice.Loop> {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    /** The share of a new look in what is known of the load: what lasts for some looks counts, a pause of the collector does not. */
    private static final double NEW = 0.1;
    /** A loop should not be busy for more of its time than this: whoever comes while others are served waits for them. */
    private static final double BUSY = 0.6;
    /** One loop fewer is used once those that are left would not be busy for more of their time than this, and have not been for ... */
    private static final double QUIET = 0.45;
    /** ... so many looks in a row. */
    private static final int QUIET_LOOKS = 100;
    /**
     * Streams that wait for their first event may all become busy, and cannot move then. So many, at 100 events a second each, keep a
     * loop busy for half of its time or a little more.
     */
    private static final int MOST_ON_ONE = 512;
    /** Connections move where their loop has more than its share and one in so many: moving each time that one ends would cost too much. */
    private static final int SLACK = 32;

    /** What is to be known of a loop. */
    interface Loop {
        /** Its place among the loops. */
        int number();

        /** Streams and connections that run there. */
        int streams();

        /** How long it had nothing to do, in nanoseconds, from when it began to {@code nowNanos}. */
        long idleNanos(long nowNanos);
    }

    private final List<L> loops;
    private final LongSupplier clock;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long lookedNanos;
    private volatile int inUse = 1;
    /** How many each loop in use should have at most. */
    private volatile int share = Integer.MAX_VALUE;
    /** Of each loop at the last look. This and what follows is for who is {@link #looking}. */
    private final long[] idleNanos;
    /** How many loops' time the work has taken. */
    private double load;
    private int quietLooks;

    /** Among {@code loops}, at least one; {@code clock} is in nanoseconds, as the loops' own. */
    LoopChoice(List<L> loops, LongSupplier clock) {
        this.loops = List.copyOf(loops);
        this.clock = clock;
        idleNanos = new long[loops.size()];
        lookedNanos = clock.getAsLong();
    }

    /** How many loops are in use. */
    int inUse() {
        return inUse;
    }

    /** For a new connection. */
    L forNewcomer() {
        look();
        return leastUsed();
    }

    /** For the next request of a connection that is on {@code current}: that one, if it is as good as any. */
    L insteadOf(L current) {
        look();
        return current.number() < inUse && current.streams() <= share ? current : leastUsed();
    }

    private L leastUsed() {
        L best = loops.getFirst();
        for (L loop : loops.subList(0, inUse)) {
            if (loop.streams() < best.streams()) {
                best = loop;
            }
        }
        return best;
    }

    private void look() {
        long now = clock.getAsLong();
        if (now - lookedNanos >= BETWEEN_LOOKS.toNanos() && !looking.getAndSet(true)) {
            look(now, Math.max(1, now - lookedNanos));
            lookedNanos = now;
            looking.set(false);
        }
    }

    private void look(long now, long pastNanos) {
        long busyNanos = 0;
        int streams = 0;
        for (int i = 0; i < loops.size(); i++) {
            long idle = loops.get(i).idleNanos(now);
            busyNanos += Math.clamp(pastNanos - (idle - idleNanos[i]), 0, pastNanos);
            idleNanos[i] = idle;
            streams += loops.get(i).streams();
        }
        boolean longAgo = pastNanos > BETWEEN_LOOKS.toNanos() * QUIET_LOOKS;
        load += (longAgo ? 1 : NEW) * ((double) busyNanos / pastNanos - load);
        int needed = Math.clamp(Math.max(quotient(load, BUSY), quotient(streams, MOST_ON_ONE)), 1, loops.size());
        boolean quiet = needed < inUse && load <= (inUse - 1) * QUIET;
        quietLooks = quiet ? quietLooks + 1 : 0;
        if (needed > inUse) {
            inUse = needed;
        } else if (quietLooks >= QUIET_LOOKS || quiet && longAgo) {
            inUse--;
            quietLooks = 0;
        }
        share = quotient(streams, inUse) + streams / inUse / SLACK;
    }

    private static int quotient(double amount, double each) {
        return (int) Math.ceil(amount / each);
    }
}
