package sluice.api;

/**
 * An account's state at one moment.
 *
 * @param name the account
 * @param state one word for people
 * @param inFlight slots taken
 * @param concurrency slots in all
 * @param errorEwma moving average of failures, 0..1
 * @param ttftEwmaNanos moving average of the time to first output; 0 if unknown
 * @param coolingNanos how long it still rests; 0 if it does not
 * @param succeeded attempts that went well since the start
 * @param failed attempts that failed since the start
 */
public record AccountStatus(String name, State state, int inFlight, int concurrency, double errorEwma, long ttftEwmaNanos,
        long coolingNanos, long succeeded, long failed) {
    /** What an account is doing. */
    public enum State { READY, FULL, COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED, DISABLED }
}
