package sluice.api;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How a scheduler weighs. docs/scheduling.md says what each number does.
 *
 * @param scoring how accounts are compared
 * @param sticky sessions
 * @param failures what failures lead to
 * @param room how much is kept
 * @param clocks what tells the time
 */
public record SchedulerSettings(Scoring scoring, Sticky sticky, Failures failures, Room room, Clocks clocks) {
    /**
     * How accounts are compared.
     *
     * @param topK candidates that the weighted pick draws from, 1..64
     * @param weights weight of each factor
     * @param ewmaAlpha weight of the newest sample, 0..1
     */
    public record Scoring(int topK, Weights weights, double ewmaAlpha) { }

    /**
     * What failures lead to.
     *
     * @param coolDown how long accounts rest
     * @param breaker when an account is left alone
     */
    public record Failures(CoolDown coolDown, Breaker breaker) { }

    /**
     * How much is kept.
     *
     * @param waiters most threads that may wait for a slot
     * @param decisions how many of the last decisions are kept for explanations
     */
    public record Room(int waiters, int decisions) { }

    /**
     * What tells the time.
     *
     * @param nanos monotonic clock
     * @param epochMillis wall clock
     */
    public record Clocks(LongSupplier nanos, LongSupplier epochMillis) {
        /** The system's. */
        public static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);
    }

    /**
     * Weights of the factors of a score, each 0 or more; 0: it does not count.
     *
     * @param priority of the operator's rank
     * @param load of free slots
     * @param queue of how few wait for it alone
     * @param errors of how seldom it failed
     * @param ttft of how soon its first output came
     * @param quota of how much of what it may use would be left at its renewal
     */
    public record Weights(double priority, double load, double queue, double errors, double ttft, double quota) { }

    /**
     * What a session's account is worth.
     *
     * @param ttl how long a binding lasts after its last use
     * @param maxEntries most bindings
     * @param priceMillisPer1kCachedTokens what 1000 cached tokens are worth
     * @param errorCost what a certain error costs
     * @param minGain smallest gain worth a move
     * @param hysteresis share by which a move must be better than the price of staying, 0..1
     * @param maxTtft where costs cannot be compared: time to the first output above which a session leaves
     * @param maxErrors where costs cannot be compared: share of errors above which a session leaves, 0..1
     */
    public record Sticky(Duration ttl, int maxEntries, double priceMillisPer1kCachedTokens, Duration errorCost,
            Duration minGain, double hysteresis, Duration maxTtft, double maxErrors) { }

    /**
     * Rest after a failure.
     *
     * @param first rest when the upstream names none, doubling each time
     * @param unknownMax cap of that doubling
     * @param max cap of any rest
     * @param unauthorized first rest after a 401, doubling up to {@code max}
     * @param quota rest after a 402 or a spent quota that names no end
     * @param modelUnserved how long a model counts as unserved by an account that did not know it
     * @param forbidden answers 403 in a row that open the breaker
     */
    public record CoolDown(Duration first, Duration unknownMax, Duration max, Duration unauthorized, Duration quota,
            Duration modelUnserved, int forbidden) { }

    /**
     * The breaker.
     *
     * @param failures failures in a row that open it
     * @param open how long it stays open first, doubling
     * @param max cap of that doubling
     */
    public record Breaker(int failures, Duration open, Duration max) { }

    /** The usual numbers, with the system's clocks. */
    public static SchedulerSettings defaults() {
        return new SchedulerSettings(new Scoring(7, new Weights(1.0, 1.0, 0.7, 0.8, 0.5, 2.0), 0.2),
                new Sticky(Duration.ofHours(1), 100_000, 20, Duration.ofSeconds(5), Duration.ofMillis(250), 0.2,
                        Duration.ofSeconds(15), 0.5),
                new Failures(new CoolDown(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofSeconds(30),
                        Duration.ofMinutes(10), Duration.ofMinutes(10), 3),
                        new Breaker(3, Duration.ofSeconds(5), Duration.ofSeconds(60))),
                new Room(100, 200), Clocks.SYSTEM);
    }
}
