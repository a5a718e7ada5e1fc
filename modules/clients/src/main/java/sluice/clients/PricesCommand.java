package sluice.clients;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.api.Command;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.ModelPrice;

/** {@code sluice prices}: which price a model gets, and from where. */
public final class PricesCommand implements Command {
    /** For the service loader. */
    public PricesCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "prices";
    }

    @Override
    public String summary() {
        return "show which price a model gets, and from where";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Options(out, err);
    }

    @CommandLine.Command(name = "sluice prices", description = "Shows the prices of the configuration and of its price file.")
    private static final class Options implements Callable<Integer> {
        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Option(names = {"-c", "--config"}, defaultValue = "sluice.yaml", paramLabel = "FILE",
                description = "The configuration (default: ${DEFAULT-VALUE}).")
        private Path config = Path.of("sluice.yaml");

        @CommandLine.Parameters(paramLabel = "MODEL", description = "Shows what these models get; default: all prices.")
        private List<String> models = List.of();

        @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean help;

        Options(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            LoadResult result = ConfigurationLoader.ofThisProcess().load(config);
            result.problems().stream().filter(problem -> problem.error() || problem.path().startsWith("usage."))
                    .forEach(problem -> err.println("sluice prices: " + (problem.error() ? "" : "warning: ") + problem));
            if (!(result instanceof LoadResult.Loaded loaded)) {
                return 1;
            }
            PriceTable table = new PriceTable(loaded.configuration().usage().prices());
            out.printf("%-32s %-10s %10s %10s %12s %12s %10s  %s%n", "model", "tier", "above", "input", "cached-input", "cache-write",
                    "output", "from");
            if (models.isEmpty()) {
                table.all().forEach(price -> row(price.model(), price));
            }
            boolean allPriced = true;
            for (String model : models) {
                List<ModelPrice> prices = table.pricesOf(model).stream().filter(price -> counts(table, model, price)).toList();
                prices.forEach(price -> row(model, price));
                if (prices.isEmpty()) {
                    out.printf("%-32s has no price: its cost is unknown, and counts for budgets by the dearest%n", model);
                    allPriced = false;
                }
            }
            out.flush();
            return allPriced ? 0 : 1;
        }

        /** Whether there is a request to {@code model} that gets this price, and not one that stands before it. */
        private static boolean counts(PriceTable table, String model, ModelPrice price) {
            return table.priceOf(model, price.tier(), price.aboveTokens() + 1).filter(price::equals).isPresent();
        }

        private void row(String model, ModelPrice price) {
            ModelPrice.Rates rates = price.rates();
            out.printf("%-32s %-10s %10s %10s %12s %12s %10s  %s%n", model, price.tier().isEmpty() ? "-" : price.tier(),
                    price.aboveTokens() == 0 ? "-" : Long.toString(price.aboveTokens()), dollars(rates.input()),
                    dollars(rates.cachedInput()), dollars(rates.cacheWrite()), dollars(rates.output()), price.source());
        }

        /** For a million tokens. */
        private static String dollars(double value) {
            return "$" + BigDecimal.valueOf(Math.round(value * 1e6), 6).stripTrailingZeros().toPlainString();
        }
    }
}
