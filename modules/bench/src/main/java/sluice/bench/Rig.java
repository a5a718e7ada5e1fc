package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The side-by-side rig in a folder of its own, with a C upstream, nginx and a C load generator. For one thread. */
final class Rig {
    /** Where the rig's upstream listens. */
    private static final int UPSTREAM_PORT = 9100;

    private final Path rig;
    private final Path scratch;

    /**
     * A rig.
     *
     * @param rig its folder
     * @param scratch where configurations, results and its log are written
     */
    Rig(Path rig, Path scratch) {
        this.rig = rig;
        this.scratch = scratch;
    }

    /** Whether there is a rig in this folder. */
    static boolean isIn(Path folder) {
        return Files.isExecutable(folder.resolve("side-by-side.py"));
    }

    /** Starts what gateways are compared with. */
    void start(String... anchors) throws IOException, InterruptedException {
        String[] command = new String[anchors.length + 2];
        command[0] = "./anchors.sh";
        command[1] = "start";
        System.arraycopy(anchors, 0, command, 2, anchors.length);
        run(command);
    }

    /** Starts an image before the rig's upstream, with these {@code modules}. */
    ImageProcess gateway(Path launcher, String name, String modules) throws IOException {
        return gateway(launcher, name, modules, "");
    }

    /** The same, with options for Java. */
    ImageProcess gateway(Path launcher, String name, String modules, String javaOptions) throws IOException {
        Path file = scratch.resolve(name + ".yaml");
        Files.writeString(file, "server: {port: " + freePort() + ", admin: {port: " + freePort() + "}}\nmodules: {" + modules
                + "}\naccounts: [{name: up, base-url: \"http://127.0.0.1:" + UPSTREAM_PORT
                + "/v1\", api-key: sk-rig, concurrency: 10000}]\n");
        return ImageProcess.start(javaOptions, launcher, "serve", "--config", file.toString());
    }

    /** How the rig calls a gateway of ours. */
    static String target(String name, ImageProcess gateway) {
        return name + "=" + gateway.uri() + "/responses=" + gateway.pid();
    }

    /** Runs a workload against all targets in turn; the results by target. */
    JsonNode measure(String workload, String targets, String reference, int rounds) throws IOException, InterruptedException {
        return measure(workload, targets, reference, rounds, List.of());
    }

    /** The same, with more options for the rig. */
    JsonNode measure(String workload, String targets, String reference, int rounds, List<String> options)
            throws IOException, InterruptedException {
        Path json = Files.createTempDirectory(scratch, workload).resolve("results.json");
        boolean idle = workload.startsWith("idle");
        List<String> command = new ArrayList<>(List.of("./side-by-side.py", "-w", workload, "-t", targets, "--ref", reference,
                "-r", idle ? "1" : Integer.toString(rounds), "--warm", idle ? "0" : "10", "--retries", "1", "--json", json.toString()));
        command.addAll(options);
        run(command.toArray(String[]::new));
        return new ObjectMapper().readTree(Files.readAllBytes(json)).path("workloads").path(workload);
    }

    private void run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(rig.toFile())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(scratch.resolve("rig.log").toFile()));
        builder.environment().putIfAbsent("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        int code = builder.start().waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + "; what it said is in "
                    + scratch.resolve("rig.log"));
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
