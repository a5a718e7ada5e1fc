package sluice.server;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.ops.Condition;

/** {@code sluice version}. */
@CommandLine.Command(name = "version", mixinStandardHelpOptions = true, description = "Prints the versions of Sluice and of Java.")
final class VersionCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().println(text());
        return 0;
    }

    static String text() {
        return "sluice " + Condition.thisVersion() + " (Java " + Runtime.version() + ")";
    }

    /** For {@code --version}. */
    static final class Provider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }
    }
}
