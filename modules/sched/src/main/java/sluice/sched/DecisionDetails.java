package sluice.sched;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import sluice.api.Decision;
import sluice.api.SelectionPolicy;

/**
 * Records with some decisions how every candidate fared. Not with each one, for that makes an object per account on a request's
 * way; a person who reads along misses nothing. Lock-free. Thread-safe.
 */
final class DecisionDetails {
    /** Twenty a second. */
    static final long EVERY_NANOS = 50_000_000;
    /** With more accounts nobody reads the terms, and the decisions that are kept would hold megabytes of them. */
    static final int MAX_ACCOUNTS = 100;

    private final AtomicLong nextNanos;

    DecisionDetails(long nowNanos) {
        nextNanos = new AtomicLong(nowNanos);
    }

    /** Every account with its terms or why it was ruled out, before a slot is taken; empty if it is not yet time again. */
    List<Decision.Candidate> of(SelectionPolicy policy, View view, long nowNanos) {
        long next = nextNanos.get();
        boolean due = nowNanos - next >= 0 && view.accounts().size() <= MAX_ACCOUNTS
                && nextNanos.compareAndSet(next, nowNanos + EVERY_NANOS);
        return due ? policy.candidates(view) : List.of();
    }
}
