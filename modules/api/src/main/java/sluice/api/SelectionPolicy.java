package sluice.api;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides which accounts a request should try, in which order, and what becomes of its session. A pure function of a
 * {@link Situation}: it takes no slot, waits for nothing and remembers nothing, so that explaining, repeating and comparing its
 * decisions is safe. Slots, rests and waiting belong to the one {@link AccountScheduler}, whatever the policy. Thread-safe.
 */
public interface SelectionPolicy {
    /** Service: makes policies. */
    interface Factory extends Named {
        /** A policy that weighs as {@code settings} say. */
        SelectionPolicy create(SchedulerSettings settings);
    }

    /**
     * Chooses.
     *
     * @param shortlist receives the accounts to try, in order; it is empty when called, and left empty if none fits or if the
     *     request is to wait
     */
    Choice choose(Situation now, Shortlist shortlist);

    /** What to make of a slot of the account at {@code position} that came free while the request waited for any. */
    default Choice granted(Situation now, int position) {
        return Choice.FREE;
    }

    /** How every account fares, by position, for people. */
    default List<Decision.Candidate> candidates(Situation now) {
        List<Decision.Candidate> all = new ArrayList<>();
        for (int i = 0; i < now.accounts().size(); i++) {
            String name = now.accounts().get(i).name();
            all.add(now.fits(i) ? new Decision.Candidate.Fit(name, 0, Decision.Terms.NONE)
                    : new Decision.Candidate.RuledOut(name, now.reason(i)));
        }
        return all;
    }
}
