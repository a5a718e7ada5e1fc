package sluice.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.config.Change;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.Problem;

/** {@code sluice check}: what a configuration means, and how it differs from another one. */
@CommandLine.Command(name = "check", mixinStandardHelpOptions = true,
        description = "Checks a configuration and prints what is in force, without secrets.")
final class CheckCommand implements Callable<Integer> {
    @CommandLine.Option(names = {"-c", "--config"}, defaultValue = "sluice.yaml", paramLabel = "FILE",
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    private Path file;

    @CommandLine.Option(names = "--diff", paramLabel = "NEWER", description = "Prints what changes from FILE to NEWER instead.")
    private Path newer;

    @CommandLine.Option(names = {"-q", "--quiet"}, description = "Prints only what is wrong, or soon may be.")
    private boolean quiet;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        ConfigurationLoader loader = ConfigurationLoader.ofThisProcess();
        LoadResult first = loader.load(file);
        report(file, first);
        if (!(first instanceof LoadResult.Loaded loaded)) {
            return 1;
        }
        if (!couldStart(file, loaded)) {
            return 1;
        }
        PrintWriter out = spec.commandLine().getOut();
        if (newer == null) {
            if (!quiet) {
                out.print(loaded.effective().render());
                out.flush();
                tellHowLongUsageLasts(loaded);
            }
            return 0;
        }
        LoadResult second = loader.load(newer);
        report(newer, second);
        if (!(second instanceof LoadResult.Loaded next) || !couldStart(newer, next)) {
            return 1;
        }
        List<Change> changes = loaded.effective().changesTo(next.effective());
        changes.forEach(out::println);
        if (changes.isEmpty()) {
            out.println("no difference");
        }
        return 0;
    }

    /** A bound in bytes or rows says little: what counts is for how long bills can be looked up. */
    private void tellHowLongUsageLasts(LoadResult.Loaded loaded) {
        try {
            Providers.find(loaded.configuration().modules()).usage().lasts(loaded.configuration().usage().sink(),
                    System.currentTimeMillis()).ifPresent(lasts -> spec.commandLine().getErr().printf(Locale.ROOT,
                            "note: at the rate of the last day, usage is kept for %.1f days%n", lasts.toMinutes() / 1440.0));
        } catch (IOException e) {
            spec.commandLine().getErr().println("warning: usage.path: cannot be read: " + e.getMessage());
        }
    }

    /** Whether {@code serve} would start with it. */
    private boolean couldStart(Path source, LoadResult.Loaded loaded) {
        List<String> problems = StartCheck.problems(loaded.configuration());
        problems.forEach(problem -> spec.commandLine().getErr().println(source.getFileName() + ": " + problem));
        return problems.isEmpty();
    }

    private void report(Path source, LoadResult result) {
        for (Problem problem : result.problems()) {
            spec.commandLine().getErr().println((problem.error() ? "" : "warning: ") + problem);
        }
        StartCheck.modules(result).forEach(problem -> spec.commandLine().getErr().println(source.getFileName() + ": " + problem));
    }
}
