package sluice.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sluice serve} of an image, as a process, on free ports. Thread-safe. */
final class RunningImage implements AutoCloseable {
    private static final Pattern SERVING = Pattern.compile("serving on (http://127\\.0\\.0\\.1:(\\d+)/v1), admin on (http://\\S+:\\d+)");

    private final Process process;
    private final URI uri;
    private final int port;
    private final URI adminUri;
    private final StringBuffer output = new StringBuffer();
    private final Thread reader;

    private RunningImage(Process process) throws IOException {
        this.process = process;
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Matcher serving = null;
        while (serving == null) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the gateway ended: " + output);
            }
            output.append(line).append('\n');
            Matcher matcher = SERVING.matcher(line);
            serving = matcher.find() ? matcher : null;
        }
        uri = URI.create(serving.group(1));
        port = Integer.parseInt(serving.group(2));
        adminUri = URI.create(serving.group(3));
        reader = Thread.startVirtualThread(() -> lines.lines().forEach(line -> output.append(line).append('\n')));
    }

    /**
     * Starts one.
     *
     * @param folder where its configuration is written
     * @param yaml everything but the ports
     */
    static RunningImage of(Image image, Path folder, String javaOptions, String yaml) throws IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "sluice", ".yaml"), yaml);
        ProcessBuilder builder = image.command(javaOptions, "serve", "--config", file.toString());
        builder.environment().put("SLUICE_SERVER_PORT", "0");
        builder.environment().put("SLUICE_SERVER_ADMIN_PORT", "0");
        return new RunningImage(builder.start());
    }

    /** One with a single account. */
    static RunningImage of(Path folder, String javaOptions, URI upstream, String more) throws IOException {
        return of(Image.BUILT, folder, javaOptions, account(upstream) + more);
    }

    /** The configuration of a single account with the key {@code sk-a}, that any number of requests may use at once. */
    static String account(URI upstream) {
        return "accounts: [{name: a, base-url: \"" + upstream + "\", api-key: sk-a, concurrency: 1000}]\n";
    }

    /** {@code http://127.0.0.1:port/v1}. */
    URI uri() {
        return uri;
    }

    int port() {
        return port;
    }

    /** {@code http://127.0.0.1:port} of the admin port. */
    URI adminUri() {
        return adminUri;
    }

    /** The most memory that the process ever had, as Linux counts it ({@code VmHWM}). */
    long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmHWM");
    }

    /** Sends it SIGTERM, as an operator would. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Sends it SIGKILL. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Whether it has not ended. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has said so far. */
    String output() {
        return output.toString();
    }

    /** Waits for its end, and gives its exit code. */
    int exitCode() throws InterruptedException {
        int code = process.waitFor();
        reader.join();
        return code;
    }

    /** Ends it as an operator would, and gives all that it said. */
    String end() throws InterruptedException {
        process.toHandle().destroy();
        process.waitFor();
        reader.join();
        return output.toString();
    }

    @Override
    public void close() {
        process.toHandle().destroy();
    }
}
