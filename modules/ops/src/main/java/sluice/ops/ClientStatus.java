package sluice.ops;

/**
 * What a client uses at one moment.
 *
 * @param name the client
 * @param inFlight requests under way
 * @param concurrency most requests at a time; 0: no limit
 * @param requestsThisMinute requests of this minute
 * @param requestsPerMinute most requests of a minute; 0: no limit
 * @param tokensThisMinute tokens of this minute
 * @param tokensPerMinute most tokens of a minute; 0: no limit
 * @param tokensInAll tokens since the start
 * @param spending what it has spent, and may spend
 */
public record ClientStatus(String name, int inFlight, int concurrency, long requestsThisMinute, int requestsPerMinute,
        long tokensThisMinute, long tokensPerMinute, long tokensInAll, Spending spending) {
    /**
     * What a client has spent, in billionths of a dollar, and its budget.
     *
     * @param dayNanoDollars spent this day, UTC
     * @param dayBudgetUsd most dollars a day; 0: no limit
     * @param monthNanoDollars spent this month, UTC
     * @param monthBudgetUsd most dollars a month; 0: no limit
     */
    public record Spending(long dayNanoDollars, double dayBudgetUsd, long monthNanoDollars, double monthBudgetUsd) { }
}
