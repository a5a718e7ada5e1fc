package sluice.clients;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import sluice.api.TokenUsage;

/** What a client's requests to each model used lately, on average. Bounded. Thread-safe. */
final class UsageMeans {
    /** More models are not remembered; a request to one of them is reserved by the usual guess. */
    private static final int MAX_MODELS = 64;
    private static final double NEWEST_SHARE = 0.2;

    /**
     * Tokens of a request.
     *
     * @param input read
     * @param output written
     */
    record Mean(double input, double output) {
        private Mean and(TokenUsage usage) {
            return new Mean(input + NEWEST_SHARE * (usage.input() - input), output + NEWEST_SHARE * (usage.output() - output));
        }
    }

    private final Map<String, Mean> byModel = new ConcurrentHashMap<>();

    /** Learns what a request used. */
    void add(String model, TokenUsage usage) {
        Mean known = byModel.get(model);
        if (known != null) {
            // Of two that end at once one may be forgotten: it is a mean.
            byModel.put(model, known.and(usage));
        } else if (byModel.size() < MAX_MODELS) {
            byModel.put(model, new Mean(usage.input(), usage.output()));
        }
    }

    /** The mean of a model, or {@code otherwise} if it is not known. */
    Mean of(String model, Mean otherwise) {
        return byModel.getOrDefault(model, otherwise);
    }
}
