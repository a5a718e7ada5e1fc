package sluice.server;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.clients.NewKey;
import sluice.config.KeyHash;

/** {@code sluice key}: makes a client key, or hashes one. */
@CommandLine.Command(name = "key", mixinStandardHelpOptions = true,
        description = "Makes a random client key and prints it with the hash that belongs into the configuration.")
final class KeyCommand implements Callable<Integer> {
    @CommandLine.Option(names = "--hash", description = "Reads an existing key from standard input and prints its hash only.")
    private boolean hashOnly;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws java.io.IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (hashOnly) {
            String key = new String(System.in.readNBytes(4096), java.nio.charset.StandardCharsets.UTF_8).strip();
            if (key.isEmpty()) {
                throw new IllegalArgumentException("no key on standard input");
            }
            out.println(KeyHash.of(key).hex());
            return 0;
        }
        NewKey key = NewKey.random(new SecureRandom());
        out.println("key:        " + key.text());
        out.println("key-sha256: " + key.hash().hex());
        out.println();
        out.println("Give the key to the client; only the hash goes into sluice.yaml.");
        return 0;
    }
}
