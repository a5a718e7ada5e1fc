package sluice.api;

import java.time.Duration;
import java.util.Map;

/** What {@link AccountScheduler#select} gives. */
public sealed interface Selection {
    /** An account with a slot taken. The lease must be closed, whatever happens. */
    record Selected(AccountLease lease) implements Selection { }

    /**
     * No account could be had within the wait.
     *
     * @param reasons how many accounts each reason ruled out
     * @param retryAfter when the soonest cool-down ends; zero if none is running
     */
    record Unavailable(Map<FilterReason, Integer> reasons, Duration retryAfter) implements Selection {
        /** Copies the map. */
        public Unavailable {
            reasons = Map.copyOf(reasons);
        }
    }

    /** Why an account was not a candidate. */
    enum FilterReason {
        EXCLUDED, DISABLED, COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED, MODEL_NOT_SERVED, TRANSPORT_NOT_OFFERED,
        OTHER_ORGANIZATION, NO_FREE_SLOT, QUEUE_FULL,
        /** A lower tier has an account that fits. */
        HIGHER_TIER
    }
}
