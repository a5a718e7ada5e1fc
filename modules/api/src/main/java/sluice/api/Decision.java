package sluice.api;

import java.util.List;
import java.util.Optional;

/**
 * Why an account was chosen, or why none was.
 *
 * @param layer what decided
 * @param account the chosen account; empty if none
 * @param model the model asked for
 * @param sessionKey the session's key, 0 without one
 * @param atEpochMillis when
 * @param waitedNanos how long a slot was waited for
 * @param candidates every account with its score or the reason it was ruled out; may be empty for past decisions
 * @param stickiness what staying would cost against leaving, where there was a session
 * @param stripsReasoning whether encrypted reasoning is taken out, because it belongs to another organisation than the account
 */
public record Decision(Layer layer, String account, String model, long sessionKey, long atEpochMillis, long waitedNanos,
        List<Candidate> candidates, Optional<Stickiness> stickiness, boolean stripsReasoning) {
    /** The layer that decided. */
    public enum Layer { RESPONSE_OWNER, SESSION, LOAD_BALANCE, NONE }

    /**
     * One account in a decision.
     *
     * @param account its name
     * @param ruledOut why it was no candidate; empty if it was one
     * @param score the sum of the weighted terms
     * @param priority weighted term
     * @param load weighted term
     * @param queue weighted term
     * @param errors weighted term
     * @param ttft weighted term
     */
    public record Candidate(String account, Optional<Selection.FilterReason> ruledOut, double score, double priority,
            double load, double queue, double errors, double ttft) { }

    /**
     * The price of staying with the session's account (DESIGN §7, priced stickiness).
     *
     * @param account the session's account
     * @param stayMillis cost of staying
     * @param leaveMillis cost of the best other account plus what the prompt cache is worth
     * @param left whether it was left
     * @param reason in a few words
     */
    public record Stickiness(String account, double stayMillis, double leaveMillis, boolean left, String reason) { }

    /** Copies the list. */
    public Decision {
        candidates = List.copyOf(candidates);
    }
}
