package sluice.ops;

import java.util.List;
import java.util.OptionalLong;
import sluice.api.TokenUsage;
import sluice.config.UsageSettings.ModelPrice;

/** What tokens cost. A model without a price has none: it is never taken for free. Immutable and thread-safe. */
public final class PriceTable {
    /** A dollar for a million tokens is a thousand of these for one. */
    private static final double NANO_DOLLARS_PER_TOKEN = 1000;

    private final List<ModelPrice> prices;

    /** A table of these prices; the first that fits counts. */
    public PriceTable(List<ModelPrice> prices) {
        this.prices = List.copyOf(prices);
    }

    /** The cost in billionths of a dollar; empty if the model has no price. */
    public OptionalLong costNanoDollars(String model, TokenUsage usage) {
        for (ModelPrice price : prices) {
            if (fits(price.model(), model)) {
                double cost = (usage.input() - usage.cached()) * price.input() + usage.cached() * price.cachedInput()
                        + usage.output() * price.output();
                return OptionalLong.of(Math.round(cost * NANO_DOLLARS_PER_TOKEN));
            }
        }
        return OptionalLong.empty();
    }

    private static boolean fits(String pattern, String model) {
        return pattern.endsWith("*") ? model.startsWith(pattern.substring(0, pattern.length() - 1)) : model.equals(pattern);
    }
}
