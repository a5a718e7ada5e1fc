package sluice.gauge;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A simulated upstream and a gateway before it, as processes of this image, on free loopback ports. */
final class OwnPair implements AutoCloseable {
    private static final Pattern UPSTREAM = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/v1)");
    private static final Pattern GATEWAY = Pattern.compile("serving on (http://127\\.0\\.0\\.1:\\d+/v1)");

    private final Process upstream;
    private final Process gateway;
    private final URI direct;
    private final URI through;
    private final Path file;

    private OwnPair(Process upstream, URI direct, Process gateway, URI through, Path file) {
        this.upstream = upstream;
        this.direct = direct;
        this.gateway = gateway;
        this.through = through;
        this.file = file;
    }

    /**
     * Starts both.
     *
     * @param modules value of {@code modules:} in the gateway's configuration
     */
    static OwnPair start(String modules) throws IOException {
        Path launcher = Path.of(System.getProperty("java.home"), "bin", "sluice");
        if (!Files.isExecutable(launcher)) {
            throw new IOException("this is not an image of Sluice, so no gateway can be started; give --direct and --through");
        }
        Process upstream = process(launcher, "simulate", "--port", "0", "--delta-interval", "0ms");
        Path file = Files.createTempFile("sluice-bench", ".yaml");
        try {
            URI direct = announced(upstream, UPSTREAM);
            Files.writeString(file, String.format(Locale.ROOT, """
                    server: {port: %d, admin: {port: %d}}
                    accounts: [{name: simulated, base-url: "%s", api-key: sk-bench, concurrency: 100000}]
                    limits: {concurrent-requests: 100000}
                    log: {requests: off}
                    modules: {%s}
                    """, freePort(), freePort(), direct, modules));
            Process gateway = process(launcher, "serve", "--config", file.toString());
            try {
                return new OwnPair(upstream, direct, gateway, announced(gateway, GATEWAY), file);
            } catch (IOException e) {
                end(gateway);
                throw e;
            }
        } catch (IOException e) {
            end(upstream);
            Files.deleteIfExists(file);
            throw e;
        }
    }

    URI direct() {
        return direct;
    }

    URI through() {
        return through;
    }

    /** The gateway's process. */
    ProcessHandle gateway() {
        return gateway.toHandle();
    }

    private static Process process(Path launcher, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(launcher.toString()).redirectErrorStream(true);
        builder.command().addAll(java.util.List.of(arguments));
        return builder.start();
    }

    /** What the process says about where it is; what it says later is thrown away. */
    private static URI announced(Process process, Pattern pattern) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                Thread.startVirtualThread(() -> lines.lines().forEach(ignored -> { }));
                return URI.create(matcher.group(1));
            }
            said.append(line).append('\n');
        }
        throw new IOException("a process ended instead of serving: " + said.toString().strip());
    }

    /** Unlike {@code Process.destroy}, leaves the output open for its reader. */
    private static void end(Process process) {
        process.toHandle().destroy();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        end(gateway);
        end(upstream);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // a file in the folder for temporary ones stays behind
        }
    }
}
