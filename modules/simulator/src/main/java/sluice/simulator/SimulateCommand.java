package sluice.simulator;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import picocli.CommandLine;
import sluice.api.Command;
import sluice.json.JsonStrings;

/** {@code sluice simulate}: the simulated upstream as a process. */
public final class SimulateCommand implements Command {
    /** For the service loader. */
    public SimulateCommand() {
    }

    @Override
    public String name() {
        return "simulate";
    }

    @Override
    public String summary() {
        return "run a simulated upstream of the Responses API";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Options(out, err);
    }

    @CommandLine.Command(name = "sluice simulate", mixinStandardHelpOptions = false,
            description = "Runs a simulated upstream of the Responses API until it is told to stop.")
    private static final class Options implements Callable<Integer> {
        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
        private boolean help;

        @CommandLine.Option(names = "--faults", description = "Prints everything that a request can ask for, and ends.")
        private boolean faults;

        @CommandLine.Option(names = "--host", defaultValue = "127.0.0.1", paramLabel = "ADDRESS",
                description = "Address to listen on (default: ${DEFAULT-VALUE}).")
        private String host = "127.0.0.1";

        @CommandLine.Option(names = "--port", defaultValue = "9000", paramLabel = "N",
                description = "Port to listen on, 0 for a free one (default: ${DEFAULT-VALUE}).")
        private int port;

        @CommandLine.Option(names = "--keys", split = ",", paramLabel = "KEY",
                description = "API keys to accept; all others get 401 (default: any key, or none).")
        private Set<String> keys = new HashSet<>();

        @CommandLine.Option(names = "--delta-interval", defaultValue = "20ms", paramLabel = "TIME",
                description = "Time between text deltas, unless a request asks for another (default: ${DEFAULT-VALUE}).")
        private String interval = "20ms";

        @CommandLine.Option(names = "--default", defaultValue = "", paramLabel = "OPTIONS",
                description = "What every request gets, such as 'deltas=100;reasoning'.")
        private String base = "";

        @CommandLine.Option(names = "--distance", defaultValue = "0ms", paramLabel = "TIME",
                description = "Simulated round trip: one for a connection, one more for its TLS, one for each request or turn "
                        + "(default: ${DEFAULT-VALUE}).")
        private String distance = "0ms";

        @CommandLine.Option(names = "--tls", paramLabel = "FILE",
                description = "Speaks TLS with the key and certificate of this PKCS#12 file, as keytool -genkeypair makes it.")
        private Optional<Path> tls = Optional.empty();

        @CommandLine.Option(names = "--tls-password", defaultValue = "changeit", paramLabel = "TEXT",
                description = "Its password (default: ${DEFAULT-VALUE}).")
        private String tlsPassword = "changeit";

        @CommandLine.Option(names = "--log", paramLabel = "FILE",
                description = "Appends a JSON line for each request when it ends; - is the terminal.")
        private Optional<String> log = Optional.empty();

        Options(PrintStream out, PrintStream err) {
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            if (faults) {
                out.print(help());
                return 0;
            }
            SimulatorSettings settings;
            try {
                settings = SimulatorSettings.DEFAULT.withHost(host).withPort(port).withKeys(keys)
                        .withBase(Fault.of("interval=" + interval).and(Fault.of(base)))
                        .withDistance(Duration.ofNanos(Fault.of("first=" + distance).nanos(FaultOption.FIRST, 0)));
                if (tls.isPresent()) {
                    settings = settings.withTls(keys(tls.get(), tlsPassword.toCharArray()));
                }
            } catch (IllegalArgumentException | IOException | GeneralSecurityException e) {
                err.println("sluice simulate: " + e.getMessage());
                return 2;
            }
            try (LineLog lines = new LineLog(log, out); SimulatedUpstream upstream = SimulatedUpstream.start(settings, lines)) {
                out.print(greeting(upstream.baseUri().toString()));
                out.flush();
                untilStopped();
                return 0;
            } catch (IOException e) {
                err.println("sluice simulate: " + e.getMessage());
                return 1;
            }
        }

        private static SSLContext keys(Path file, char[] password) throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        }

        /** SIGTERM and SIGINT run shutdown hooks; the hook waits for nothing, so that the process ends at once. */
        private static void untilStopped() {
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stopped::countDown));
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static String greeting(String uri) {
            return """
                    Simulated upstream on %1$s
                    POST /responses (JSON and SSE), GET /responses with Upgrade (WebSocket), GET, DELETE /responses/{id},
                    POST /responses/{id}/cancel, GET /responses/{id}/input_items, POST /responses/compact,
                    POST /responses/input_tokens, GET /models, POST /conversations

                      curl -N %1$s/responses -d '{"model":"gpt-5.1","input":"hi","stream":true}'
                      curl %1$s/responses -H 'Authorization: Bearer sk-sim-429-retry-2' -d '{"model":"gpt-5.1","input":"hi"}'
                      curl -N %1$s/responses -d '{"model":"sim-overloaded","input":"hi","stream":true}'
                      curl -N %1$s/responses -d '{"model":"gpt-5.1","stream":true,"input":"hi [[sim:deltas=30;cut=900]]"}'

                    All options: sluice simulate --faults. SIGTERM or Ctrl-C ends it.
                    """.formatted(uri);
        }

        private static String help() {
            return """
                    Options are taken from (the later is stronger): --default; the account's key, sk-sim-OPTIONS; the model's
                    name, sim-OPTIONS; the last [[sim:OPTIONS]] or [[mock:OPTIONS]] in the last text of the user. In a name they
                    are separated by hyphens (sim-status-429-retry-2; a number alone is a status), elsewhere by semicolons
                    (status=429;retry=2). An unknown option is refused: 401 in a key, otherwise 400.

                    | option | kind | meaning |
                    |---|---|---|
                    """ + FaultOption.table();
        }
    }

    /** Writes the requests' lines. Thread-safe. */
    private static final class LineLog implements Consumer<ReceivedRequest>, AutoCloseable {
        private final Optional<BufferedWriter> file;
        private final Optional<PrintStream> terminal;

        LineLog(Optional<String> name, PrintStream out) throws IOException {
            terminal = name.filter("-"::equals).map(dash -> out);
            Optional<String> path = name.filter(n -> !n.equals("-"));
            file = path.isEmpty() ? Optional.empty() : Optional.of(Files.newBufferedWriter(Path.of(path.get()),
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        }

        @Override
        public synchronized void accept(ReceivedRequest request) {
            terminal.ifPresent(out -> out.println(line(request)));
            file.ifPresent(writer -> {
                try {
                    writer.write(line(request));
                    writer.newLine();
                    writer.flush();
                } catch (IOException e) {
                    System.getLogger(SimulateCommand.class.getName())
                            .log(System.Logger.Level.WARNING, "the log cannot be written", e);
                }
            });
        }

        @Override
        public synchronized void close() throws IOException {
            if (file.isPresent()) {
                file.get().close();
            }
        }

        private static String line(ReceivedRequest request) {
            long arrived = request.arrivedNanos();
            return "{\"method\":" + JsonStrings.quote(request.method()) + ",\"target\":" + JsonStrings.quote(request.target())
                    + ",\"connection\":" + request.connection() + ",\"on_connection\":" + request.onConnection()
                    + ",\"key_hash\":\"" + Integer.toHexString(request.accountKey().hashCode()) + "\",\"body_bytes\":"
                    + request.bodyBytes() + ",\"status\":" + request.status() + ",\"first_byte_us\":"
                    + (request.firstByteNanos().orElse(arrived) - arrived) / 1000 + ",\"ended_us\":"
                    + (request.endedNanos().orElse(arrived) - arrived) / 1000 + ",\"bytes_sent\":" + request.bytesSent()
                    + ",\"ending\":\"" + request.ending() + "\",\"fault\":" + JsonStrings.quote(request.fault().toString())
                    + ",\"billed_input\":" + request.billed().input() + ",\"billed_output\":" + request.billed().output() + "}";
        }
    }
}
