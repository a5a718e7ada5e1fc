package sluice.ops;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;

/** Which gateway a command asks. */
final class AdminOptions {
    @CommandLine.Option(names = {"-a", "--admin"}, defaultValue = "http://127.0.0.1:8081", paramLabel = "URL",
            description = "The gateway's admin port (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @CommandLine.Option(names = "--token", defaultValue = "${env:SLUICE_ADMIN_TOKEN:-}", paramLabel = "TOKEN",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "server.admin.token; better in the variable SLUICE_ADMIN_TOKEN, which other users cannot see.")
    private String token = "";

    @CommandLine.Option(names = "--ca", paramLabel = "FILE",
            description = "PEM file of authorities to trust instead of Java's, for an admin port with TLS.")
    private Path authorities;

    @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this help.")
    private boolean help;

    AdminClient client(CommandLine.Model.CommandSpec spec) {
        try {
            return AdminClient.of(address, token, Optional.ofNullable(authorities));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--admin: " + e.getMessage());
        } catch (IOException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--ca: " + e.getMessage());
        }
    }
}
