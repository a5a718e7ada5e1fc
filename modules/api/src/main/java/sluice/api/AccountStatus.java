package sluice.api;

import java.util.List;

/**
 * An account's state at one moment.
 *
 * @param name the account
 * @param state one word for people
 * @param inFlight slots taken
 * @param concurrency slots in all
 * @param errorEwma moving average of failures, 0..1
 * @param ttftEwmaNanos moving average of the time to first output; 0 if unknown
 * @param coolingNanos how long it, or the model of it that rests longest, still rests; 0 if nothing does
 * @param restingModels models that rest while others are served, by name; at most 64
 * @param succeeded attempts that went well since the start
 * @param failed attempts that failed since the start
 * @param quotas what it may still use, by window and model
 */
public record AccountStatus(String name, State state, int inFlight, int concurrency, double errorEwma, long ttftEwmaNanos,
        long coolingNanos, List<RestingModel> restingModels, long succeeded, long failed, List<Quota> quotas) {
    /** What an account is doing; {@code MODEL_COOLING_DOWN}: it serves, but not every model. */
    public enum State { READY, FULL, MODEL_COOLING_DOWN, COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED, DISABLED }

    /**
     * A model that an account does not serve for a while.
     *
     * @param model the account's own name of it
     * @param restNanos how long still; more than 0
     */
    public record RestingModel(String model, long restNanos) { }

    /** Copies the list. */
    public AccountStatus {
        restingModels = List.copyOf(restingModels);
        quotas = List.copyOf(quotas);
    }
}
