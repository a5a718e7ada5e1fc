package sluice.api;

import java.util.List;

/**
 * An account's state at one moment.
 *
 * @param name the account
 * @param state one word for people
 * @param slots requests at a time
 * @param history how it has done
 * @param limits what it may not be asked for now, and what it may still use
 */
public record AccountStatus(String name, State state, Slots slots, History history, Limits limits) {
    /**
     * Requests at a time.
     *
     * @param taken under way
     * @param all most of them
     */
    public record Slots(int taken, int all) { }

    /**
     * How an account has done.
     *
     * @param errorEwma moving average of failures, 0..1
     * @param ttftEwmaNanos moving average of the time to first output; 0 if unknown
     * @param succeeded attempts that went well since the start
     * @param failed attempts that failed since the start
     */
    public record History(double errorEwma, long ttftEwmaNanos, long succeeded, long failed) { }

    /**
     * What an account may be asked for.
     *
     * @param coolingNanos how long it, or the model of it that rests longest, still rests; 0 if nothing does
     * @param restingModels models that rest while others are served, by name; at most 64
     * @param quotas what it may still use, by window and model
     */
    public record Limits(long coolingNanos, List<RestingModel> restingModels, List<Quota> quotas) {
        /** Copies the lists. */
        public Limits {
            restingModels = List.copyOf(restingModels);
            quotas = List.copyOf(quotas);
        }
    }

    /** What an account is doing. */
    public enum State {
        /** It takes requests. */
        READY,
        /** All its slots are taken. */
        FULL,
        /** It serves, but not every model. */
        MODEL_COOLING_DOWN,
        /** It rests, because its upstream or an operator said so. */
        COOLING_DOWN,
        /** It failed too often in a row. */
        BREAKER_OPEN,
        /** Its key was refused. */
        UNAUTHORIZED,
        /** An operator took it out of service. */
        DISABLED
    }

    /**
     * A model that an account does not serve for a while.
     *
     * @param model the account's own name of it
     * @param restNanos how long still; more than 0
     */
    public record RestingModel(String model, long restNanos) { }

    /**
     * What an account may still use, in one window of time, as its upstream told it.
     *
     * @param window the window's name: {@code primary}, {@code secondary}, {@code requests}, {@code tokens}
     * @param model the model that it is for; empty if for all of them together
     * @param left the part that is left, 0..1
     * @param lengthMillis how long the window is; 0 if that is not known, as of rates that are renewed all the time
     * @param renewsEpochMillis when it is whole again
     */
    public record Quota(String window, String model, double left, long lengthMillis, long renewsEpochMillis) {
        /** Keeps the part within its range. */
        public Quota {
            left = Math.clamp(left, 0, 1);
        }
    }
}
