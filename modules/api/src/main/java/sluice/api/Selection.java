package sluice.api;

import java.time.Duration;
import java.util.Map;

/** What {@link AccountScheduler#select} gives. */
public sealed interface Selection {
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
