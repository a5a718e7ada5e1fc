package sluice.clients;

import sluice.api.TokenUsage;

/**
 * Background work that was accepted and whose usage is not known yet. Its reservation stays until it is.
 *
 * @param requestId the request that asked for it
 * @param epochMillis when that came
 * @param whose who pays for it
 * @param responseId what it is asked for by
 * @param claim what it is expected to use
 * @param nanoDollars what is reserved for it
 */
public record Pending(String requestId, long epochMillis, Whose whose, String responseId, Claim claim, long nanoDollars) {
    /**
     * Who pays.
     *
     * @param client the client
     * @param team its team; empty: none
     * @param account the account that does the work
     */
    public record Whose(String client, String team, String account) { }

    /** The same work, by the tier that an answer names. */
    Pending servedBy(String tier) {
        return new Pending(requestId, epochMillis, whose, responseId, claim.servedBy(tier), nanoDollars);
    }

    /** What the work is taken to have used if nobody tells. */
    TokenUsage estimate() {
        return TokenUsage.estimate(claim.inputTokens(), claim.outputTokens());
    }

    /** The model that does the work. */
    public String model() {
        return claim.model();
    }
}
