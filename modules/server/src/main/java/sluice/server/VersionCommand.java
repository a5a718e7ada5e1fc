package sluice.server;

import java.util.concurrent.Callable;
import picocli.CommandLine;

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

    /** Of Sluice. */
    static String version() {
        return Main.class.getModule().getDescriptor() == null ? "development"
                : Main.class.getModule().getDescriptor().rawVersion().orElse("development");
    }

    static String text() {
        return "sluice " + version() + " (Java " + Runtime.version() + ")";
    }

    /** For {@code --version}. */
    static final class Provider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }
    }
}
