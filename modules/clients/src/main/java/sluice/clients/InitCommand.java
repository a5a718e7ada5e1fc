package sluice.clients;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import sluice.api.Command;

/** {@code sluice init}: writes a configuration to begin with. */
public final class InitCommand implements Command {
    /** For the service loader. */
    public InitCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "init";
    }

    @Override
    public String summary() {
        return "write a commented configuration that works";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return new Beginning();
    }
}
