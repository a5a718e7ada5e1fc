package sluice.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code sluice serve} as a process of its own, which can be killed: of the class path that the tests run with, or of an image
 * ({@code -Dsluice.image=FOLDER}).
 */
final class ServedProcess implements AutoCloseable {
    private static final Pattern SERVING = Pattern.compile("serving on http://127\\.0\\.0\\.1:(\\d+)/v1, admin on (http://\\S+:\\d+)");

    private final Process process;
    private final int port;
    private final URI adminUri;

    private ServedProcess(Process process) throws IOException {
        this.process = process;
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        Matcher serving = SERVING.matcher("");
        while (!serving.find()) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the gateway did not start: " + said);
            }
            said.append(line).append('\n');
            serving = SERVING.matcher(line);
        }
        port = Integer.parseInt(serving.group(1));
        adminUri = URI.create(serving.group(2));
        Thread.startVirtualThread(() -> drain(lines));
    }

    /** What it says is of no use, but it must not wait for a reader. */
    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // the next one
            }
        } catch (IOException e) {
            // it was killed
        }
    }

    /** Starts one; the file says everything but the ports. */
    static ServedProcess start(Path configuration) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(configuration)).redirectErrorStream(true);
        builder.environment().put("SLUICE_SERVER_PORT", "0");
        builder.environment().put("SLUICE_SERVER_ADMIN_PORT", "0");
        builder.environment().put("SLUICE_SERVER_ADMIN_OPEN", "true");
        return new ServedProcess(builder.start());
    }

    private static List<String> command(Path configuration) {
        List<String> command = new ArrayList<>();
        String image = System.getProperty("sluice.image", "");
        if (!image.isEmpty()) {
            command.add(Path.of(image, "bin", "sluice").toString());
        } else {
            // As it ends soon, it is compiled once.
            command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC", "-Xmx128m", "--enable-native-access=ALL-UNNAMED", "-cp",
                    System.getProperty("java.class.path"), "sluice.server.Main"));
        }
        command.addAll(List.of("serve", "--config", configuration.toString()));
        return command;
    }

    int port() {
        return port;
    }

    TestClient client() throws IOException {
        return new TestClient(port);
    }

    URI adminUri() {
        return adminUri;
    }

    String admin(String path) throws IOException {
        try (TestClient client = new TestClient(adminUri.getPort())) {
            return client.send("GET", path, new byte[0]).text();
        }
    }

    /** Waits until all requests are settled. */
    void settle() throws IOException, InterruptedException {
        while (MetricsPage.of(adminUri).of("sluice_in_flight") > 0) {
            Thread.onSpinWait();
        }
    }

    /** Sends it SIGKILL, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends it SIGTERM, and waits until it has ended. */
    void end() throws InterruptedException {
        process.toHandle().destroy();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
