package sluice.clients;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import sluice.api.NamePattern;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.config.ModelPrice;

/**
 * What tokens cost, by model, service tier, length of the prompt and kind. A model without a price has none: it is never taken for
 * free; neither is a tier without one taken for the usual tier. Immutable but for what it has looked up; thread-safe.
 */
public final class PriceTable {
    /** A dollar for a million tokens is a thousand of these for one. */
    private static final double NANO_DOLLARS_PER_TOKEN = 1000;
    /** How price files name those who serve these models; what is first counts. */
    private static final List<String> PROVIDERS = List.of("", "openai/", "azure/");
    /** Clients name models as they like: when there are more, all are looked up anew. */
    private static final int MAX_FOUND = 512;

    /** Prices that are looked through one after another: those of the configuration, and all with wildcards. */
    private final List<ModelPrice> listed = new ArrayList<>();
    /** Those of the price file, which has thousands. */
    private final Map<String, List<ModelPrice>> named = new HashMap<>();
    private final List<ModelPrice> all;
    /** What names of models have got, in the order in which it counts. */
    private final Map<String, List<ModelPrice>> found = new ConcurrentHashMap<>();
    /** Those of which no other is dearer in every kind. */
    private final List<ModelPrice.Rates> dearest = new ArrayList<>();

    /** A table of these prices; the first that fits counts, and of those for one model and tier the one for the longest prompt. */
    public PriceTable(List<ModelPrice> prices) {
        all = List.copyOf(prices);
        boolean own = true;
        for (ModelPrice price : all) {
            own &= !price.source().startsWith("usage.price-file");
            if (own || new NamePattern(price.model()).isWild()) {
                listed.add(price);
            } else {
                named.computeIfAbsent(price.model(), model -> new ArrayList<>()).add(price);
            }
            if (dearest.stream().noneMatch(other -> isDearer(other, price.rates()))) {
                dearest.removeIf(other -> isDearer(price.rates(), other));
                dearest.add(price.rates());
            }
        }
    }

    private static boolean isDearer(ModelPrice.Rates a, ModelPrice.Rates b) {
        return a.input() >= b.input() && a.cachedInput() >= b.cachedInput() && a.cacheWrite() >= b.cacheWrite()
                && a.output() >= b.output();
    }

    /** The price of a model, for a request of that tier with so many input tokens; empty if it has none. */
    public Optional<ModelPrice> priceOf(String model, String tier, long inputTokens) {
        ModelPrice best = null;
        for (ModelPrice price : candidates(model)) {
            boolean fits = price.tier().equals(tier) && (inputTokens > price.aboveTokens() || price.aboveTokens() == 0);
            if (fits && (best == null || best.model().equals(price.model()) && price.aboveTokens() > best.aboveTokens())) {
                best = price;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The prices of a model for all tiers and lengths. Looking through the patterns is too much for each request. */
    private List<ModelPrice> candidates(String model) {
        if (all.isEmpty()) {
            return all;
        }
        List<ModelPrice> known = found.get(model);
        if (known == null) {
            String name = nameOf(model);
            known = Stream.concat(listed.stream().filter(price -> price.fits(name)), named.getOrDefault(name, List.of()).stream())
                    .toList();
            if (found.size() >= MAX_FOUND) {
                found.clear();
            }
            found.put(model, known);
        }
        return known;
    }

    /** Every price that {@code model} may get, in the order in which they count. */
    public List<ModelPrice> pricesOf(String model) {
        return candidates(model);
    }

    /**
     * What a model is called in lists of prices: by its name; with its provider before it; and an edition, whose name ends in a date,
     * like the model that it is an edition of. The first name that has a price at all counts, for all tiers.
     */
    private String nameOf(String model) {
        if (isPriced(model)) {
            return model;
        }
        Optional<String> plain = NamePattern.withoutEdition(model);
        for (String name : plain.isPresent() ? List.of(model, plain.get()) : List.of(model)) {
            for (String provider : PROVIDERS) {
                if (isPriced(provider + name)) {
                    return provider + name;
                }
            }
        }
        return model;
    }

    private boolean isPriced(String name) {
        if (named.containsKey(name)) {
            return true;
        }
        for (ModelPrice price : listed) {
            if (price.fits(name)) {
                return true;
            }
        }
        return false;
    }

    /** All prices, in the order in which they count. */
    public List<ModelPrice> all() {
        return all;
    }

    /** The cost in billionths of a dollar; empty if the model has no price for this tier. */
    public OptionalLong costNanoDollars(String model, String tier, TokenUsage usage) {
        if (usage.total() == 0) {
            return OptionalLong.of(0);
        }
        Optional<ModelPrice> price = priceOf(model, tier, usage.input());
        return price.isEmpty() ? OptionalLong.empty() : OptionalLong.of(cost(price.get().rates(), usage));
    }

    /** What a request cost: by the model that the account was asked for; nothing if it used no tokens. */
    public OptionalLong costNanoDollars(UsageRecord record) {
        return costNanoDollars(record.upstreamModel().isEmpty() ? record.model() : record.upstreamModel(), record.tier(),
                record.usage());
    }

    /** What the prompt cache has saved: what the tokens that it served would have cost more, if read anew; empty without a price. */
    public OptionalLong savedNanoDollars(UsageRecord record) {
        TokenUsage usage = record.usage();
        String model = record.upstreamModel().isEmpty() ? record.model() : record.upstreamModel();
        OptionalLong with = costNanoDollars(model, record.tier(), usage);
        OptionalLong without = costNanoDollars(model, record.tier(), new TokenUsage(usage.input(), 0, usage.cacheWrite(), usage.output(),
                usage.reasoning(), usage.estimated()));
        return with.isPresent() && without.isPresent() ? OptionalLong.of(without.getAsLong() - with.getAsLong()) : OptionalLong.empty();
    }

    /** What these tokens cost at most, whatever the model and the tier; 0 for an empty table. */
    public long mostNanoDollars(TokenUsage usage) {
        long most = 0;
        for (ModelPrice.Rates rates : dearest) {
            most = Math.max(most, cost(rates, usage));
        }
        return most;
    }

    /** What tokens count for a budget: what they cost, or the most where that is unknown. */
    long countedNanoDollars(String model, String tier, TokenUsage usage) {
        OptionalLong cost = costNanoDollars(model, tier, usage);
        return cost.isPresent() ? cost.getAsLong() : mostNanoDollars(usage);
    }

    private static long cost(ModelPrice.Rates rates, TokenUsage usage) {
        long cached = Math.min(usage.cached(), usage.input());
        long written = Math.min(usage.cacheWrite(), usage.input() - cached);
        double cost = (usage.input() - cached - written) * rates.input() + cached * rates.cachedInput()
                + written * rates.cacheWrite() + usage.output() * rates.output();
        return Math.round(cost * NANO_DOLLARS_PER_TOKEN);
    }
}
