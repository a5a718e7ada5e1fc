package sluice.clients;

import java.util.List;

/** What the end of a request, or of background work, changes in what is kept. */
sealed interface SpendingChange {
    /** Nothing: what was reserved is free again. */
    SpendingChange NONE = new Nothing();

    /** Nothing is charged. */
    record Nothing() implements SpendingChange { }

    /**
     * Money was spent.
     *
     * @param day of which it counts
     * @param nanoDollars in billionths of a dollar
     * @param who pays: each of them all of it
     */
    record Charged(long day, long nanoDollars, List<Allowance> who) implements SpendingChange { }

    /** Background work was accepted, and its reservation stays. */
    record Began(Pending pending) implements SpendingChange { }

    /** The usage of background work is known. */
    record Settled(Pending pending, Charged charge) implements SpendingChange { }
}
