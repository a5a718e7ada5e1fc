package sluice.server;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.api.Command;

/**
 * The command {@code sluice}. Its subcommands are those of this module, and those that other modules bring as
 * {@link Command} services. Exit codes: 0 done, 1 failed, 2 wrong arguments.
 */
public final class Main {
    private static final int WRONG_ARGUMENTS = 2;

    private Main() {
    }

    /** Runs a subcommand and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    /** Runs a subcommand. */
    static int run(String[] given, PrintStream out, PrintStream err) {
        String[] arguments = withoutHelp(given);
        List<Command> others = ServiceLoader.load(Command.class).stream().map(ServiceLoader.Provider::get).toList();
        if (arguments.length > 0) {
            Optional<Command> other = others.stream().filter(command -> command.name().equals(arguments[0])).findFirst();
            if (other.isPresent()) {
                CommandLine line = new CommandLine(other.get().options(out, err));
                return execute(line, Arrays.copyOfRange(arguments, 1, arguments.length), out, err);
            }
        }
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new ServeCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new CheckCommand())
                .addSubcommand(new FailuresCommand())
                .addSubcommand(new KeyCommand())
                .addSubcommand(new VersionCommand());
        line.getCommandSpec().usageMessage().footer(footer(others));
        return execute(line, arguments, out, err);
    }

    /** Runs any command line as {@code sluice} does. */
    static int execute(CommandLine line, String[] arguments, PrintStream out, PrintStream err) {
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + reasonOf(e));
                    return 1;
                }).execute(arguments);
    }

    /** {@code help top} is {@code top --help}. */
    private static String[] withoutHelp(String[] arguments) {
        return arguments.length == 0 || !arguments[0].equals("help") ? arguments
                : arguments.length == 1 ? new String[] {"--help"} : new String[] {arguments[1], "--help"};
    }

    private static String[] footer(List<Command> others) {
        List<String> lines = new java.util.ArrayList<>(List.of("", "Commands of other modules:"));
        others.forEach(other -> lines.add(String.format("  %-9s %s", other.name(), other.summary())));
        lines.add("");
        lines.add("sluice COMMAND --help tells more about each.");
        return lines.toArray(String[]::new);
    }

    private static String reasonOf(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** Without a subcommand: the usage. */
    @CommandLine.Command(name = "sluice", mixinStandardHelpOptions = true, versionProvider = VersionCommand.Provider.class,
            description = "A gateway for the OpenAI Responses API: many upstream accounts behind one fast, steady endpoint.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Root implements Callable<Integer> {
        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().usage(spec.commandLine().getErr());
            return WRONG_ARGUMENTS;
        }
    }
}
