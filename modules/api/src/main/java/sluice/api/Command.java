package sluice.api;

import java.io.PrintStream;
import java.util.concurrent.Callable;

/** Service: a subcommand of {@code sluice} that another module brings. */
public interface Command extends Named {
    /** One line for the list of commands. */
    String summary();

    /**
     * Its options, an object that picocli fills: the class says by annotations what there is, {@code --help} too. Calling it then runs
     * the command, with an exit code: 0 done, 1 failed, 2 wrong arguments. What it throws fails it, and its message is told.
     */
    Callable<Integer> options(PrintStream out, PrintStream err);
}
