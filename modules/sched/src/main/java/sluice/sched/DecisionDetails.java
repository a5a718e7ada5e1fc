package sluice.sched;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import sluice.api.Decision;

/**
 * Records with some decisions how every candidate fared. Not with each one, for that makes an object per account on a request's
 * way; a person who reads along misses nothing. Lock-free. Thread-safe.
 */
final class DecisionDetails {
    /** Twenty a second. */
    static final long EVERY_NANOS = 50_000_000;
    /** With more accounts nobody reads the terms, and the decisions that are kept would hold megabytes of them. */
    static final int MAX_ACCOUNTS = 100;

    private final LineupPool lineups;
    private final AtomicLong nextNanos;

    DecisionDetails(LineupPool lineups, long nowNanos) {
        this.lineups = lineups;
        nextNanos = new AtomicLong(nowNanos);
    }

    /**
     * Every account with its terms or why it was ruled out, before a slot is taken; empty if it is not yet time again.
     *
     * @param gathered a lineup that has compared all accounts, as the layer "load balance" leaves it
     */
    List<Decision.Candidate> ofGathered(Lineup gathered, Fleet accounts, Wish wish, long nowNanos) {
        return due(accounts, nowNanos) ? gathered.candidates(accounts.configured, wish, nowNanos) : List.of();
    }

    /** As {@link #ofGathered}, but compares the accounts first. */
    List<Decision.Candidate> of(Fleet accounts, Wish wish, long nowNanos) {
        if (!due(accounts, nowNanos)) {
            return List.of();
        }
        Lineup lineup = lineups.take();
        try {
            lineup.gather(accounts, wish, nowNanos);
            return lineup.candidates(accounts.configured, wish, nowNanos);
        } finally {
            lineups.give(lineup);
        }
    }

    private boolean due(Fleet accounts, long nowNanos) {
        long next = nextNanos.get();
        return nowNanos - next >= 0 && accounts.configured.size() <= MAX_ACCOUNTS
                && nextNanos.compareAndSet(next, nowNanos + EVERY_NANOS);
    }
}
