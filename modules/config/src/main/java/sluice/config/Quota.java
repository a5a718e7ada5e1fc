package sluice.config;

/**
 * How much a client or a team may use. 0: no limit.
 *
 * @param concurrency most requests at a time
 * @param requestsPerMinute most requests in any minute
 * @param tokensPerMinute most tokens in any minute, input and output together
 * @param budget most dollars
 */
public record Quota(int concurrency, int requestsPerMinute, long tokensPerMinute, Budget budget) {
    /** No limits. */
    public static final Quota OPEN = new Quota(0, 0, 0, Budget.NONE);

    /**
     * Most dollars; 0: no limit. Days and months begin where {@code usage.time-zone} says.
     *
     * @param dayUsd in a day
     * @param monthUsd in a month
     */
    public record Budget(double dayUsd, double monthUsd) {
        /** No limit. */
        public static final Budget NONE = new Budget(0, 0);

        /** Whether there is no limit. */
        public boolean isOpen() {
            return dayUsd == 0 && monthUsd == 0;
        }
    }
}
