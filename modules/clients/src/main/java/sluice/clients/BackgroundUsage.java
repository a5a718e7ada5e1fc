package sluice.clients;

import sluice.api.TokenUsage;

/** Asks an account what background work has used, as a client would. Thread-safe; a call may take seconds. */
@FunctionalInterface
public interface BackgroundUsage {
    /** What was found. */
    sealed interface Found {
        /**
         * It has ended.
         *
         * @param usage what it has used; {@link TokenUsage#NONE} if the account does not say
         * @param serviceTier the tier that served; empty if the account does not say
         */
        record Ended(TokenUsage usage, String serviceTier) implements Found { }

        /** It is not known yet: the work goes on, or the account cannot be asked now. */
        record NotYet() implements Found { }

        /** There is no such work any more. */
        record Gone() implements Found { }
    }

    /** Looks once. */
    Found of(Pending pending);
}
