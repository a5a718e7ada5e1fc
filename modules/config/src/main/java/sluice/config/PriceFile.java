package sluice.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads prices in the form of LiteLLM's {@code model_prices_and_context_window.json}: an object of models, each with what one
 * token of a kind costs, in dollars. A kind's name may end in the length of a prompt above which it holds
 * ({@code _above_272k_tokens}) and in a service tier ({@code _flex}, {@code _priority}), in any order. Everything else in the file
 * is passed over. What stands where a price must and is none is told with its place, and its model is left out. Confined to one
 * thread.
 */
final class PriceFile {
    private static final int MAX_TOLD = 20;
    private static final double PER_MILLION = 1e6;
    private static final long THOUSAND = 1000;
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern PRICE = Pattern.compile("(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost"
            + "|cache_creation_input_token_cost)(?:_(flex|priority|batches))?(?:_above_(\\d{1,9})k_tokens)?(?:_(flex|priority|batches))?");
    /** An entry that explains the others. */
    private static final String SAMPLE = "sample_spec";

    private final Path file;
    private final List<String> told = new ArrayList<>();
    private int untold;

    /**
     * What was read.
     *
     * @param prices of one model those for the longest prompts first
     * @param problems what is wrong with the file, each with its place
     */
    record Content(List<ModelPrice> prices, List<String> problems) { }

    /** For which requests a price holds. */
    private record Scope(String tier, long aboveTokens) { }

    private PriceFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or is no JSON object
     */
    static Content read(Path file) throws IOException {
        return new PriceFile(file).read();
    }

    private Content read() throws IOException {
        Optional<String> refused = InputFile.refused(file, InputFile.MAX_BYTES);
        if (refused.isPresent()) {
            throw new IOException(refused.get());
        }
        List<ModelPrice> prices = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file); JsonParser parser = JSON.createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("is not a JSON object of models");
            }
            for (String model = parser.nextFieldName(); model != null; model = parser.nextFieldName()) {
                boolean object = parser.nextToken() == JsonToken.START_OBJECT;
                if (model.equals(SAMPLE)) {
                    parser.skipChildren();
                } else if (object) {
                    prices.addAll(model(model, parser));
                } else {
                    tell(parser, model, "must be an object");
                    parser.skipChildren();
                }
            }
        }
        if (untold > 0) {
            told.add("and " + untold + " more");
        }
        return new Content(prices, told);
    }

    private void tell(JsonParser parser, String place, String rule) {
        if (told.size() < MAX_TOLD) {
            told.add("line " + parser.currentTokenLocation().getLineNr() + ": " + place + ": " + rule);
        } else {
            untold++;
        }
    }

    private List<ModelPrice> model(String model, JsonParser parser) throws IOException {
        Map<Scope, Map<String, Double>> found = new LinkedHashMap<>();
        boolean good = true;
        for (String member = parser.nextFieldName(); member != null; member = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            Matcher price = PRICE.matcher(member);
            if (!price.matches() || value == JsonToken.VALUE_NULL) {
                parser.skipChildren();
                continue;
            }
            double dollars = value.isNumeric() ? parser.getDoubleValue() : Double.NaN;
            if (!(dollars >= 0) || dollars > 1) {
                tell(parser, model + "." + member, "must be dollars for one token, 0..1; this model is left out");
                good = false;
                parser.skipChildren();
                continue;
            }
            long above = price.group(3) == null ? 0 : Long.parseLong(price.group(3)) * THOUSAND;
            String tier = tier(price.group(2) == null ? price.group(4) : price.group(2));
            found.computeIfAbsent(new Scope(tier, above), scope -> new TreeMap<>()).put(price.group(1), dollars * PER_MILLION);
        }
        return good ? prices(model, found) : List.of();
    }

    private static String tier(String named) {
        return named == null ? "" : named.equals("batches") ? "batch" : named;
    }

    /** What is dearer for long prompts is so by the same factor in a tier that does not say it for itself. */
    private static void longPromptsOfTiers(Map<Scope, Map<String, Double>> found) {
        Map<String, Double> usual = found.getOrDefault(new Scope("", 0), Map.of());
        for (Scope tier : List.copyOf(found.keySet())) {
            for (Scope length : List.copyOf(found.keySet())) {
                Scope both = new Scope(tier.tier(), length.aboveTokens());
                if (!tier.tier().isEmpty() && tier.aboveTokens() == 0 && length.tier().isEmpty() && length.aboveTokens() > 0) {
                    Map<String, Double> told = found.computeIfAbsent(both, scope -> new TreeMap<>());
                    boolean ownInput = told.containsKey("input_cost_per_token");
                    found.get(tier).forEach((kind, price) -> {
                        double of = usual.getOrDefault(kind, 0.0);
                        if (!ownInput || !kind.startsWith("cache")) {
                            told.putIfAbsent(kind, of > 0 ? price * (found.get(length).getOrDefault(kind, of) / of) : price);
                        }
                    });
                }
            }
        }
    }

    /** A tier or a length that tells only what it changes has the rest from the tier, or from the usual price. */
    private List<ModelPrice> prices(String model, Map<Scope, Map<String, Double>> found) {
        List<ModelPrice> prices = new ArrayList<>();
        longPromptsOfTiers(found);
        found.keySet().forEach(scope -> {
            Map<String, Double> kinds = new TreeMap<>();
            for (Scope general : List.of(new Scope("", 0), new Scope("", scope.aboveTokens()), new Scope(scope.tier(), 0), scope)) {
                Map<String, Double> more = found.getOrDefault(general, Map.of());
                if (more.containsKey("input_cost_per_token")) {
                    // Prices of the cache belong to the price of input that they were made for.
                    kinds.remove("cache_read_input_token_cost");
                    kinds.remove("cache_creation_input_token_cost");
                }
                kinds.putAll(more);
            }
            Double input = kinds.get("input_cost_per_token");
            Double output = kinds.get("output_cost_per_token");
            if (input != null && output != null) {
                prices.add(new ModelPrice(model, scope.tier(), scope.aboveTokens(), new ModelPrice.Rates(input,
                        kinds.getOrDefault("cache_read_input_token_cost", input),
                        kinds.getOrDefault("cache_creation_input_token_cost", input), output), "usage.price-file: " + model));
            }
        });
        prices.sort(Comparator.comparingLong(ModelPrice::aboveTokens).reversed());
        return prices;
    }
}
