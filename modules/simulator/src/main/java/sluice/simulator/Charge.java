package sluice.simulator;

import sluice.api.TokenUsage;

/** What an answer costs once all of it has gone out. */
record Charge(String responseId, String model, String serviceTier, TokenUsage usage) {
    static final Charge NONE = new Charge("", "", "", TokenUsage.NONE);

    /** What it costs when the peer left behind so many deltas. */
    Charge upTo(int deltas) {
        return new Charge(responseId, model, serviceTier,
                TokenUsage.told(usage.input(), usage.cached(), Math.min(deltas, usage.output()), 0).withCacheWrite(usage.cacheWrite()));
    }

    boolean isNone() {
        return responseId.isEmpty();
    }
}
