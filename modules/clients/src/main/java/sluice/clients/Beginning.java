package sluice.clients;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import sluice.config.ConfigurationLoader;
import sluice.config.Problem;

/** What {@link InitCommand} writes. */
@CommandLine.Command(name = "sluice init", mixinStandardHelpOptions = true,
        description = "Writes a commented sluice.yaml with one account, one client, an admin token, a ledger and a state file.")
final class Beginning implements Callable<Integer> {
    private static final int TOKEN_BYTES = 24;
    private static final String NAME_RULE = "[A-Za-z0-9._-]{1,64}";

    @CommandLine.Option(names = "--account", paramLabel = "NAME=BASE-URL",
            description = "The account, such as main=https://api.openai.com/v1; without it, you are asked.")
    private String account = "";

    @CommandLine.Option(names = "--key-variable", paramLabel = "VARIABLE", defaultValue = "OPENAI_API_KEY",
            description = "The environment variable with the account's key (default: ${DEFAULT-VALUE}).")
    private String variable;

    @CommandLine.Option(names = "--folder", paramLabel = "FOLDER", defaultValue = ".",
            description = "Where the files are written (default: the present folder). Files that are there stay as they are.")
    private Path folder;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        String chosen = account.isEmpty() ? asked() : account;
        int equals = chosen.indexOf('=');
        String name = chosen.substring(0, Math.max(0, equals));
        String url = chosen.substring(equals + 1);
        if (!name.matches(NAME_RULE) || !url.matches("https?://[^\\s\"]+")) {
            throw new IllegalArgumentException("--account must be NAME=BASE-URL, such as main=https://api.openai.com/v1, not " + chosen);
        }
        Path file = folder.resolve("sluice.yaml");
        NewKey key = NewKey.random(new SecureRandom());
        String text = text(name, url, key);
        refuseWhatCheckWould(text);
        Files.createDirectories(folder);
        try {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            write(folder.resolve("admin-token"), token() + "\n");
            write(file, text);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getFile() + " is there already; name another --folder", e);
        }
        tell(file, key);
        return 0;
    }

    /** A file that does not start would be no beginning. */
    private void refuseWhatCheckWould(String text) {
        if (!variable.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException("--key-variable must be the name of an environment variable, not " + variable);
        }
        String known = text.replace("${file:admin-token}", "token").replace("${env:" + variable + "}", "key");
        String faults = new ConfigurationLoader(Map.of(), Runtime.getRuntime().maxMemory()).parse("sluice.yaml", known, folder).problems()
                .stream().filter(Problem::error).map(problem -> problem.path() + ": " + problem.message())
                .collect(Collectors.joining("; "));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("it would not start: " + faults);
        }
    }

    private String asked() {
        Console console = System.console();
        if (console == null) {
            return "main=https://api.openai.com/v1";
        }
        String url = console.readLine("Base URL of the account [https://api.openai.com/v1]: ");
        String given = console.readLine("Environment variable with its key [%s]: ", variable);
        variable = given == null || given.isBlank() ? variable : given.strip();
        return "main=" + (url == null || url.isBlank() ? "https://api.openai.com/v1" : url.strip());
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** For its owner only. */
    private static void write(Path file, String text) throws IOException {
        boolean posix = file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
    }

    private String text(String name, String url, NewKey key) {
        return """
                # Made by `sluice init`. Every key: docs/configuration.md. What is in force: sluice check
                # The file is read again when it changes; a broken one is reported and changes nothing.
                server:
                  host: 127.0.0.1          # 0.0.0.0 to serve other machines; then think of server.tls
                  port: 8080
                  admin:
                    port: 8081             # dashboard, metrics, admin API
                    token: "${file:admin-token}"

                # Who may use the gateway. `sluice key` makes another key and its hash.
                clients:
                  - name: team-a
                    key-sha256: %s
                    # models: ["gpt-5*"]   # only these
                    # requests-per-minute: 600
                    # budget-usd: {day: 20}  # needs usage.prices

                # The accounts that serve the requests. More of them: more elements of the list.
                accounts:
                  - name: %s
                    base-url: %s
                    api-key: "${env:%s}"
                    # concurrency: 64      # requests at a time

                # What was used, and by whom; `sluice usage` sums it up.
                usage:
                  path: data/usage.jsonl
                  # prices: [{model: "gpt-5*", input: 1.25, cached-input: 0.125, output: 10}]

                # Sessions, owners of responses and rests of accounts outlive a restart here.
                state: {path: data/state}

                log: {requests: text}      # json for machines
                """.formatted(key.hash().hex(), name, url, variable);
    }

    private void tell(Path file, NewKey key) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("wrote " + file + " and " + file.resolveSibling("admin-token"));
        out.println();
        out.println("client key (shown once; only its hash is kept): " + key.text());
        out.println();
        out.println("next:");
        out.println("  export " + variable + "=…            # the account's key, unless it is set");
        out.println("  sluice serve --config " + file);
        out.println("  curl -N http://127.0.0.1:8080/v1/responses -H 'authorization: Bearer " + key.text() + "' \\");
        out.println("    -H 'content-type: application/json' -d '{\"model\":\"gpt-5.1\",\"stream\":true,\"input\":\"hi\"}'");
        out.println("  dashboard: http://127.0.0.1:8081/ with the token in " + file.resolveSibling("admin-token"));
        out.flush();
    }
}
