package sluice.ops;

import java.time.Instant;
import java.util.List;

/**
 * What a client uses at one moment.
 *
 * @param who the client, and how it shows who it is
 * @param inFlight requests under way
 * @param concurrency most requests at a time; 0: no limit
 * @param requestsThisMinute requests of this minute
 * @param requestsPerMinute most requests of a minute; 0: no limit
 * @param tokensThisMinute tokens of this minute
 * @param tokensPerMinute most tokens of a minute; 0: no limit
 * @param tokensInAll tokens since the start
 * @param spending what it has spent, and may spend
 */
public record ClientStatus(Who who, int inFlight, int concurrency, long requestsThisMinute, int requestsPerMinute,
        long tokensThisMinute, long tokensPerMinute, long tokensInAll, Spending spending) {
    /**
     * Who a client is.
     *
     * @param name unique
     * @param team its team; empty: none
     * @param issued whether it was made while a gateway ran; otherwise the configuration has it
     * @param models what it may ask for; empty: everything
     * @param keys those that it may show; none: it is revoked, or needs none
     */
    public record Who(String name, String team, boolean issued, List<String> models, List<Key> keys) {
        /** Copies the lists. */
        public Who {
            models = List.copyOf(models);
            keys = List.copyOf(keys);
        }
    }

    /**
     * A key.
     *
     * @param id the first digits of its hash
     * @param issued when it was made; {@link Instant#MIN}: unknown
     * @param expires when it ends; {@link Instant#MAX}: never
     * @param lastUsed when it was used last; {@link Instant#MIN}: never, as far as is known
     */
    public record Key(String id, Instant issued, Instant expires, Instant lastUsed) { }

    /**
     * What a client has spent, in billionths of a dollar, and its budget.
     *
     * @param dayNanoDollars spent this day
     * @param dayBudgetUsd most dollars a day; 0: no limit
     * @param monthNanoDollars spent this month
     * @param monthBudgetUsd most dollars a month; 0: no limit
     */
    public record Spending(long dayNanoDollars, double dayBudgetUsd, long monthNanoDollars, double monthBudgetUsd) { }
}
