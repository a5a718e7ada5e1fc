package sluice.api;

import java.io.PrintStream;
import java.util.List;

/** Service: a subcommand of {@code sluice} that another module brings. */
public interface Command extends Named {
    /** One line for the list of commands. */
    String summary();

    /**
     * Runs it; {@code --help} prints its usage.
     *
     * @return exit code: 0 done, 1 failed, 2 wrong arguments
     */
    int run(List<String> arguments, PrintStream out, PrintStream err);
}
