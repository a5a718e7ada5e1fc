package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.simulator.SimulatedUpstream;

/** A second gateway takes the port over while the first one ends what it has. */
class RestartTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final int RESTARTS = 20;
    private static final int CLIENTS = 16;
    private static final Duration HANDSHAKE = Duration.ofMillis(100);

    private static GatewayProcess start(SimulatedUpstream upstream, int port) throws IOException {
        return start(upstream, port, "");
    }

    private static GatewayProcess start(SimulatedUpstream upstream, int port, String more) throws IOException {
        LoadResult result = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", Integer.toString(port), "SLUICE_SERVER_ADMIN_PORT", "0"),
                Runtime.getRuntime().maxMemory()).parse("test", "server: {reuse-port: true}\naccounts:\n  - {name: a, base-url: \""
                + upstream.baseUri() + "\", api-key: k, concurrency: 1000}\n" + more, Path.of(""));
        Configuration configuration = ((LoadResult.Loaded) result).configuration();
        return GatewayProcess.start(configuration, OutputStream.nullOutputStream());
    }

    /** Streams one after another; keeps its connection as long as the gateway lets it, or opens one for each. */
    private static int streams(int port, boolean keeps, AtomicBoolean done, AtomicInteger count) throws IOException {
        int served = 0;
        while (!done.get()) {
            try (TestClient client = new TestClient(port)) {
                boolean again = true;
                while (again && !done.get()) {
                    TestClient.Answer answer = client.post(STREAM);
                    assertEquals(200, answer.status(), answer.text());
                    assertTrue(answer.whole() && answer.text().contains("event: response.completed\n"), answer.text());
                    again = keeps && !answer.headers().first("connection").orElse("").equals("close");
                    served++;
                    count.incrementAndGet();
                }
            }
        }
        return served;
    }

    @Test
    void refusesNobodyAndCutsNoStreamHoweverOftenItIsRestarted() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger count = new AtomicInteger();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            GatewayProcess running = start(upstream, 0);
            int port = running.port();
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                boolean keeps = i % 2 == 0;
                clients.add(threads.submit(() -> streams(port, keeps, done, count)));
            }
            for (int i = 0; i < RESTARTS; i++) {
                int before = count.get();
                GatewayProcess next = start(upstream, port);
                running.drain(HANDSHAKE, () -> { });
                running.close();
                running = next;
                while (count.get() < before + CLIENTS && clients.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
            }
            done.set(true);
            for (Future<Integer> client : clients) {
                assertTrue(client.get() > 0);
            }
            running.close();
        }
    }

    @Test
    void theSecondKnowsWhatTheFirstHasJustAnsweredAndTheFirstWhatTheSecondHas(@TempDir Path folder) throws Exception {
        String kept = "state: {path: " + folder.resolve("state") + "}\nclients: [{name: a, key: key-of-a}, {name: b, key: key-of-b}]\n";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                GatewayProcess first = start(upstream, 0, kept); GatewayProcess second = start(upstream, 0, kept);
                TestClient old = new TestClient(first.port()); TestClient young = new TestClient(second.port())) {
            String id = made(old, "");
            id = made(young, id);
            id = made(old, id);
            made(young, id);
        }
    }

    /** Makes a response that continues another one, if one is named. */
    private static String made(TestClient client, String former) throws IOException {
        TestClient.Answer answer = client.post("/v1/responses", "{\"model\":\"gpt-5.1\",\"input\":\"hi\""
                + (former.isEmpty() ? "" : ",\"previous_response_id\":\"" + former + "\"") + "}", "authorization", "Bearer key-of-a");
        assertEquals(200, answer.status(), answer.text());
        return answer.text().replaceFirst("(?s).*?\"id\":\"(resp_[^\"]*)\".*", "$1");
    }

    @Test
    void refusesAsBeforeWhereNobodyTakesThePortOver() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); GatewayProcess alone = start(upstream, 0);
                TestClient client = new TestClient(alone.port())) {
            assertEquals(200, client.post(STREAM).status());
            alone.drain(HANDSHAKE, () -> { });
            try (TestClient late = new TestClient(alone.port())) {
                assertEquals(503, late.post(STREAM).status());
            }
        }
    }
}
