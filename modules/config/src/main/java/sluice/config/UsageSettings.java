package sluice.config;

import java.util.List;
import java.util.Map;

/**
 * Where usage goes, and what tokens cost: the keys below {@code usage:}.
 *
 * @param sink the keys for {@link sluice.api.UsageSink.Factory#create}, by their name below {@code usage:}, in their plain
 *     form: sizes in bytes
 * @param prices what models cost; the first that fits counts
 */
public record UsageSettings(Map<String, String> sink, List<ModelPrice> prices) {
    /** Copies both. */
    public UsageSettings {
        sink = Map.copyOf(sink);
        prices = List.copyOf(prices);
    }

    /**
     * What a model costs, in dollars for a million tokens.
     *
     * @param model name at the upstream; a trailing {@code *} matches any ending
     * @param input tokens read anew
     * @param cachedInput tokens that the prompt cache served
     * @param output tokens written, reasoning included
     */
    public record ModelPrice(String model, double input, double cachedInput, double output) { }
}
