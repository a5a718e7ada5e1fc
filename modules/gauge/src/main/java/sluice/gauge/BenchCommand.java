package sluice.gauge;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import sluice.api.Command;

/** {@code sluice bench}: direct against through the gateway, on the user's machine. */
public final class BenchCommand implements Command {
    /** For the service loader. */
    public BenchCommand() {
    }

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String summary() {
        return "measure what the gateway adds on this machine";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Options(out, err);
    }

    /** Values with a unit, durations for the options. Stateless. */
    static final class Quantity implements CommandLine.ITypeConverter<Duration> {
        private static final Pattern DURATION = Pattern.compile("(\\d+)(us|ms|s|m)");
        private static final Pattern SIZE = Pattern.compile("(\\d+)(B|KiB|MiB)?");

        /** For picocli, which finds it by the class. */
        private Quantity() {
        }

        @Override
        public Duration convert(String text) {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches()) {
                throw new CommandLine.TypeConversionException("'" + text + "' is no duration such as 500us, 5ms, 10s or 1m");
            }
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "us" -> Duration.ofNanos(count * 1000);
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                default -> Duration.ofMinutes(count);
            };
        }

        static int size(String text) {
            Matcher matcher = SIZE.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("--body: a size such as 500, 40KiB or 11MiB, not " + text);
            }
            String unit = matcher.group(2) == null ? "B" : matcher.group(2);
            return Math.toIntExact(Long.parseLong(matcher.group(1)) << (unit.equals("MiB") ? 20 : unit.equals("KiB") ? 10 : 0));
        }
    }

    @CommandLine.Command(name = "sluice bench", description = {"Measures what the gateway adds on this machine: the same load "
            + "directly against the upstream and through the gateway, in turns.", "Without --direct and --through, it starts a "
            + "simulated upstream and a gateway of its own, on loopback, and ends them."})
    private static final class Options implements Callable<Integer> {
        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean help;

        @CommandLine.Option(names = "--body", defaultValue = "40KiB", paramLabel = "SIZE",
                description = "Size of each request's body (default: ${DEFAULT-VALUE}).")
        private String body = "40KiB";

        @CommandLine.Option(names = "--rate", defaultValue = "50", paramLabel = "N",
                description = "Requests begun in a second, whether earlier ones have ended or not (default: ${DEFAULT-VALUE}).")
        private double rate;

        @CommandLine.Option(names = "--deltas", defaultValue = "50", paramLabel = "N",
                description = "Text deltas of each stream; 0 asks for JSON answers (default: ${DEFAULT-VALUE}).")
        private int deltas;

        @CommandLine.Option(names = "--interval", defaultValue = "5ms", paramLabel = "TIME", converter = Quantity.class,
                description = "Time between deltas, 0ms for a burst (default: ${DEFAULT-VALUE}).")
        private Duration interval = Duration.ZERO;

        @CommandLine.Option(names = "--duration", defaultValue = "10s", paramLabel = "TIME", converter = Quantity.class,
                description = "How long each side is measured, all rounds together (default: ${DEFAULT-VALUE}).")
        private Duration duration = Duration.ZERO;

        @CommandLine.Option(names = "--warm-up", defaultValue = "3s", paramLabel = "TIME", converter = Quantity.class,
                description = "How long each side is warmed up before (default: ${DEFAULT-VALUE}).")
        private Duration warmUp = Duration.ZERO;

        @CommandLine.Option(names = "--rounds", defaultValue = "4", paramLabel = "N",
                description = "Turns of each side, so that a busy moment hits both (default: ${DEFAULT-VALUE}).")
        private int rounds;

        @CommandLine.Option(names = "--direct", paramLabel = "URL", description = "Base URL of the upstream, with /v1.")
        private Optional<URI> direct = Optional.empty();

        @CommandLine.Option(names = "--through", paramLabel = "URL", description = "Base URL of the gateway, with /v1.")
        private Optional<URI> through = Optional.empty();

        @CommandLine.Option(names = "--direct-key", defaultValue = "", paramLabel = "KEY", description = "API key for the upstream.")
        private String directKey = "";

        @CommandLine.Option(names = "--through-key", defaultValue = "", paramLabel = "KEY", description = "API key for the gateway.")
        private String throughKey = "";

        @CommandLine.Option(names = "--model", defaultValue = "gpt-5.1", paramLabel = "NAME",
                description = "Model to ask for (default: ${DEFAULT-VALUE}).")
        private String model = "gpt-5.1";

        @CommandLine.Option(names = "--pid", paramLabel = "N",
                description = "Process of the gateway at --through, on this machine, for its CPU time.")
        private Optional<Long> pid = Optional.empty();

        @CommandLine.Option(names = "--modules", defaultValue = "", paramLabel = "YAML",
                description = "Providers of the gateway that is started, such as 'body: tree, relay: per-line'.")
        private String modules = "";

        @CommandLine.Option(names = "--remote", description = "Allows URLs of other machines: requests there may cost money.")
        private boolean remote;

        Options(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() throws InterruptedException {
            try {
                if (direct.isPresent() != through.isPresent()) {
                    throw new IllegalArgumentException("--direct and --through: both or neither");
                }
                if (rounds < 1) {
                    throw new IllegalArgumentException("--rounds: at least 1, not " + rounds);
                }
                Load load = new Load(rate, duration, Quantity.size(body), deltas, interval, model, true);
                return direct.isPresent() ? given(load) : own(load);
            } catch (IllegalArgumentException e) {
                err.println("sluice bench: " + e.getMessage());
                return 2;
            } catch (IOException e) {
                err.println("sluice bench: " + e.getMessage());
                return 1;
            }
        }

        private int own(Load load) throws IOException, InterruptedException {
            try (OwnPair pair = OwnPair.start(modules); Side before = new Side("direct", pair.direct(), "sk-bench");
                    Side after = new Side("through", pair.through(), "")) {
                out.println("simulated upstream " + pair.direct() + ", gateway " + pair.through() + ", both on this machine");
                return measure(before, after, load, Optional.of(pair.gateway()));
            }
        }

        private int given(Load load) throws IOException, InterruptedException {
            Optional<ProcessHandle> gateway = pid.flatMap(ProcessHandle::of);
            if (pid.isPresent() && gateway.isEmpty()) {
                throw new IllegalArgumentException("--pid: there is no process " + pid.get());
            }
            try (Side before = new Side("direct", direct.orElseThrow(), directKey);
                    Side after = new Side("through", through.orElseThrow(), throughKey)) {
                if (!remote && !(before.local() && after.local())) {
                    throw new IllegalArgumentException("a URL is not of this machine; " + 2 * load.requests()
                            + " requests there may cost money. --remote allows it");
                }
                return measure(before, after, load, gateway);
            }
        }

        private int measure(Side before, Side after, Load load, Optional<ProcessHandle> gateway) throws InterruptedException {
            out.println(load.words() + ", " + rounds + " rounds, direct and through in turns");
            out.println(Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors, which load, upstream and gateway share if they are here");
            out.println();
            out.flush();
            if (!warmUp.isZero()) {
                Round.run(before, load.lasting(warmUp));
                Round.run(after, load.lasting(warmUp));
            }
            Load part = load.lasting(load.duration().dividedBy(rounds));
            Result direct = new Result();
            Result through = new Result();
            for (int i = 0; i < rounds; i++) {
                direct.add(Round.run(before, part), Optional.empty());
                Optional<Duration> start = cpu(gateway);
                Round round = Round.run(after, part);
                through.add(round, start.flatMap(began -> cpu(gateway).map(ended -> ended.minus(began))));
            }
            out.print(Table.of(direct, through, load.stream()));
            out.printf("%-34s %12d %12d%n", "connections made", before.dialed(), after.dialed());
            return direct.failed() + through.failed() == 0 ? 0 : 1;
        }

        private static Optional<Duration> cpu(Optional<ProcessHandle> process) {
            return process.flatMap(handle -> handle.info().totalCpuDuration());
        }
    }
}
