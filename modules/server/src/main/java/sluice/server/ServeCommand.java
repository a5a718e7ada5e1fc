package sluice.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.ReloadThread;

/** {@code sluice serve}: runs the gateway until it is told to end. */
@CommandLine.Command(name = "serve", mixinStandardHelpOptions = true,
        description = "Runs the gateway until SIGTERM; a second SIGTERM ends it at once. SIGHUP reads the configuration again.")
final class ServeCommand implements Callable<Integer> {
    @CommandLine.Option(names = {"-c", "--config"}, defaultValue = "sluice.yaml", paramLabel = "FILE",
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    private Path file;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private final ConfigurationLoader loader = ConfigurationLoader.ofThisProcess();

    @Override
    public Integer call() throws Exception {
        LoadResult result = loader.load(file);
        // Before the first line, so that all have one form.
        ProcessLog.install(switch (result) {
            case LoadResult.Loaded known -> known.configuration().log();
            case LoadResult.Rejected rejected -> rejected.log();
        });
        report(result);
        StartCheck.modules(result).forEach(problem -> say("error: " + file.getFileName() + ": " + problem));
        if (!(result instanceof LoadResult.Loaded loaded)) {
            return 1;
        }
        List<String> problems = StartCheck.problems(loaded.configuration());
        problems.forEach(problem -> say("error: " + file.getFileName() + ": " + problem));
        if (!problems.isEmpty()) {
            return 1;
        }
        try {
            serve(loaded);
        } catch (IOException e) {
            say("error: " + e.getMessage());
            return 1;
        }
        say("ended");
        return 0;
    }

    private void serve(LoadResult.Loaded loaded) throws IOException, InterruptedException {
        Configuration configuration = loaded.configuration();
        Signals signals = new Signals();
        OutputStream log = new FileOutputStream(FileDescriptor.out);
        try (GatewayProcess gateway = GatewayProcess.start(configuration, log)) {
            Reloader reloader = new Reloader(file, loader, loaded, gateway, this::say);
            ReloadThread reloads = new ReloadThread(reloader::poll, reloader::reload, this::say);
            say("serving on http" + (configuration.server().tls().isPresent() ? "s" : "") + "://"
                    + configuration.server().host() + ":" + gateway.port() + "/v1, admin on http"
                    + (configuration.server().admin().tls().isPresent() ? "s" : "") + "://"
                    + configuration.server().admin().host() + ":" + gateway.adminPort());
            if (gateway.servesWithoutKeys()) {
                say("no clients are configured: serving programs on this machine only, without keys");
            }
            untilTheEnd(signals, reloader, reloads);
            reloads.close();
            reloader.close();
            gateway.drain(() -> {
                say("draining: " + gateway.gateway().inFlight() + " requests under way; a second signal ends at once");
                Thread.ofVirtual().start(() -> hurry(signals, gateway));
            });
        }
    }

    private static void untilTheEnd(Signals signals, Reloader reloader, ReloadThread reloads) throws InterruptedException {
        while (true) {
            Optional<Signals.Order> order = signals.next(reloader.interval());
            if (order.isEmpty()) {
                reloads.poll();
            } else if (order.get() == Signals.Order.RELOAD) {
                reloads.reload();
            } else {
                return;
            }
        }
    }

    private static void hurry(Signals signals, GatewayProcess gateway) {
        try {
            signals.next(Duration.ZERO);
            gateway.hurry();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(LoadResult result) {
        result.problems().forEach(problem -> say((problem.error() ? "error: " : "warning: ") + problem));
    }

    /** Words about the process go to standard error; standard output has the lines of requests. */
    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(ProcessLog.line(System.currentTimeMillis(), line));
        err.flush();
    }
}
