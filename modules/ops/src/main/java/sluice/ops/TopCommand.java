package sluice.ops;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import sluice.api.Command;

/** {@code sluice top}: the dashboard's numbers in a terminal. */
public final class TopCommand implements Command {
    /** For the service loader. */
    public TopCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "top";
    }

    @Override
    public String summary() {
        return "watch accounts, clients and failures of a running gateway";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Options(out, err);
    }

    @CommandLine.Command(name = "sluice top",
            description = "Shows what a running gateway does, anew each second; Ctrl-C ends.")
    private static final class Options implements Callable<Integer> {
        /** Cursor home, and the rest of the screen erased after writing: less flicker than erasing it first. */
        private static final String HOME = "\u001b[H";
        private static final String CLEAR = "\u001b[H\u001b[2J";
        private static final String ERASE_LINE = "\u001b[K\n";
        private static final String ERASE_REST = "\u001b[J";

        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Mixin
        private AdminOptions admin = new AdminOptions();

        @CommandLine.Option(names = {"-1", "--once"}, description = "Prints it once and ends.")
        private boolean once;

        @CommandLine.Option(names = {"-n", "--every"}, defaultValue = "1", paramLabel = "SECONDS",
                description = "Time between two looks (default: ${DEFAULT-VALUE}).")
        private int seconds;

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        Options(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            AdminClient asked = admin.client(spec);
            if (seconds < 1) {
                throw new CommandLine.ParameterException(spec.commandLine(), "--every: at least 1, not " + seconds);
            }
            try {
                String first = Screen.of(asked);
                if (once) {
                    out.print(first);
                    return 0;
                }
                out.print(CLEAR);
                show(first);
                while (true) {
                    TimeUnit.SECONDS.sleep(seconds);
                    show(Screen.of(asked));
                }
            } catch (IOException e) {
                err.println("sluice top: " + e.getMessage());
                return 1;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            }
        }

        private void show(String screen) {
            out.print(HOME + screen.replace("\n", ERASE_LINE) + ERASE_REST);
            out.flush();
        }
    }

    /** One look at a gateway. */
    static final class Screen {
        private static final int FAILURES = 8;
        private static final int ASKED_FAILURES = 200;

        private Screen() {
        }

        static String of(AdminClient admin) throws IOException {
            JsonTree overview = admin.get("admin/overview");
            if (!overview.has("accounts")) {
                throw new IOException("what answers is not Sluice's admin port");
            }
            StringBuilder text = new StringBuilder();
            JsonTree totals = overview.get("totals");
            text.append(String.format(Locale.ROOT, "%s in flight, %s streams, %.1f requests/s in the last minute%s%n",
                    overview.text("in_flight"), overview.text("open_streams"), perSecond(overview.get("history")),
                    overview.text("draining").equals("true") ? ", DRAINING" : ""));
            text.append(String.format(Locale.ROOT, "since the start: %,d requests, %,d errors, %,d refused, %,d failovers, "
                    + "%s kept in session, %,d tokens in, %,d out, $%.4f%s%n", totals.whole("requests"), totals.whole("errors"),
                    totals.whole("refused"),
                    totals.whole("failovers"), share(totals.number("sticky"), totals.number("chosen")),
                    totals.whole("input_tokens"), totals.whole("output_tokens"), totals.number("cost_usd"),
                    totals.whole("unpriced_requests") > 0 ? " and " + totals.whole("unpriced_requests") + " without price" : ""));
            text.append(added(overview.get("added"))).append('\n');
            text.append(accounts(overview)).append('\n').append(clients(admin.get("admin/clients")));
            String failures = failures(admin.get("admin/requests?limit=" + ASKED_FAILURES));
            return text.append(failures.isEmpty() ? "" : "\n" + failures).toString();
        }

        /** What the gateway adds to a request, as far as it is known. */
        private static String added(JsonTree added) {
            return switch (added.text("state")) {
                case "measured" -> String.format(Locale.ROOT, "added to a request: p50 %.2f ms, p99 %.2f ms; %.2f ms instead of %.2f ms%n",
                        added.number("p50_ms"), added.number("p99_ms"), added.number("through_p50_ms"),
                        added.number("direct_p50_ms"));
                case "measuring" -> "added to a request: measuring\n";
                default -> "";
            };
        }

        /** The twelve whole steps of five seconds before the one that is not over. */
        private static double perSecond(JsonTree history) {
            List<JsonTree> requests = history.each("requests");
            int end = Math.max(0, requests.size() - 1);
            double sum = requests.subList(Math.max(0, end - 12), end).stream().mapToDouble(JsonTree::asNumber).sum();
            return sum / (12 * Math.max(1, history.number("step_seconds")));
        }

        private static String accounts(JsonTree overview) {
            TextTable table = new TextTable(2, "account", "state", "slots", "good", "failed", "errors", "first output");
            for (JsonTree account : overview.each("accounts")) {
                long cooling = (account.whole("cooling_ms") + 999) / 1000;
                double first = account.number("first_output_ewma_ms");
                table.row(account.text("name"), account.text("state").replace('_', ' ') + (cooling > 0 ? " " + cooling + " s" : ""),
                        account.text("in_flight") + "/" + account.text("concurrency"), account.text("succeeded"),
                        account.text("failed"), share(account.number("error_ewma"), 1),
                        first == 0 ? "-" : String.format(Locale.ROOT, "%.0f ms", first));
            }
            return table.toString();
        }

        private static String clients(JsonTree answer) {
            TextTable table = new TextTable(1, "client", "in flight", "requests/min", "tokens/min", "today", "this month");
            for (JsonTree client : answer.each("clients")) {
                table.row(client.text("name"), of(client, "in_flight", "concurrency"),
                        of(client, "requests_this_minute", "requests_per_minute"),
                        of(client, "tokens_this_minute", "tokens_per_minute"),
                        dollars(client, "spent_today_usd", "budget_day_usd"),
                        dollars(client, "spent_this_month_usd", "budget_month_usd"));
            }
            return table.toString();
        }

        private static String failures(JsonTree answer) {
            List<JsonTree> failed = answer.each("requests").stream().filter(request -> !request.text("error").isEmpty()
                    || !request.each("failures").isEmpty()).limit(FAILURES).toList();
            if (failed.isEmpty()) {
                return "";
            }
            TextTable table = new TextTable(6, "failure", "client", "model", "account", "what", "answer");
            for (JsonTree request : failed) {
                List<String> reasons = request.each("failures").stream().map(one -> one.text("account") + " "
                        + one.text("reason").replace('_', ' ')).toList();
                table.row(request.text("time").substring(11, 19), request.text("client"), request.text("model"),
                        request.text("account"), String.join(", ", reasons), request.text("status") + " " + request.text("error"));
            }
            return table.toString();
        }

        private static String of(JsonTree client, String value, String limit) {
            String most = client.text(limit);
            return client.text(value) + (most.equals("0") ? "" : "/" + most);
        }

        private static String dollars(JsonTree client, String value, String limit) {
            double most = client.number(limit);
            return String.format(Locale.ROOT, "$%.2f", client.number(value)) + (most == 0 ? "" : String.format(Locale.ROOT, "/%.0f", most));
        }

        private static String share(double part, double whole) {
            return whole == 0 ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * part / whole);
        }
    }
}
