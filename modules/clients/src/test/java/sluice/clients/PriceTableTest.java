package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.TokenUsage;
import sluice.config.ModelPrice;
import sluice.config.ModelPrice.Rates;

/** To the billionth of a dollar, by made-up prices in the form of public ones. */
class PriceTableTest {
    private static final long CENT = 10_000_000;
    private static final String FILE = "usage.price-file: gpt-5.6";

    private final PriceTable table = new PriceTable(List.of(
            new ModelPrice("house-*", "", 0, new Rates(1, 1, 1, 4), "usage.prices[0]"),
            new ModelPrice("gpt-5.6-own", "", 0, new Rates(3, 0.3, 3, 9), "usage.prices[1]"),
            new ModelPrice("gpt-5.6", "", 272_000, new Rates(4, 0.4, 5, 24), FILE),
            new ModelPrice("gpt-5.6", "", 0, new Rates(2, 0.2, 2.5, 16), FILE),
            new ModelPrice("gpt-5.6", "flex", 0, new Rates(1, 0.1, 1.25, 8), FILE),
            new ModelPrice("gpt-5.6", "priority", 0, new Rates(4, 0.4, 4, 32), FILE)));

    @ParameterizedTest(name = "{0} {1}: {2} in, {3} cached, {4} written to the cache, {5} out: {6} cents")
    @CsvSource({
        "gpt-5.6, '', 100000, 0, 0, 10000, 36",
        "gpt-5.6, '', 100000, 50000, 0, 10000, 27",
        "gpt-5.6, '', 100000, 50000, 40000, 10000, 29",
        "gpt-5.6, '', 272000, 0, 0, 0, 54.4",
        "gpt-5.6, '', 272001, 0, 0, 0, 108.8004",
        "gpt-5.6, '', 300000, 200000, 0, 10000, 72",
        "gpt-5.6, flex, 100000, 50000, 0, 10000, 13.5",
        "gpt-5.6, priority, 100000, 0, 0, 10000, 72",
        "house-small, '', 1000000, 900000, 0, 100000, 140",
        "gpt-5.6-own, '', 1000, 0, 0, 0, 0.3",
    })
    void chargesByModelTierLengthAndKind(String model, String tier, long input, long cached, long written, long output, double cents) {
        TokenUsage usage = TokenUsage.told(input, cached, output, output / 2).withCacheWrite(written);
        assertEquals(OptionalLong.of(Math.round(cents * CENT)), table.costNanoDollars(model, tier, usage),
                "reasoning is a part of the output, and costs nothing on top");
    }

    @Test
    void whatHasNoPriceIsUnknownAndCountsByTheDearest() {
        TokenUsage usage = TokenUsage.told(1000, 0, 1000, 0);
        assertEquals(OptionalLong.empty(), table.costNanoDollars("gpt-6", "", usage));
        assertEquals(OptionalLong.empty(), table.costNanoDollars("house-small", "priority", usage), "a tier is a price of its own");
        assertEquals(1000 * (4_000 + 32_000), table.countedNanoDollars("gpt-6", "", usage));
        assertEquals(OptionalLong.of(0), table.costNanoDollars("gpt-6", "", TokenUsage.NONE));
    }

    @Test
    void moreCachedThanReadIsNoGain() {
        assertEquals(OptionalLong.of(10 * 200), table.costNanoDollars("gpt-5.6", "", TokenUsage.told(10, 500, 0, 0)));
    }

    /** Price lists name a model, a model of a provider, or an edition by its date. */
    @ParameterizedTest
    @CsvSource({"gpt-5.6, 2", "gpt-5.6-2026-08-07, 2", "gpt-5.6-mini, 0", "gpt-7, 7", "gpt-7-2026-01-02, 7", "gpt-8, 8",
        "gpt-8-2026-01-02, 9", "gpt-9, 0", "gpt-5.6-20260807, 2", "gpt-5.6-0807, 2", "gpt-5.6-3200, 0",
        "gpt-5.6-32, 0", "gpt-5.6-2026-08-07-x, 0"})
    void aModelIsFoundByTheNamesThatPriceListsGiveIt(String model, long dollars) {
        PriceTable listed = new PriceTable(List.of(new ModelPrice("gpt-5.6", "", 0, Rates.of(2, 2), FILE),
                new ModelPrice("openai/gpt-7", "", 0, Rates.of(7, 7), FILE), new ModelPrice("azure/gpt-7", "", 0, Rates.of(1, 1), FILE),
                new ModelPrice("azure/gpt-8", "", 0, Rates.of(8, 8), FILE),
                new ModelPrice("azure/gpt-8-2026-01-02", "", 0, Rates.of(9, 9), FILE),
                new ModelPrice("openrouter/openai/gpt-9", "", 0, Rates.of(5, 5), FILE)));
        assertEquals(dollars == 0 ? OptionalLong.empty() : OptionalLong.of(dollars * 1000),
                listed.costNanoDollars(model, "", TokenUsage.told(1, 0, 0, 0)));
        assertEquals(dollars != 0, !listed.pricesOf(model).isEmpty());
    }

    @Test
    void anEditionHasTheTiersOfTheRowThatItIsFoundBy() {
        TokenUsage usage = TokenUsage.told(1, 0, 0, 0);
        assertEquals(OptionalLong.of(1000), table.costNanoDollars("gpt-5.6-2026-08-07", "flex", usage));
        PriceTable own = new PriceTable(List.of(new ModelPrice("gpt-5.6-2026-08-07", "", 0, Rates.of(3, 3), "usage.prices[0]"),
                new ModelPrice("gpt-5.6", "flex", 0, Rates.of(1, 1), FILE)));
        assertEquals(OptionalLong.empty(), own.costNanoDollars("gpt-5.6-2026-08-07", "flex", usage),
                "a row of its own says all that there is to say");
    }

    @Test
    void noSumOfTokensIsTooLargeForACost() {
        assertEquals(OptionalLong.of(Long.MAX_VALUE), table.costNanoDollars("gpt-5.6", "", TokenUsage.told(1L << 52, 0, 1L << 52, 0)));
    }

    @Test
    void ofTwoThatFitTheFirstCounts() {
        PriceTable both = new PriceTable(List.of(ModelPrice.of("gpt-*", 1, 1, 1), ModelPrice.of("gpt-5", 2, 2, 2)));
        assertEquals(OptionalLong.of(1000), both.costNanoDollars("gpt-5", "", TokenUsage.told(1, 0, 0, 0)));
    }
}
