package sluice.clients;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
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
    public int run(List<String> arguments, PrintStream out, PrintStream err) {
        return new CommandLine(new Beginning())
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("sluice init: " + e.getMessage());
                    return 1;
                })
                .execute(arguments.toArray(String[]::new));
    }
}
