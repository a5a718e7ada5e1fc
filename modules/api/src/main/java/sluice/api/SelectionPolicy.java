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

    /**
     * All that a {@link SelectionPolicy} may look at: one request, what is remembered about it, and every account as it is now. Accounts
     * have positions from 0, lowest tier first. Nothing can be changed through it, and it is valid during the call only. Confined to
     * one thread.
     */
    interface Situation {
        /** The request. */
        SelectionRequest request();

        /** Where its session lives; {@link SharedState.Home#NONE} without one. */
        SharedState.Home binding();

        /** Position of the account where the session lives; -1 if it lives nowhere, or the account is gone. */
        int home();

        /** Position of the only account that can serve the request, because it holds what the request refers to; -1: any may. */
        int owner();

        /** Whether the session leaves the organisation that can read its reasoning, and leaves it for good. */
        boolean leavesOrganization();

        /** Whether the request may still wait for its session's account alone. */
        boolean patient();

        /** A reading of the scheduler's monotonic clock. */
        long nowNanos();

        /** All accounts, lowest tier first; the same list until the configuration changes. */
        List<Account> accounts();

        /** Whether the account can serve the request now: it is well, serves the model, has a slot, and was not tried. */
        boolean fits(int position);

        /** Why it cannot; only where it does not {@linkplain #fits fit}. */
        Decision.FilterReason reason(int position);

        /** When the account's rest for this request ends; 0 if it does not rest, or if a probe decides. */
        long restEndsNanos(int position);

        /** Slots taken. */
        int inFlight(int position);

        /** Requests that wait for this account alone. */
        int waiting(int position);

        /** Share of its attempts that failed, lately, 0..1; fades to 0 while nothing happens. */
        double errors(int position);

        /** Mean time to the first output, for the model if that is known; 0 if unknown. */
        double ttftNanos(int position);

        /** How much {@link #ttftNanos} can be relied on: 1 just after a sample, 0 when it is forgotten. */
        double ttftCertainty(int position);

        /** Mean time for which a slot is held; 0 if unknown. */
        double heldNanos(int position);

        /**
         * How much more of the account's quota is left than of the time until it is renewed: 1 if all of it is left and the renewal is due,
         * -1 the other way round, 0 if it is used evenly or if nothing is known.
         */
        double quotaSurplus(int position);

        /** Whether so little of the account's quota is left that it is kept for the sessions that live there. */
        boolean quotaLow(int position);

        /** A hash of the account's name: the same in every process. */
        long nameHash(int position);
    }

    /** The accounts that a {@link SelectionPolicy} wants to be tried, the first one first. Confined to one thread at a time. */
    final class Shortlist {
        /** As many as a policy may name; behind them the rest of the tier is tried as it comes. */
        public static final int MAX = 64;

        private final int[] positions = new int[MAX];
        private int size;

        /** An empty one. */
        public Shortlist() {
        }

        /** Forgets all. */
        public void clear() {
            size = 0;
        }

        /** Adds the account at a position of {@link Situation#accounts}; what is beyond {@link #MAX} is dropped. */
        public void add(int position) {
            if (size < MAX) {
                positions[size++] = position;
            }
        }

        /** How many there are. */
        public int size() {
            return size;
        }

        /** The position of the account that is tried as number {@code rank}, from 0. */
        public int get(int rank) {
            return positions[rank];
        }
    }

    /**
     * What a {@link SelectionPolicy} decided for one request. The accounts to try are in the {@link Shortlist}.
     *
     * @param layer what decided
     * @param rebind whether the session lives in the chosen account from now on
     * @param patientUntilNanos until when the request waits for its session's account alone; 0: any account will do
     * @param stickiness what staying costs against leaving; {@link Decision.Stickiness#NONE} without a session
     */
    record Choice(Decision.Layer layer, boolean rebind, long patientUntilNanos, Decision.Stickiness stickiness) {
        /** The account that made the response has it, and nobody else. */
        public static final Choice OWNER = new Choice(Decision.Layer.RESPONSE_OWNER, false, 0, Decision.Stickiness.NONE);
        /** No session to keep. */
        public static final Choice FREE = new Choice(Decision.Layer.LOAD_BALANCE, true, 0, Decision.Stickiness.NONE);

        /** The session stays where it lives. */
        public static Choice stay(Decision.Stickiness stickiness) {
            return new Choice(Decision.Layer.SESSION, false, 0, stickiness);
        }

        /** The session goes elsewhere: for this request, or for good. */
        public static Choice leave(boolean rebind, Decision.Stickiness stickiness) {
            return new Choice(Decision.Layer.LOAD_BALANCE, rebind, 0, stickiness);
        }

        /** The session waits for the account where it lives, until {@code untilNanos} on the clock of {@link Situation#nowNanos}. */
        public static Choice patient(long untilNanos, Decision.Stickiness stickiness) {
            return new Choice(Decision.Layer.SESSION, false, untilNanos, stickiness);
        }
    }
}
