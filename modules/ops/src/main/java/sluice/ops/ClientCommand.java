package sluice.ops;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.api.Command;

/** {@code sluice client}: makes clients of a running gateway, gives them new keys, takes keys back, and lists them. */
public final class ClientCommand implements Command {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    /** For the service loader. */
    public ClientCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "client";
    }

    @Override
    public String summary() {
        return "add clients to a running gateway, rotate, revoke and list keys";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Root();
    }

    @CommandLine.Command(name = "sluice client", synopsisSubcommandLabel = "add | rotate | revoke | list",
            subcommands = {Add.class, Rotate.class, Revoke.class, Listing.class},
            description = "Makes clients of a running gateway and changes their keys. They are kept beside state.path, by hashes only; "
                    + "clients of the configuration file win over them.")
    private static final class Root implements Callable<Integer> {
        @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean help;

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().usage(spec.commandLine().getErr());
            return 2;
        }
    }

    /** What all of them do: ask, and say what came of it. */
    private abstract static class Asking implements Callable<Integer> {
        @CommandLine.Mixin
        private AdminOptions admin = new AdminOptions();

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        abstract void ask(AdminClient gateway) throws IOException;

        @Override
        public Integer call() {
            AdminClient gateway = admin.client(spec);
            try {
                ask(gateway);
                return 0;
            } catch (IOException e) {
                spec.commandLine().getErr().println("sluice client: " + e.getMessage());
                return 1;
            }
        }

        static String path(String client, String deed) {
            return "admin/clients/" + URLEncoder.encode(client, StandardCharsets.UTF_8) + "/" + deed;
        }

        static JsonTree post(AdminClient gateway, String path, String body) throws IOException {
            return gateway.post(path, body.getBytes(StandardCharsets.UTF_8), JSON);
        }

        /** A day, such as 2026-12-31, ends when it begins (UTC); or a time from now. */
        final Optional<String> moment(String option, Optional<String> text) {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of((text.get().matches("[0-9]+[smhd]") ? Instant.now(Clock.systemUTC()).plus(duration(text.get()))
                        : text.get().contains("T") ? Instant.parse(text.get())
                        : LocalDate.parse(text.get()).atStartOfDay(ZoneOffset.UTC).toInstant()).toString());
            } catch (DateTimeException | ArithmeticException e) {
                throw new CommandLine.ParameterException(spec.commandLine(), option + ": '" + text.get()
                        + "' is neither a day such as 2026-12-31 nor a time such as 30d");
            }
        }

        final Duration duration(String text) {
            if (!text.matches("[0-9]{1,9}[smhd]|0")) {
                throw new CommandLine.ParameterException(spec.commandLine(), "'" + text + "' is no time such as 90s, 30m, 24h or 7d");
            }
            long number = Long.parseLong(text.replaceAll("[smhd]", ""));
            return switch (text.charAt(text.length() - 1)) {
                case 'd' -> Duration.ofDays(number);
                case 'h' -> Duration.ofHours(number);
                case 'm' -> Duration.ofMinutes(number);
                default -> Duration.ofSeconds(number);
            };
        }

        final void tell(JsonTree issued) {
            out().println("client:  " + issued.text("name"));
            out().println("key:     " + issued.text("key"));
            out().println("id:      " + issued.text("id"));
            out().println("expires: " + (issued.text("expires").isEmpty() ? "never" : issued.text("expires")));
            if (!issued.text("former_until").isEmpty()) {
                out().println("former:  valid until " + issued.text("former_until"));
            }
            out().println();
            out().println("The key is shown this once; the gateway keeps only its hash.");
        }
    }

    @CommandLine.Command(name = "add", description = "Makes a client and shows its key, once.")
    private static final class Add extends Asking {
        @CommandLine.Parameters(paramLabel = "NAME", description = "Unique name for logs, metrics and reports.")
        private String name = "";

        @CommandLine.Option(names = "--team", defaultValue = "", paramLabel = "TEAM", description = "One of the configuration's teams.")
        private String team = "";

        @CommandLine.Option(names = "--model", paramLabel = "MODEL",
                description = "A model that it may use, such as 'gpt-5*'; repeatable (default: all).")
        private List<String> models = List.of();

        @CommandLine.Option(names = "--concurrency", paramLabel = "N", description = "Most requests at a time (default: no limit).")
        private int concurrency;

        @CommandLine.Option(names = "--requests-per-minute", paramLabel = "N", description = "Default: no limit.")
        private int requestsPerMinute;

        @CommandLine.Option(names = "--tokens-per-minute", paramLabel = "N", description = "Default: no limit.")
        private long tokensPerMinute;

        @CommandLine.Option(names = "--budget-day", defaultValue = "0", paramLabel = "USD", description = "Default: no limit.")
        private String budgetDay = "";

        @CommandLine.Option(names = "--budget-month", defaultValue = "0", paramLabel = "USD", description = "Default: no limit.")
        private String budgetMonth = "";

        @CommandLine.Option(names = "--expires", paramLabel = "DAY|TIME",
                description = "When the key ends: a day such as 2026-12-31, or a time from now such as 30d (default: never).")
        private Optional<String> expires = Optional.empty();

        @CommandLine.Option(names = "--diagnostics", description = "Its answers name accounts and times.")
        private boolean diagnostics;

        @Override
        void ask(AdminClient gateway) throws IOException {
            Optional<String> until = moment("--expires", expires);
            tell(post(gateway, "admin/clients", JsonOut.object(json -> {
                json.text("name", name).text("team", team).texts("models", models).number("concurrency", concurrency)
                        .number("requests_per_minute", requestsPerMinute).number("tokens_per_minute", tokensPerMinute)
                        .object("budget_usd", budget -> budget.text("day", budgetDay).text("month", budgetMonth))
                        .flag("diagnostics", diagnostics);
                until.ifPresent(moment -> json.text("expires", moment));
            })));
        }
    }

    @CommandLine.Command(name = "rotate",
            description = "Gives a client another key and shows it, once; the former one stays valid for a while.")
    private static final class Rotate extends Asking {
        @CommandLine.Parameters(paramLabel = "NAME", description = "The client.")
        private String name = "";

        @CommandLine.Option(names = "--overlap", defaultValue = "24h", paramLabel = "TIME",
                description = "How long the former key stays valid: 30m, 24h, 7d; 0: not at all (default: ${DEFAULT-VALUE}).")
        private String overlap = "";

        @CommandLine.Option(names = "--expires", paramLabel = "DAY|TIME", description = "When the new key ends (default: never).")
        private Optional<String> expires = Optional.empty();

        @Override
        void ask(AdminClient gateway) throws IOException {
            Optional<String> until = moment("--expires", expires);
            long seconds = duration(overlap).toSeconds();
            tell(post(gateway, path(name, "rotate"), JsonOut.object(json -> {
                json.number("overlap_seconds", seconds);
                until.ifPresent(moment -> json.text("expires", moment));
            })));
        }
    }

    @CommandLine.Command(name = "revoke", description = "Takes a client's keys back, at once; what the client has spent stays known.")
    private static final class Revoke extends Asking {
        @CommandLine.Parameters(paramLabel = "NAME", description = "The client.")
        private String name = "";

        @CommandLine.Option(names = "--key", defaultValue = "", paramLabel = "ID",
                description = "Takes back this key only, as 'sluice client list' names it.")
        private String key = "";

        @Override
        void ask(AdminClient gateway) throws IOException {
            JsonTree revoked = post(gateway, path(name, "revoke"), JsonOut.object(json -> json.text("key", key)));
            out().println(revoked.text("name") + ": " + revoked.text("revoked") + " keys taken back, " + revoked.text("left") + " left");
        }
    }

    @CommandLine.Command(name = "list", description = "Lists clients with their keys, last use and spending.")
    private static final class Listing extends Asking {
        @CommandLine.Option(names = "--json", description = "Prints what GET /admin/clients answers.")
        private boolean json;

        @Override
        void ask(AdminClient gateway) throws IOException {
            if (json) {
                out().println(gateway.text("admin/clients"));
                return;
            }
            TextTable table = new TextTable(8, "client", "team", "from", "key", "issued", "expires", "last used", "state", "this month");
            for (JsonTree client : gateway.get("admin/clients").each("clients")) {
                String spent = String.format(Locale.ROOT, "$%.2f", client.number("spent_this_month_usd"));
                List<JsonTree> keys = client.each("keys");
                if (keys.isEmpty()) {
                    table.row(client.text("name"), client.text("team"), client.text("from"), "-", "-", "-", "-",
                            client.text("from").equals("state") ? "revoked" : "no key", spent);
                }
                for (JsonTree key : keys) {
                    table.row(client.text("name"), client.text("team"), client.text("from"), key.text("id"), day(key, "issued", "-"),
                            day(key, "expires", "never"), day(key, "last_used", "never"), state(key), spent);
                }
            }
            out().print(table);
            out().flush();
        }

        private static String state(JsonTree key) {
            String expires = key.text("expires");
            return !expires.isEmpty() && !Instant.parse(expires).isAfter(Instant.now(Clock.systemUTC())) ? "expired" : "valid";
        }

        private static String day(JsonTree key, String name, String none) {
            String moment = key.text(name);
            return moment.isEmpty() ? none : moment.length() < 16 ? moment : moment.substring(0, 16).replace('T', ' ');
        }
    }
}
