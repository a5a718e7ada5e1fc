package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.simulator.SimulatedUpstream;

class ReloadTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final int RELOADS = 100;

    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private SimulatedUpstream upstream;
    private Path file;
    private GatewayProcess gateway;
    private Reloader reloader;
    private int writes;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        file = folder.resolve("sluice.yaml");
        write(yaml(0));
        ConfigurationLoader loader = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"),
                Runtime.getRuntime().maxMemory());
        LoadResult.Loaded loaded = (LoadResult.Loaded) loader.load(file);
        gateway = GatewayProcess.start(loaded.configuration(), new PrintStream(OutputStream.nullOutputStream()));
        reloader = new Reloader(file, loader, loaded, gateway, said::add);
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    /** Each write is a second later than the one before, as far as the file's time tells. */
    private void write(String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_800_000_000_000L + 1000L * writes++));
    }

    /** One account and one client that stay, others that come and go, and a changed key of an account. */
    private String yaml(int round) {
        String base = "base-url: \"" + upstream.baseUri() + "\"";
        StringBuilder yaml = new StringBuilder("accounts:\n  - {name: stays, " + base + ", api-key: k-" + round % 3 + "}\n");
        for (int i = 0; i < round % 4; i++) {
            yaml.append("  - {name: comes-").append((round + i) % 7).append(", ").append(base).append(", api-key: k, weight: ")
                    .append(1 + round % 5).append("}\n");
        }
        yaml.append("clients:\n  - {name: stays, key: \"k-stays\"}\n");
        for (int i = 0; i < round % 3; i++) {
            yaml.append("  - {name: comes-").append((round + i) % 5).append(", key: \"k-").append(round).append('-').append(i)
                    .append("\"}\n");
        }
        return yaml.toString();
    }

    private int status(String key) throws IOException {
        try (TestClient client = new TestClient(gateway.port())) {
            return client.post("/v1/responses", STREAM, "x-api-key", key).status();
        }
    }

    @Test
    void seesAChangeBetweenTheReadingAndTheWatching() throws IOException {
        write(yaml(2));
        // What was loaded before that change is in force when the watching begins.
        ConfigurationLoader loader = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"),
                Runtime.getRuntime().maxMemory());
        LoadResult.Loaded read = (LoadResult.Loaded) loader.load(file);
        write(yaml(1));
        Reloader late = new Reloader(file, loader, read, gateway, said::add);
        late.poll();
        assertTrue(said.contains("reload: done"), said.toString());
        assertEquals(200, status("k-1-0"));
        said.clear();
        late.poll();
        late.poll();
        assertEquals(List.of(), said);
    }

    @Test
    void seesAChangeThatComesWhileAnotherIsApplied() throws IOException {
        List<String> heard = new ArrayList<>();
        Reloader watched = new Reloader(file, new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT",
                "0"), Runtime.getRuntime().maxMemory()), loadedNow(), gateway, line -> {
                    if (heard.isEmpty()) {
                        writeUnchecked(yaml(1));
                    }
                    heard.add(line);
                });
        write(yaml(2));
        watched.poll();
        watched.poll();
        assertTrue(heard.contains("reload: done"), heard.toString());
        assertEquals(401, status("k-1-0"));
        watched.poll();
        watched.poll();
        assertEquals(200, status("k-1-0"));
    }

    private LoadResult.Loaded loadedNow() {
        return (LoadResult.Loaded) new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"),
                Runtime.getRuntime().maxMemory()).load(file);
    }

    private void writeUnchecked(String text) {
        try {
            write(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void failsNoRequestAndCutsNoStreamHoweverOftenItReloads() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> workers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                workers.add(threads.submit(() -> {
                    int count = 0;
                    try (TestClient client = new TestClient(gateway.port())) {
                        while (!done.get()) {
                            TestClient.Answer answer = client.post("/v1/responses", STREAM, "x-api-key", "k-stays");
                            assertEquals(200, answer.status(), answer.text());
                            assertTrue(answer.whole() && answer.text().contains("event: response.completed\n"), answer.text());
                            count++;
                        }
                    }
                    return count;
                }));
            }
            long served = upstream.log().total();
            for (int round = 1; round <= RELOADS; round++) {
                write(yaml(round));
                assertTrue(reloader.reload(), said.toString());
                // At least one request begins under each configuration.
                while (upstream.log().total() == served) {
                    Thread.onSpinWait();
                }
                served = upstream.log().total();
            }
            done.set(true);
            int total = 0;
            for (Future<Integer> worker : workers) {
                total += worker.get();
            }
            assertTrue(total >= RELOADS);
        }
        assertEquals(200, status("k-stays"));
        assertEquals(401, status("k-99-0"));
        assertEquals(gateway.configuration().accounts().size(), 1 + RELOADS % 4);
    }

    @Test
    void noticesAFileThatHasChangedOnceItHasSettled() throws IOException {
        reloader.poll();
        assertEquals(List.of(), said);
        write(yaml(2));
        reloader.poll();
        assertEquals(List.of(), said, "it may still be written");
        reloader.poll();
        assertTrue(said.contains("reload: done"), said.toString());
        assertEquals(200, status("k-2-1"));
        said.clear();
        reloader.poll();
        assertEquals(List.of(), said);
    }

    @Test
    void keepsTheLastGoodFileAndSaysWhereTheBrokenOneIsWrong() throws IOException {
        for (String broken : List.of(yaml(2) + "limits: {bodyy: 1MiB}\n",
                yaml(1).replace("api-key: k-1", "api-key: \"${env:NO_SUCH}\""), "", "a: [")) {
            write(broken);
            said.clear();
            assertFalse(reloader.reload());
            assertTrue(said.stream().anyMatch(line -> line.startsWith("error: sluice.yaml")), said.toString());
            assertTrue(said.getLast().contains("stays in force"), said.toString());
            assertEquals(200, status("k-stays"));
            assertEquals(401, status("k-2-0"));
        }
        write(yaml(2) + "limits: {bodyy: 1MiB}\n");
        reloader.reload();
        assertTrue(said.toString().contains("limits.bodyy"), said.toString());
        said.clear();
        reloader.poll();
        reloader.poll();
        assertEquals(List.of(), said, "a broken file is reported once, not at each look");
    }

    @Test
    void noticesASecretThatHasChanged() throws IOException {
        Path secret = folder.resolve("key");
        Files.writeString(secret, "first");
        write("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri() + "\", api-key: \"${file:key}\"}\n");
        assertTrue(reloader.reload());
        Files.writeString(secret, "second-key");
        reloader.poll();
        reloader.poll();
        try (TestClient client = new TestClient(gateway.port())) {
            assertEquals(200, client.post(STREAM).status());
        }
        assertEquals("Bearer second-key", upstream.log().last().headers().first("authorization").orElseThrow());
    }

    private int admin(String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/overview"));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
        }
    }

    @Test
    void lettingPeopleIntoTheAdminPortIsInForceAtOnce() throws Exception {
        Path token = folder.resolve("token");
        Files.writeString(token, "first");
        write(yaml(0) + "server: {admin: {token: \"${file:token}\"}}\n");
        assertTrue(reloader.reload(), said.toString());
        assertEquals(200, admin("first"));
        Files.writeString(token, "second-token");
        assertTrue(reloader.reload(), said.toString());
        assertEquals(List.of(401, 200, 401), List.of(admin("first"), admin("second-token"), admin("")));
        write(yaml(0) + "server: {admin: {open: true}}\n");
        assertTrue(reloader.reload(), said.toString());
        assertEquals(200, admin(""));
        write(yaml(0));
        assertTrue(reloader.reload(), said.toString());
        assertEquals(List.of(403, 403), List.of(admin(""), admin("second-token")));
    }

    @Test
    void linesChangeTheirFormAtOnceAndWarningsAreSaidOnce() throws IOException {
        write(yaml(1));
        assertTrue(reloader.reload(), said.toString());
        assertTrue(said.stream().anyMatch(line -> line.startsWith("warning: ") && line.contains("plain sight")), said.toString());
        said.clear();
        write(yaml(1) + "log: {requests: json, level: error}\n");
        assertTrue(reloader.reload(), said.toString());
        assertTrue(said.stream().noneMatch(line -> line.contains("plain sight")), said.toString());
        assertEquals(java.util.logging.Level.SEVERE, java.util.logging.Logger.getLogger("").getLevel());
        String line = ProcessLog.line(0, "warning: \u001B[31m");
        assertEquals("{\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"warning\",\"message\":\"\\u001b[31m\"}", line);
        write(yaml(1));
        assertTrue(reloader.reload(), said.toString());
        assertEquals("1970-01-01T00:00:00Z INFO x", ProcessLog.line(0, "x"));
        assertEquals("1970-01-01T00:00:00Z ERROR x", ProcessLog.line(0, "error: x"));
    }

    @Test
    void whatAGatewayCouldNotStartWithIsNotApplied() throws IOException {
        write(yaml(2) + "modules: {body: tre}\n");
        assertFalse(reloader.reload());
        assertTrue(said.toString().contains("modules.body"), said.toString());
        write(yaml(2) + "limits: {bodyy: 1}\n");
        assertFalse(reloader.reload());
        assertTrue(said.toString().contains("did you mean `body`"), said.toString());
        assertTrue(said.stream().filter(line -> !line.startsWith("warning: ")).allMatch(line -> line.startsWith("error: ")),
                "whoever looks for errors finds all of them: " + said);
        assertEquals(401, status("k-2-1"));
    }

    @Test
    void startsAnewWhereTheSavedStateIsDamaged() throws IOException {
        Path state = folder.resolve("state");
        byte[] damage = "not what was saved".getBytes(StandardCharsets.UTF_8);
        Files.write(state, damage);
        try (RunningGateway other = RunningGateway.accounts(upstream.baseUri(), 1, "state: {path: \"" + state + "\"}");
                TestClient client = other.client()) {
            assertEquals(200, client.post(STREAM).status());
        }
        assertEquals("not what was saved", Files.readString(folder.resolve("state.damaged")));
        try (RunningGateway again = RunningGateway.accounts(upstream.baseUri(), 1, "state: {path: \"" + state + "\"}")) {
            assertTrue(Files.exists(state), "a good state was saved at the end, and is read: " + again.port());
        }
        assertEquals("not what was saved", Files.readString(folder.resolve("state.damaged")), "a good one is not set aside");
    }
}
