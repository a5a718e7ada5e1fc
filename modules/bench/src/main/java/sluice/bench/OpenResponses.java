package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Runs the compliance suite of Open Responses, from a folder that holds it, against the image's simulated upstream and through
 * its gateway in several arrangements, and writes {@code docs/openresponses.md}. Run by {@code ./dev openresponses}.
 */
public final class OpenResponses {
    private static final String SCRIPT = "bin/compliance-test.ts";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Shows what accounts cannot share; that is no fault of the gateway, and none for the exit code. */
    private static final String APART = "accounts of three organisations";
    private static final String ABOUT = """

            against the image's simulated upstream, and through its gateway with three accounts there, of one organisation; each further
            column changes one thing. All of baseline is the README's line that swaps the optimised parts for the naive ones. What one
            organisation has encrypted no other can read: where the accounts are of three, a compaction that a client sends back goes to
            the account that made it, for the gateway knows whose item it is.

            | test |""";

    private final Path launcher;
    private final Path suite;
    private final Path folder;
    /** By arrangement, in order: what each test ended with, by its name. */
    private final Map<String, Map<String, String>> results = new LinkedHashMap<>();

    private OpenResponses(Path launcher, Path suite, Path folder) {
        this.launcher = launcher;
        this.suite = suite;
        this.folder = folder;
    }

    /** The image's launcher, the folder of the documentation, the folder of the suite. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 3 || !Files.isReadable(Path.of(arguments[2], SCRIPT))) {
            System.err.println("usage: ./dev openresponses FOLDER   (FOLDER: openresponses/openresponses with its node_modules; "
                    + "bun on PATH, in BUN, or among these: npm install bun zod@3)");
            System.exit(2);
        }
        Path docs = Path.of(arguments[1]);
        Path folder = Files.createTempDirectory("sluice-openresponses");
        OpenResponses run = new OpenResponses(Path.of(arguments[0]), Path.of(arguments[2]).toAbsolutePath(), folder);
        try {
            run.all(swapLine(docs.resolveSibling("README.md")));
        } finally {
            Files.deleteIfExists(folder.resolve("sluice.yaml"));
            Files.delete(folder);
        }
        Files.writeString(docs.resolve("openresponses.md"), run.page());
        System.exit(run.passedAll() ? 0 : 1);
    }

    private void all(String swapped) throws IOException, InterruptedException {
        try (ImageProcess upstream = ImageProcess.start(launcher, "simulate", "--port", "0", "--delta-interval", "0ms")) {
            arrangement("simulated upstream, directly", upstream.uri());
            String one = accounts(upstream, "org-one-id-", ", organization: one");
            through("gateway", one);
            through("`websocket: prefer`", accounts(upstream, "org-one-id-", ", organization: one, websocket: prefer"));
            through("`commit: first-output`", one + "failover: {commit: first-output}\n");
            through("all of baseline", one + swapped + "\n");
            through(APART, accounts(upstream, "id-", ""));
        }
    }

    /** Three, each with responses of its own, so that a turn at the wrong one fails. */
    private static String accounts(ImageProcess upstream, String options, String more) {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (String name : List.of("a", "b", "c")) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.uri()).append("\", api-key: sk-sim-")
                    .append(options).append(name).append(more).append("}\n");
        }
        return yaml.toString();
    }

    private void through(String name, String yaml) throws IOException, InterruptedException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, yaml + "server: {port: 0, admin: {port: 0, open: true}}\n");
        try (ImageProcess gateway = ImageProcess.start(launcher, "serve", "--config", file.toString())) {
            arrangement(name, gateway.uri());
        }
    }

    private void arrangement(String name, URI uri) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(bun(), "run", SCRIPT, "--base-url", uri.toString(), "--api-key", "sk-a", "--model",
                "gpt-5.1", "--json").directory(suite.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Map<String, String> byTest = new LinkedHashMap<>();
        for (JsonNode result : MAPPER.readTree(output).path("results")) {
            byTest.put(result.path("name").asText(), result.path("status").asText());
            if (!result.path("status").asText().equals("passed")) {
                System.out.println("  " + result.path("name").asText() + ": " + result.path("errors"));
            }
        }
        results.put(name, byTest);
        System.out.println(passed(byTest) + " of " + byTest.size() + "  " + name);
    }

    private String page() throws IOException, InterruptedException {
        StringBuilder out = new StringBuilder("# Open Responses\n\nWritten by `./dev openresponses FOLDER`: ").append(Machine.words())
                .append(".\nThe compliance suite of [Open Responses](https://www.openresponses.org/compliance)").append(commit())
                .append(ABOUT);
        results.keySet().forEach(name -> out.append(' ').append(name).append(" |"));
        out.append("\n|---|").append("---|".repeat(results.size())).append('\n');
        for (String test : new TreeSet<>(results.values().iterator().next().keySet())) {
            out.append("| ").append(test).append(" |");
            results.values().forEach(byTest -> out.append(' ').append(byTest.getOrDefault(test, "missing")).append(" |"));
            out.append('\n');
        }
        out.append("| **passed** |");
        results.values().forEach(byTest -> out.append(" **").append(passed(byTest)).append(" of ").append(byTest.size()).append("** |"));
        return out.append('\n').toString();
    }

    private String commit() throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "-C", suite.toString(), "log", "-1", "--format=%h of %cs")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 && !commit.isEmpty() ? " at commit " + commit : "";
    }

    private boolean passedAll() {
        return results.entrySet().stream().filter(result -> !result.getKey().equals(APART)).map(Map.Entry::getValue)
                .allMatch(byTest -> !byTest.isEmpty() && passed(byTest) == byTest.size());
    }

    private static long passed(Map<String, String> byTest) {
        return byTest.values().stream().filter("passed"::equals).count();
    }

    private String bun() {
        List<Path> places = new ArrayList<>();
        if (System.getenv("BUN") != null) {
            places.add(Path.of(System.getenv("BUN")));
        }
        places.add(suite.resolve("node_modules/.bin/bun"));
        return places.stream().filter(Files::isExecutable).map(Path::toString).findFirst().orElse("bun");
    }

    private static String swapLine(Path readme) throws IOException {
        try (Stream<String> lines = Files.lines(readme)) {
            return lines.filter(line -> line.startsWith("modules: {")).findFirst()
                    .orElseThrow(() -> new IOException(readme + " has no line that swaps modules"));
        }
    }
}
