package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceFileTest {
    /** In the form that the community keeps, with numbers made up. */
    private static final String FILE = """
            {
              "sample_spec": {"input_cost_per_token": 0.0, "max_tokens": "a text that explains", "mode": "one of: chat, embedding"},
              "gpt-5.6": {
                "input_cost_per_token": 2e-06, "output_cost_per_token": 1.6e-05, "cache_read_input_token_cost": 2e-07,
                "cache_creation_input_token_cost": 2.5e-06,
                "input_cost_per_token_above_272k_tokens": 4e-06, "output_cost_per_token_above_272k_tokens": 2.4e-05,
                "cache_read_input_token_cost_above_272k_tokens": 4e-07,
                "input_cost_per_token_flex": 1e-06, "output_cost_per_token_flex": 8e-06, "cache_read_input_token_cost_flex": 1e-07,
                "input_cost_per_token_priority": 4e-06, "output_cost_per_token_priority": 3.2e-05,
                "input_cost_per_token_batches": 1e-06,
                "litellm_provider": "openai", "supports_vision": true, "supported_endpoints": ["/v1/responses"],
                "search_context_cost_per_query": {"search_context_size_low": 0.01}
              },
              "text-embedding": {"input_cost_per_token": 2e-08, "mode": "embedding"},
              "broken": {"input_cost_per_token": "cheap", "output_cost_per_token": 1e-06},
              "no-object": 3
            }
            """;

    @TempDir
    private Path folder;

    private PriceFile.Content read(String text) throws IOException {
        return PriceFile.read(Files.writeString(folder.resolve("prices.json"), text));
    }

    private static Optional<ModelPrice.Rates> rates(PriceFile.Content content, String tier, long above) {
        return content.prices().stream().filter(price -> price.model().equals("gpt-5.6") && price.tier().equals(tier)
                && price.aboveTokens() == above).map(ModelPrice::rates).findFirst();
    }

    @Test
    void readsEachTierAndLengthAndTakesTheRestFromTheUsualPrice() throws IOException {
        PriceFile.Content content = read(FILE);

        assertEquals(Optional.of(new ModelPrice.Rates(2, 0.2, 2.5, 16)), rates(content, "", 0).map(PriceFileTest::rounded));
        assertEquals(Optional.of(new ModelPrice.Rates(4, 0.4, 4, 24)), rates(content, "", 272_000).map(PriceFileTest::rounded));
        assertEquals(Optional.of(new ModelPrice.Rates(1, 0.1, 1, 8)), rates(content, "flex", 0).map(PriceFileTest::rounded));
        assertEquals(Optional.of(new ModelPrice.Rates(4, 4, 4, 32)), rates(content, "priority", 0).map(PriceFileTest::rounded),
                "a cache whose price is not told costs as input of its tier");
        assertEquals(Optional.of(new ModelPrice.Rates(1, 1, 1, 16)), rates(content, "batch", 0).map(PriceFileTest::rounded));
        assertEquals(272_000, content.prices().getFirst().aboveTokens(), "the longest prompts first");
    }

    /** Twice the input and half more for the output above 272 000 tokens: for standard, flex and batch alike. */
    @Test
    void longPromptsAreDearerInEachTierByTheSameFactor() throws IOException {
        PriceFile.Content content = read(FILE);

        assertEquals(Optional.of(new ModelPrice.Rates(2, 0.2, 2, 12)), rates(content, "flex", 272_000).map(PriceFileTest::rounded));
        assertEquals(Optional.of(new ModelPrice.Rates(8, 8, 8, 48)), rates(content, "priority", 272_000).map(PriceFileTest::rounded));
        assertEquals(Optional.of(new ModelPrice.Rates(2, 2, 2, 24)), rates(content, "batch", 272_000).map(PriceFileTest::rounded));
    }

    /** In both orders in which such names have been seen. */
    @ParameterizedTest
    @ValueSource(strings = {"_above_272k_tokens_flex", "_flex_above_272k_tokens"})
    void aTierMayHaveItsOwnPriceForLongPrompts(String ending) throws IOException {
        PriceFile.Content content = read("{\"gpt-5.6\": {\"input_cost_per_token\": 2e-06, \"output_cost_per_token\": 1e-05, "
                + "\"input_cost_per_token_flex\": 1e-06, \"input_cost_per_token_above_272k_tokens\": 4e-06, "
                + "\"input_cost_per_token" + ending + "\": 3e-06, \"output_cost_per_token" + ending + "\": 7e-06}}");
        assertEquals(Optional.of(new ModelPrice.Rates(3, 3, 3, 7)), rates(content, "flex", 272_000).map(PriceFileTest::rounded));
    }

    /** Rows as the community's file has them, with members that a price must not be taken from. */
    @ParameterizedTest
    @ValueSource(strings = {"\"input_cost_per_token\": \"2e-06\"", "\"input_cost_per_token\": -2e-06", "\"input_cost_per_token\": true",
        "\"input_cost_per_token\": {\"usd\": 1}", "\"input_cost_per_token\": [2e-06]", "\"input_cost_per_token\": 2",
        "\"input_cost_per_token\": 2e-06, \"output_cost_per_token_flex\": \"\"",
        "\"input_cost_per_token\": 2e-06, \"cache_read_input_token_cost_above_272k_tokens\": \"free\""})
    void aRowWithABrokenPriceIsToldByLineAndMemberAndHasNone(String members) throws IOException {
        PriceFile.Content content = read("{\n\"openai/good\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 2e-06},\n"
                + "\"openai/odd\": {" + members + ", \"output_cost_per_token\": 1e-05, \"mode\": \"responses\"},\n"
                + "\"azure/good\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 2e-06}}");
        assertEquals(List.of("openai/good", "azure/good"), content.prices().stream().map(ModelPrice::model).toList());
        assertEquals(1, content.problems().size(), content.problems().toString());
        assertTrue(content.problems().getFirst().startsWith("line 3: openai/odd."), content.problems().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"cache_read_input_token_cost\": null", "\"input_cost_per_token_flex\": null",
        "\"input_cost_per_token_above_272k_tokens\": null", "\"input_cost_per_audio_token\": \"free\"",
        "\"cache_creation_input_token_cost_above_1hr\": \"dear\"", "\"input_cost_per_token_cache_hit\": -1",
        "\"regional_processing_uplift_multiplier_eu\": 1.1", "\"supported_endpoints\": [\"/v1/responses\"]",
        "\"metadata\": {\"notes\": {\"input_cost_per_token\": \"no price\"}}"})
    void whatIsAbsentNullOrUnknownIsPassedOver(String member) throws IOException {
        PriceFile.Content content = read("{\"m\": {\"input_cost_per_token\": 1e-06, " + member + ", \"output_cost_per_token\": 2e-06}}");
        assertEquals(List.of(), content.problems());
        assertEquals(List.of(new ModelPrice.Rates(1, 1, 1, 2)), content.prices().stream().map(price -> rounded(price.rates())).toList());
    }

    private static ModelPrice.Rates rounded(ModelPrice.Rates rates) {
        return new ModelPrice.Rates(round(rates.input()), round(rates.cachedInput()), round(rates.cacheWrite()), round(rates.output()));
    }

    private static double round(double dollars) {
        return Math.round(dollars * 1e6) / 1e6;
    }

    @Test
    void tellsWhatIsBrokenWithItsPlaceAndLeavesItOut() throws IOException {
        PriceFile.Content content = read(FILE);

        assertEquals(List.of("line 15: broken.input_cost_per_token: must be dollars for one token, 0..1; this model is left out",
                "line 16: no-object: must be an object"), content.problems());
        assertTrue(content.prices().stream().allMatch(price -> price.model().equals("gpt-5.6")), content.prices().toString());
    }

    @Test
    void refusesWhatIsNoJsonObject() {
        assertThrows(IOException.class, () -> read("[]"));
        assertThrows(IOException.class, () -> read("{\"a\": {"));
    }

    @Test
    void ownRowsStandBeforeThoseOfTheFileAndProblemsAreToldWithTheConfiguration() throws IOException {
        Files.writeString(folder.resolve("prices.json"), FILE);
        LoadResult result = new ConfigurationLoader(Map.of(), 1L << 30).parse("sluice.yaml", """
                accounts: [{name: main, base-url: "https://example.com/v1", api-key: k}]
                usage: {price-file: prices.json, prices: [{model: "gpt-5*", input: 3, output: 7, tier: flex, above-tokens: 9}]}
                """, folder);
        LoadResult.Loaded loaded = assertInstanceOf(LoadResult.Loaded.class, result, () -> result.problems().toString());
        List<ModelPrice> prices = loaded.configuration().usage().prices();

        assertEquals(new ModelPrice("gpt-5*", "flex", 9, ModelPrice.Rates.of(3, 7), "usage.prices[0]"), prices.getFirst());
        assertEquals("usage.price-file: gpt-5.6", prices.get(1).source());
        assertTrue(result.problems().stream().anyMatch(problem -> problem.toString().contains("line 15: broken")),
                result.problems().toString());
    }

    @Test
    void aMissingFileIsAnError() {
        LoadResult result = new ConfigurationLoader(Map.of(), 1L << 30).parse("sluice.yaml", """
                accounts: [{name: main, base-url: "https://example.com/v1", api-key: k}]
                usage: {price-file: nowhere.json}
                """, folder);
        assertTrue(result.problems().stream().anyMatch(problem -> problem.error() && problem.toString().contains("does not exist")),
                result.problems().toString());
    }
}
