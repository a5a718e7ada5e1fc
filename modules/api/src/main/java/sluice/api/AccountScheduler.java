package sluice.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The accounts of the process: their slots, rests, statistics, and who waits for them. There is one, whatever policies decide, so that
 * nobody can take an account's slots twice. Thread-safe.
 */
public interface AccountScheduler extends AutoCloseable {
    /** Service: makes schedulers. */
    interface Factory extends Named {
        /** A scheduler without accounts; {@link #apply} brings them. */
        AccountScheduler create(SchedulerSettings settings, SelectionPolicy policy, SharedState state);
    }

    /** Replaces the accounts. Statistics stay with the names that stay; leases that are out stay valid. */
    void apply(List<Account> accounts);

    /**
     * Chooses an account and takes a slot of it, waiting at most {@link SelectionRequest#waitNanos}.
     *
     * @throws InterruptedException if the waiting thread is interrupted; no slot is taken then
     */
    Selection select(SelectionRequest request) throws InterruptedException;

    /** What {@link #select} would do now, in full, without taking a slot or waiting. */
    Decision explain(SelectionRequest request);

    /** How long until an account can be had for such a request; zero if one can be had now, or if that is not known. */
    Duration retryAfter(SelectionRequest request);

    /** The state of every account, in the order of the configuration. */
    List<AccountStatus> accounts();

    /** The last decisions, newest first, at most {@code limit}. */
    List<Decision> recentDecisions(int limit);

    /** An account has told outside of any lease what it may still use. Without such an account, nothing happens. */
    default void limited(String account, List<AccountStatus.Quota> quotas) {
        // what nobody reads need not be kept
    }

    /** An operator's hand on one account; false if there is no such account. */
    boolean control(String account, Control control);

    /** What an operator can do with an account. */
    enum Control {
        /** Takes it back into service. */
        ENABLE,
        /** No request goes to it until it is enabled. */
        DISABLE,
        /** It rests for as long as it would after a failure. */
        COOL,
        /** All that was held against it is forgotten: rests, breaker, averages. */
        RESET
    }

    /** Wakes all who wait, with {@link Selection.Unavailable}. */
    @Override
    void close();

    /** What {@link AccountScheduler#select} gives. */
    sealed interface Selection {
        /**
         * An account with a slot taken.
         *
         * @param lease is to be closed, whatever happens
         */
        record Selected(AccountLease lease) implements Selection { }

        /**
         * No account could be had within the wait.
         *
         * @param reasons how many accounts each reason ruled out
         * @param cause what this means for the client: what class of answer it gets
         * @param retryAfter when an account can be had again, as the upstream told it; zero if that is not known
         */
        record Unavailable(Map<Decision.FilterReason, Integer> reasons, Cause cause, Duration retryAfter) implements Selection {
            /** Copies the map. */
            public Unavailable {
                reasons = Map.copyOf(reasons);
            }

            /** For who knows no more. */
            public Unavailable(Map<Decision.FilterReason, Integer> reasons, Duration retryAfter) {
                this(reasons, new Cause.Broken(), retryAfter);
            }
        }

        /** Why a pool has nothing to give: that of the account which can be had first. */
        sealed interface Cause {
            /** No account of the configuration serves the model, or each has said so: trying again is in vain. */
            record ModelUnknown() implements Cause { }

            /**
             * What the accounts may use is used up.
             *
             * @param resetsAtEpochMillis when the first of them is renewed, as it said itself, or else when it is tried again
             */
            record UsageLimit(long resetsAtEpochMillis) implements Cause { }

            /** Too much for a moment. */
            record RateLimit() implements Cause { }

            /** All slots are taken, and the wait was over or too many waited. */
            record Busy() implements Cause { }

            /** Accounts that would do are disabled, refused, broken, or were tried. */
            record Broken() implements Cause { }
        }
    }
}
