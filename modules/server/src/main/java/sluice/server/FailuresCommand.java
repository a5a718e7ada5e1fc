package sluice.server;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code sluice failures}: prints the table of {@link FailureRules}. */
@CommandLine.Command(name = "failures", mixinStandardHelpOptions = true,
        description = "Prints who is to blame for each failure of an upstream, and what Sluice does about it.")
final class FailuresCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(table());
        out.flush();
        return 0;
    }

    /** The table in Markdown; the first row that matches wins. */
    static String table() {
        StringBuilder out = new StringBuilder("""
                | # | failure | when | fault | then | the account | the client, in the end |
                |---|---|---|---|---|---|---|
                """);
        int number = 0;
        for (FailureRules.Rule rule : FailureRules.rules()) {
            out.append("| ").append(++number).append(" | ").append(rule.what()).append(" | ")
                    .append(rule.when().describe().replace("|", "\\|")).append(" | ").append(words(rule.fault()))
                    .append(" | ").append(words(rule.effect())).append(" | ")
                    .append(rule.outcome().map(FailuresCommand::words).orElse("—")).append(" | ")
                    .append(words(rule.answer())).append(" |\n");
        }
        return out.toString();
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
