package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

class BudgetTest {
    @TempDir
    private Path folder;
    private SimulatedUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    /** A dollar for each token of gpt-5; the clients rich and poor. */
    private RunningGateway gateway(String sink) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 1, "clients:\n  - {name: rich, key-sha256: \"" + KeyHash.of("rich").hex()
                + "\"}\n  - {name: poor, key-sha256: \"" + KeyHash.of("poor").hex() + "\", budget-usd: {day: 5, month: 1000}}\n"
                + "modules: {usage: " + sink + "}\nusage: {path: " + folder.resolve("usage")
                + ", prices: [{model: gpt-5, input: 1000000, cached-input: 1000000, output: 1000000}]}\n");
    }

    private static TestClient.Answer ask(TestClient client, String key, String model) throws IOException {
        return client.post("/v1/responses", "{\"model\":\"" + model + "\",\"stream\":true,\"input\":\"hi\"}",
                "authorization", "Bearer " + key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void refusesAClientThatHasSpentItsBudgetAlsoAfterARestart(String sink) throws IOException {
        try (RunningGateway gateway = gateway(sink); TestClient client = gateway.client()) {
            assertEquals(200, ask(client, "poor", "gpt-5").status(), "what it will cost is not known yet");
            TestClient.Answer refused = ask(client, "poor", "gpt-5");
            assertEquals(429, refused.status());
            assertTrue(refused.text().contains("\"code\":\"budget_exhausted\""), refused.text());
            assertTrue(refused.text().contains("$5.0 a day"), refused.text());
            assertTrue(refused.text().contains("\"type\":\"insufficient_quota\""), refused.text());
            assertEquals(Optional.of("false"), refused.headers().first("x-should-retry"), "SDKs would repeat a 429 otherwise");
            long retry = Long.parseLong(refused.headers().first("retry-after").orElseThrow());
            assertTrue(retry > 0 && retry <= Duration.ofDays(1).toSeconds(), "until midnight: " + retry);
            assertEquals(200, ask(client, "rich", "gpt-5").status());
        }
        try (RunningGateway gateway = gateway(sink); TestClient client = gateway.client()) {
            assertEquals(429, ask(client, "poor", "gpt-5").status());
            assertEquals(200, ask(client, "rich", "gpt-5").status());
        }
        assertEquals(3, upstream.log().total());
    }

    @Test
    void aModelWithoutAPriceIsNotFree() throws IOException {
        try (RunningGateway gateway = gateway("log"); TestClient client = gateway.client()) {
            assertEquals(200, ask(client, "poor", "unheard-of").status());
            assertEquals(429, ask(client, "poor", "unheard-of").status());
        }
    }

    /** A dollar for each token, and so many of them a day for who is poor. */
    private static RunningGateway gateway(SayingUpstream saying, int budget) throws IOException {
        return RunningGateway.accounts(saying.uri(), 1, "server: {forward-other: true}\nclients:\n  - {name: rich, key-sha256: \""
                + KeyHash.of("rich").hex() + "\"}\n  - {name: poor, key-sha256: \"" + KeyHash.of("poor").hex()
                + "\", budget-usd: {day: " + budget + "}}\nusage: {prices: [{model: gpt-5, input: 1000000, output: 1000000}]}\n");
    }

    /** A form says its model where the gateway does not look, and an answer may tell no usage. */
    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=b", "application/json", "application/octet-stream"})
    void whatRunsWithoutAModelThatIsSeenIsNotFree(String type) throws Exception {
        try (SayingUpstream saying = new SayingUpstream()) {
            saying.account("sk-a", asked -> SayingUpstream.status(200, "{\"text\":\"hello, this is what was said\"}"));
            try (RunningGateway gateway = gateway(saying, 5); TestClient client = gateway.client()) {
                String body = type.startsWith("multi")
                        ? "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\ncat\r\n--b--\r\n" : "{\"prompt\":\"cat\"}";
                String[] headers = {"authorization", "Bearer poor", "content-type", type};
                assertEquals(200, client.post("/v1/images/edits", body, headers).status(), "what it will cost is not known yet");
                assertEquals(429, client.post("/v1/images/edits", body, headers).status());
                assertEquals(1, saying.asked("sk-a").size());
            }
        }
    }

    /** What its client has read of a stream is paid, though the work is cancelled before anybody tells its usage. */
    @Test
    void whatWasReadOfCancelledBackgroundWorkIsNotFree() throws Exception {
        try (SayingUpstream saying = new SayingUpstream()) {
            String[] read = new String[40];
            java.util.Arrays.setAll(read, i -> i == 0 ? SayingUpstream.created("gpt-5") : SayingUpstream.delta(i, "word"));
            saying.account("sk-a", asked -> asked.path().contains("stream=true") ? SayingUpstream.events(read)
                    : SayingUpstream.status(200, SayingUpstream.response("queued", "gpt-5", "")));
            try (RunningGateway gateway = gateway(saying, 45); TestClient client = gateway.client()) {
                String[] key = {"authorization", "Bearer poor"};
                String work = "{\"model\":\"gpt-5\",\"input\":\"hi\",\"background\":true,\"max_output_tokens\":10}";
                assertEquals(200, client.post("/v1/responses", work, key).status());
                try (TestClient reader = gateway.client()) {
                    reader.send("GET", "/v1/responses/resp_1?stream=true", new byte[0], key);
                }
                assertEquals(200, client.post("/v1/responses/resp_1/cancel", "", key).status());
                assertEquals(429, client.post("/v1/responses", work, key).status(), "forty of forty-five dollars were read");
            }
        }
    }

    /** An account that takes other values for true works on behind its answer: what that uses is asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "\"true\"", "\"yes\""})
    void workIsInTheBackgroundHoweverThatIsSaid(String background) throws Exception {
        try (SayingUpstream saying = new SayingUpstream()) {
            saying.account("sk-a", asked -> SayingUpstream.status(200, asked.body().isEmpty()
                    ? SayingUpstream.response("completed", "gpt-5", SayingUpstream.usage().replace(":1", ":1000"))
                    : SayingUpstream.response("queued", "gpt-5", "")));
            try (RunningGateway gateway = gateway(saying, 1500); TestClient client = gateway.client()) {
                String[] key = {"authorization", "Bearer poor"};
                String work = "{\"model\":\"gpt-5\",\"input\":\"hi\",\"max_output_tokens\":10,\"background\":" + background + "}";
                assertEquals(200, client.post("/v1/responses", work, key).status());
                assertEquals(200, client.send("GET", "/v1/responses/resp_1", new byte[0], key).status());
                assertEquals(429, client.post("/v1/responses", work, key).status(), "two thousand of fifteen hundred dollars");
            }
        }
    }

    @Test
    void anAccountWhoseBudgetIsSpentRestsAndTheNextOneServes() throws IOException, InterruptedException {
        String accounts = "accounts:\n  - {name: small, base-url: \"" + upstream.baseUri() + "\", api-key: k, budget-usd: {day: 5}}\n"
                + "  - {name: large, base-url: \"" + upstream.baseUri() + "\", api-key: k, tier: 1}\n";
        try (RunningGateway gateway = RunningGateway.of(accounts
                + "usage: {prices: [{model: '*', input: 1000000, output: 1000000}]}\n"); TestClient client = gateway.client()) {
            assertEquals(200, client.post("/v1/responses", "{\"model\":\"gpt-5\",\"input\":\"hi\"}").status());
            gateway.awaitLog("account=small");
            while (gateway.account("small").limits().coolingNanos() == 0) {
                Thread.onSpinWait();
            }
            assertEquals(200, client.post("/v1/responses", "{\"model\":\"gpt-5\",\"input\":\"hi\"}").status());
            gateway.awaitLog("account=large");
        }
    }

    /** Whatever overlaps with what: each reserves as much as it costs. */
    @Test
    void of64ClientsOfATeamAtOnceAsManyAreServedAsItsBudgetHas() throws Exception {
        StringBuilder clients = new StringBuilder("clients:\n");
        for (int i = 0; i < 64; i++) {
            clients.append("  - {name: c").append(i).append(", team: all, key-sha256: \"").append(KeyHash.of("c" + i).hex())
                    .append("\"}\n");
        }
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "teams: [{name: all, budget-usd: {month: 200}}]\n"
                + clients + "usage: {prices: [{model: '*', output: 1000000}]}\n")) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> asked = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 64; i++) {
                    String key = "c" + i;
                    asked.add(threads.submit(() -> {
                        try (TestClient client = gateway.client()) {
                            start.await();
                            return client.post("/v1/responses", "{\"model\":\"gpt-5\",\"max_output_tokens\":10,\"store\":false,"
                                    + "\"input\":\"[[sim:deltas=10]]\"}", "authorization", "Bearer " + key).status();
                        }
                    }));
                }
                start.countDown();
            }
            int served = 0;
            for (Future<Integer> status : asked) {
                assertTrue(status.get() == 200 || status.get() == 429, () -> status.resultNow().toString());
                served += status.get() == 200 ? 1 : 0;
            }
            assertEquals(20, served, "at ten dollars each");
            assertEquals(20, upstream.log().total());
        }
    }
}
