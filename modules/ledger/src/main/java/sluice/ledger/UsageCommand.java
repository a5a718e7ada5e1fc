package sluice.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import sluice.api.Command;
import sluice.clients.PriceTable;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.Problem;

/** {@code sluice usage}: what was used, by whom, and what it cost. */
public final class UsageCommand implements Command {
    /** For the service loader. */
    public UsageCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "usage";
    }

    @Override
    public String summary() {
        return "sum up requests, tokens and costs by client, model, day …";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Options(out, err);
    }

    /** The days that count, both included; without one it is as far as there is anything. */
    private record Days(Optional<LocalDate> first, Optional<LocalDate> last, ZoneId zone) {
        private long startMillis() {
            return first.map(this::startMillis).orElse(Long.MIN_VALUE);
        }

        /** The first moment that does not count. */
        private long endMillis() {
            return last.map(day -> startMillis(day.plusDays(1))).orElse(Long.MAX_VALUE);
        }

        private long startMillis(LocalDate day) {
            return day.atStartOfDay(zone).toInstant().toEpochMilli();
        }
    }

    @CommandLine.Command(name = "sluice usage", description = {"Sums up what usage.path has kept, also of a running gateway.", "",
                "from cache: the part of the input that prompt caches served; saved: what that would have cost more if it had been"
                + " read anew, as on another account, by today's prices. --by session shows both for each session."})
    private static final class Options implements Callable<Integer> {
        private static final byte[] SQLITE = "SQLite format 3".getBytes(StandardCharsets.US_ASCII);
        private static final int FAILED = 1;

        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Option(names = {"-c", "--config"}, defaultValue = "sluice.yaml", paramLabel = "FILE",
                description = "The configuration, whose usage.path and usage.prices count (default: ${DEFAULT-VALUE}).")
        private Path config = Path.of("sluice.yaml");

        @CommandLine.Option(names = {"-f", "--file"}, paramLabel = "FILE",
                description = "Reads this file, JSON lines or a database, and no configuration.")
        private Optional<Path> file = Optional.empty();

        @CommandLine.Option(names = "--by", defaultValue = "client,model", paramLabel = "COLUMN[,COLUMN...]",
                description = "client, team, account, model, upstream-model, tier, session, route, status, error, hour, day or month; "
                        + "none: one sum (default: ${DEFAULT-VALUE}).")
        private String by = "";

        @CommandLine.Option(names = "--from", paramLabel = "DATE",
                description = "First day, such as 2026-11-01. Days begin where usage.time-zone says; with --file, in UTC.")
        private Optional<String> from = Optional.empty();

        @CommandLine.Option(names = "--to", paramLabel = "DATE", description = "Last day.")
        private Optional<String> to = Optional.empty();

        @CommandLine.Option(names = "--csv", description = "Prints CSV.")
        private boolean csv;

        @CommandLine.Option(names = "--json", description = "Prints JSON.")
        private boolean json;

        @CommandLine.Option(names = "--prune",
                description = "Takes away the rows of a database that usage.keep-days and usage.keep-rows do not keep, and its free space.")
        private boolean prune;

        @CommandLine.Option(names = "--reprice",
                description = "Takes today's prices of the configuration instead of those of each request's moment.")
        private boolean reprice;

        @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean help;

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        Options(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            List<UsageReport.Column> columns = columns();
            Optional<LocalDate> first = from.map(text -> date(text, "--from"));
            Optional<LocalDate> last = to.map(text -> date(text, "--to"));
            if (file.isPresent() && prune) {
                throw new CommandLine.ParameterException(spec.commandLine(), "--prune needs a configuration, not --file");
            }
            if (file.isPresent() && reprice) {
                throw new CommandLine.ParameterException(spec.commandLine(), "--reprice needs a configuration, not --file");
            }
            try {
                return file.isPresent() ? sum(file.get(), new UsageReport(columns, ZoneOffset.UTC), new Days(first, last, ZoneOffset.UTC),
                        Optional.empty()) : configured(columns, first, last);
            } catch (IOException e) {
                err.println("sluice usage: " + e.getMessage());
                return FAILED;
            }
        }

        private int configured(List<UsageReport.Column> columns, Optional<LocalDate> first, Optional<LocalDate> last)
                throws IOException {
            LoadResult result = ConfigurationLoader.ofThisProcess().load(config);
            if (!(result instanceof LoadResult.Loaded loaded)) {
                result.problems().stream().filter(Problem::error).forEach(problem -> err.println("sluice usage: " + problem));
                err.println("sluice usage: --file FILE reads usage without a configuration");
                return FAILED;
            }
            Configuration configuration = loaded.configuration();
            String path = configuration.usage().sink().getOrDefault("path", "");
            if (path.isEmpty()) {
                err.println("sluice usage: " + config + " has no usage.path, so no usage is kept");
                return FAILED;
            }
            if (prune) {
                return pruned(Path.of(path), configuration.usage().sink());
            }
            ZoneId zone = configuration.usage().timeZone();
            return sum(Path.of(path), new UsageReport(columns, zone), new Days(first, last, zone),
                    Optional.of(new PriceTable(configuration.usage().prices())));
        }

        private int pruned(Path database, Map<String, String> settings) throws IOException {
            if (!Files.isRegularFile(database) || !isDatabase(database)) {
                err.println("sluice usage: --prune is for a database; files of lines are bounded by usage.rotate and usage.keep");
                return FAILED;
            }
            out.println(SqliteStore.prune(database, Retention.of(settings), System.currentTimeMillis()) + " rows were taken away");
            out.flush();
            return 0;
        }

        private int sum(Path kept, UsageReport report, Days days, Optional<PriceTable> prices) throws IOException {
            if (!Files.isRegularFile(kept)) {
                err.println("sluice usage: there is no file " + kept + (file.isPresent() ? "" : "; nothing has been used yet"));
                return FAILED;
            }
            long unreadable = (isDatabase(kept) ? new SqliteSinkFactory() : new LogSinkFactory()).read(Map.of("path",
                    kept.toString()), days.startMillis(), days.endMillis(), record -> report.add(record, prices.filter(table -> reprice)
                            .map(table -> table.costNanoDollars(record)).orElse(record.costNanoDollars()),
                            prices.map(table -> table.savedNanoDollars(record)).orElse(OptionalLong.empty())));
            out.print(csv ? report.csv() : json ? report.json() : report.table());
            out.flush();
            if (unreadable > 0) {
                err.println("sluice usage: " + unreadable + " lines of " + kept + " are no usage records and do not count");
            }
            return 0;
        }

        private static boolean isDatabase(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                return Arrays.equals(in.readNBytes(SQLITE.length), SQLITE);
            }
        }

        private List<UsageReport.Column> columns() {
            return by.isBlank() || by.equals("none") ? List.of() : Arrays.stream(by.split(",")).map(this::column).toList();
        }

        private UsageReport.Column column(String word) {
            return Arrays.stream(UsageReport.Column.values()).filter(column -> column.label().equals(word.strip())).findFirst()
                    .orElseThrow(() -> new CommandLine.ParameterException(spec.commandLine(), "--by: '" + word
                            + "' is none of " + Arrays.stream(UsageReport.Column.values()).map(UsageReport.Column::label)
                                    .collect(Collectors.joining(", "))));
        }

        private LocalDate date(String text, String option) {
            try {
                return LocalDate.parse(text);
            } catch (DateTimeParseException e) {
                throw new CommandLine.ParameterException(spec.commandLine(), option + ": '" + text + "' is no date such as 2026-11-01");
            }
        }
    }
}
