package sluice.clients;

import java.util.List;
import java.util.OptionalLong;
import sluice.api.NamePattern;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
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
            if (new NamePattern(price.model()).fits(model)) {
                return OptionalLong.of(cost(price, usage));
            }
        }
        return OptionalLong.empty();
    }

    /** What a request cost: by the model that the account was asked for; nothing if it used no tokens. */
    public OptionalLong costNanoDollars(String model, String upstreamModel, TokenUsage usage) {
        return usage.total() == 0 ? OptionalLong.of(0) : costNanoDollars(upstreamModel.isEmpty() ? model : upstreamModel, usage);
    }

    /** As {@link #costNanoDollars(String, String, TokenUsage)}. */
    public OptionalLong costNanoDollars(UsageRecord record) {
        return costNanoDollars(record.model(), record.upstreamModel(), record.usage());
    }

    /** What these tokens cost at most, whatever the model; 0 for an empty table. */
    public long mostNanoDollars(TokenUsage usage) {
        return prices.stream().mapToLong(price -> cost(price, usage)).max().orElse(0);
    }

    private static long cost(ModelPrice price, TokenUsage usage) {
        double cost = (usage.input() - usage.cached()) * price.input() + usage.cached() * price.cachedInput()
                + usage.output() * price.output();
        return Math.round(cost * NANO_DOLLARS_PER_TOKEN);
    }
}
