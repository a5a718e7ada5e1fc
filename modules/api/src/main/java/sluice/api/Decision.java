package sluice.api;

import java.util.List;

/**
 * Why an account was chosen, or why none was.
 *
 * @param account the chosen account; empty if none
 * @param choice what the policy decided
 * @param asked what was asked for
 * @param when when it was decided
 * @param candidates every account with its score or the reason it was ruled out; may be empty for past decisions
 */
public record Decision(String account, SelectionPolicy.Choice choice, Asked asked, When when, List<Candidate> candidates) {
    /**
     * What was asked for.
     *
     * @param model the model; empty if the request names none
     * @param sessionKey the session's key, 0 without one
     * @param stripsReasoning whether encrypted reasoning is taken out, because it belongs to another organisation than the account
     */
    public record Asked(String model, long sessionKey, boolean stripsReasoning) { }

    /**
     * When it was decided.
     *
     * @param atEpochMillis by the wall clock
     * @param waitedNanos how long a slot had been waited for
     */
    public record When(long atEpochMillis, long waitedNanos) { }

    /** The layer that decided. */
    public enum Layer {
        /** What the request goes on from lives in that account. */
        RESPONSE_OWNER,
        /** The session lives there. */
        SESSION,
        /** It was the best by its score. */
        LOAD_BALANCE,
        /** No account was chosen. */
        NONE
    }

    /** One account in a decision. */
    public sealed interface Candidate {
        /** The account's name. */
        String account();

        /**
         * It could have served.
         *
         * @param account its name
         * @param score the sum of the terms; the higher, the better
         * @param terms what the score is made of
         */
        record Fit(String account, double score, Terms terms) implements Candidate { }

        /**
         * It could not.
         *
         * @param account its name
         * @param reason why not
         */
        record RuledOut(String account, FilterReason reason) implements Candidate { }
    }

    /** Why an account was not a candidate. */
    public enum FilterReason {
        /** The request has tried it, or asks for another one. */
        EXCLUDED,
        /** An operator took it out of service. */
        DISABLED,
        /** It rests because it was asked too often. */
        RATE_LIMITED,
        /** It rests because what it may use is used up. */
        USAGE_LIMIT,
        /** It rests for any other reason. */
        COOLING_DOWN,
        /** It failed too often in a row. */
        BREAKER_OPEN,
        /** Its key was refused. */
        UNAUTHORIZED,
        /** It does not serve the model, or refuses it for now. */
        MODEL_NOT_SERVED,
        /** It has refused the route, where others serve it. */
        ROUTE_NOT_SERVED,
        /** It is not called by WebSocket, and the request comes by one. */
        TRANSPORT_NOT_OFFERED,
        /** It cannot read the encrypted reasoning that the request carries. */
        OTHER_ORGANIZATION,
        /** All its slots are taken. */
        NO_FREE_SLOT,
        /** As many requests wait as may. */
        QUEUE_FULL,
        /** A lower tier has an account that fits. */
        HIGHER_TIER
    }

    /**
     * The weighted terms of a score.
     *
     * @param priority the operator's rank
     * @param load free slots
     * @param queue who waits for it alone
     * @param errors how seldom it failed
     * @param ttft how soon its first output came
     * @param quota how much of what it may use would be left at its renewal
     */
    public record Terms(double priority, double load, double queue, double errors, double ttft, double quota) {
        /** A policy that does not score. */
        public static final Terms NONE = new Terms(0, 0, 0, 0, 0, 0);

        /** All of them together. */
        public double sum() {
            return priority + load + queue + errors + ttft + quota;
        }
    }

    /**
     * The price of staying with the account where the session lives.
     *
     * @param account the session's account; empty without a session
     * @param stayMillis cost of staying
     * @param leaveMillis cost of the best other account plus what the prompt cache is worth
     * @param left whether it was left
     * @param reason in a few words
     */
    public record Stickiness(String account, double stayMillis, double leaveMillis, boolean left, String reason) {
        /** There is no session. */
        public static final Stickiness NONE = new Stickiness("", 0, 0, false, "");
    }

    /** Copies the list. */
    public Decision {
        candidates = List.copyOf(candidates);
    }

    /** The layer that decided; {@link Layer#NONE} if no account was chosen. */
    public Layer layer() {
        return account.isEmpty() ? Layer.NONE : choice.layer();
    }

    /** What staying would cost against leaving. */
    public Stickiness stickiness() {
        return choice.stickiness();
    }
}
