package sluice.server;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.failures.FailureRules;
import sluice.failures.FailureTable;

/** {@code sluice failures}: prints the table of {@link FailureRules}. */
@CommandLine.Command(name = "failures", mixinStandardHelpOptions = true,
        description = "Prints who is to blame for each failure of an upstream, and what Sluice does about it.")
final class FailuresCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(FailureTable.markdown());
        out.flush();
        return 0;
    }
}
