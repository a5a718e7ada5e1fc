package sluice.sched;

import sluice.api.SchedulerSettings;

/** The arithmetic of priced stickiness: what staying costs, what leaving costs. All in milliseconds. Immutable. */
final class StickyPrice {
    /** Staying must be this much dearer before a session moves, or it would swing between two equal accounts. */
    private final double margin;
    /** Where the other account's speed is unknown there is no price; then a session leaves an account slower than this, */
    private final double slowMillis;
    /** or one that fails more often than this. */
    private final double failing;
    private final double errorMillis;
    private final double minGainMillis;
    private final double millisPerToken;

    StickyPrice(SchedulerSettings.Sticky settings) {
        margin = 1 + settings.hysteresis();
        slowMillis = settings.maxTtft().toNanos() / 1e6;
        failing = settings.maxErrors();
        errorMillis = settings.errorCost().toNanos() / 1e6;
        minGainMillis = settings.minGain().toNanos() / 1e6;
        millisPerToken = settings.priceMillisPer1kCachedTokens() / 1000;
    }

    /** What a request costs at an account. */
    double cost(double waitMillis, double ttftMillis, double errors) {
        return waitMillis + ttftMillis + errors * errorMillis;
    }

    /** What the prompt cache saves by staying. */
    double worth(long cachedTokens) {
        return cachedTokens * millisPerToken;
    }

    /** Whether no other account, not even a perfect one, would be worth a move. */
    boolean nothingToGain(double stayMillis, double worthMillis) {
        return stayMillis <= worthMillis + minGainMillis;
    }

    /** Whether to leave; {@code leaveMillis} includes what the cache is worth. */
    boolean leaves(double stayMillis, double leaveMillis) {
        return stayMillis > leaveMillis * margin && stayMillis - leaveMillis >= minGainMillis;
    }

    /** How long it pays to wait for the session's account, if it costs {@code costMillis} once it has a slot. */
    double patienceMillis(double costMillis, double leaveMillis) {
        return Math.max(leaveMillis * margin, leaveMillis + minGainMillis) - costMillis;
    }

    /** The fallback without a price. */
    boolean poor(double ttftMillis, double errors) {
        return ttftMillis > slowMillis || errors > failing;
    }
}
