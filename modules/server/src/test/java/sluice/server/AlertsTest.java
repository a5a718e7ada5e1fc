package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.AccountScheduler;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.simulator.SimulatedUpstream;

/** Each alert rule against the fault that it is for: silent before, and fires behind it. */
class AlertsTest {
    private static final String ASK = "{\"model\":\"m\",\"input\":\"hi\",\"store\":false}";
    private static final String STREAM = "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\",\"store\":false}";
    @TempDir
    private Path folder;

    private final Set<String> tried = new TreeSet<>();

    private static String scrape(URI admin) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(admin.resolve("/metrics")).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** Something that goes wrong. */
    private interface Fault {
        void happens(RunningGateway gateway) throws Exception;
    }

    private void fires(RunningGateway gateway, Fault fault, String... rules) throws Exception {
        AlertRules all = new AlertRules();
        String before = scrape(gateway.adminUri());
        for (String rule : rules) {
            tried.add(rule);
            assertFalse(all.fires(rule, before, before), rule + " fires before anything is wrong");
        }
        fault.happens(gateway);
        String after = scrape(gateway.adminUri());
        for (String rule : rules) {
            assertTrue(all.fires(rule, before, after), rule + " is silent:\n" + after);
        }
    }

    private static void ask(RunningGateway gateway, String body, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (TestClient client = gateway.client()) {
                client.post(body);
            }
        }
    }

    @Test
    void eachRuleFiresAtItsFault() throws Exception {
        deadAccount();
        accountsAndPool();
        money();
        reload();
        certificate();
        ledger();
        slowAccount();
        deadProcess();
        lostListener();
        slotsAndWaiting();
        bodies();
        log();
        assertEquals(new TreeSet<>(new AlertRules().names()), tried, "a rule without its fault");
    }

    private void deadAccount() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:1/v1"), 1, "")) {
            fires(gateway, running -> ask(running, ASK, 3), "SluiceAccountFails", "SluiceManyErrors");
        }
    }

    private void accountsAndPool() throws Exception {
        try (SayingUpstream upstream = new SayingUpstream()) {
            try (RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "")) {
                upstream.account("sk-a", asked -> SayingUpstream.status(429, "{\"error\":{\"type\":\"usage_limit_reached\","
                        + "\"code\":\"usage_limit_reached\",\"message\":\"x\",\"resets_in_seconds\":3600}}"));
                fires(gateway, running -> ask(running, ASK, 2), "SluicePoolAtItsLimit", "SluiceAccountResting");
            }
            try (RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "")) {
                upstream.account("sk-a", asked -> SayingUpstream.status(401, "{\"error\":{\"code\":\"invalid_api_key\"}}"));
                fires(gateway, running -> ask(running, ASK, 2), "SluiceAccountUnauthorized", "SluiceNoAccountAvailable");
            }
            try (RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "")) {
                upstream.account("sk-a", asked -> SayingUpstream.status(429, "{\"error\":{\"type\":\"insufficient_quota\","
                        + "\"code\":\"insufficient_quota\",\"message\":\"x\"}}"));
                fires(gateway, running -> ask(running, ASK, 1), "SluiceAccountOutOfQuota");
            }
            try (RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "")) {
                upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created("m"),
                        "{\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"item_id\":\"i\",\"output_index\":0,"
                        + "\"content_index\":0,\"delta\":\"x\",\"logprobs\":[]}"));
                fires(gateway, running -> ask(running, STREAM, 1), "SluiceStreamsBroken");
            }
        }
    }

    /** The same model takes four seconds at one account and a moment at the other; which one is asked is said by hand. */
    private void slowAccount() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, "")) {
            fires(gateway, running -> {
                running.process().gateway().inForce().scheduler().control("a", AccountScheduler.Control.DISABLE);
                ask(running, STREAM, 3);
                running.process().gateway().inForce().scheduler().control("a", AccountScheduler.Control.ENABLE);
                running.process().gateway().inForce().scheduler().control("b", AccountScheduler.Control.DISABLE);
                ask(running, STREAM, 3);
                ask(running, STREAM.replace("hi", "[[sim:first=4s]]"), 2);
                while (MetricsPage.of(running.adminUri()).of("sluice_account_slowness_ratio", "account", "a") <= 1) {
                    Thread.onSpinWait();
                }
            }, "SluiceAccountSlow");
            MetricsPage page = MetricsPage.of(gateway.adminUri());
            assertEquals(1, page.of("sluice_account_slowness_ratio", "account", "b"), "the other one is not slow");
        }
    }

    /** What Prometheus itself says of a target. */
    private static String up(URI admin) throws InterruptedException {
        try {
            return "up{job=\"sluice\"} " + (scrape(admin).isEmpty() ? 0 : 1);
        } catch (IOException e) {
            return "up{job=\"sluice\"} 0";
        }
    }

    private void deadProcess() throws Exception {
        AlertRules all = new AlertRules();
        URI admin;
        try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:9/v1"), 1, "")) {
            admin = gateway.adminUri();
            assertFalse(all.fires("SluiceDown", "", up(admin)));
        }
        assertTrue(all.fires("SluiceDown", "", up(admin)));
        tried.add("SluiceDown");
    }

    private void lostListener() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:9/v1"), 1, "")) {
            fires(gateway, running -> running.process().listeners().data().close(), "SluiceListenerLost");
        }
    }

    /** The only slot is taken for longer than the rule bears, and a second request waits for it. */
    private void slotsAndWaiting() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri()
                        + "\", api-key: k, concurrency: 1}\n");
                TestClient holds = gateway.client(); TestClient waits = gateway.client()) {
            fires(gateway, running -> {
                byte[] body = STREAM.replace("hi", "[[sim:deltas=58;interval=100ms]]").getBytes(StandardCharsets.UTF_8);
                holds.sendHead("POST", "/v1/responses", body.length);
                holds.raw(body);
                holds.head("POST");
            }, "SluiceSlotsExhausted");
            fires(gateway, running -> assertEquals(200, waits.post(ASK).status()), "SluiceRequestsWait");
        }
    }

    private void bodies() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:9/v1"), 1,
                "limits: {body: 1MiB, bodies-in-flight: 1MiB}\n"); TestClient slow = gateway.client()) {
            fires(gateway, running -> {
                slow.sendHead("POST", "/v1/responses", 1024 * 1024);
                slow.raw("{");
                while (!new AlertRules().fires("SluiceBodyMemory", "", scrape(running.adminUri()))) {
                    Thread.onSpinWait();
                }
            }, "SluiceBodyMemory");
        }
    }

    private void log() throws Exception {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        LoadResult.Loaded loaded = (LoadResult.Loaded) new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0",
                "SLUICE_SERVER_ADMIN_PORT", "0"), 1L << 30).parse("test",
                "accounts:\n  - {name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}\n", Path.of(""));
        try (GatewayProcess process = GatewayProcess.start(loaded.configuration(), gone)) {
            URI admin = URI.create("http://127.0.0.1:" + process.adminPort());
            String before = scrape(admin);
            AlertRules all = new AlertRules();
            assertFalse(all.fires("SluiceLogLost", before, before));
            try (TestClient client = new TestClient(process.port())) {
                client.post(ASK);
            }
            // A request is told in the log behind its answer.
            while (!all.fires("SluiceLogLost", before, scrape(admin))) {
                process.flushLog();
            }
            tried.add("SluiceLogLost");
        }
    }

    private void money() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri()
                        + "\", api-key: k}\nclients:\n  - {name: c, key: k, budget-usd: {day: 0.001}}\n"
                        + "usage: {prices: [{model: m, input: 100, output: 100}]}\n")) {
            fires(gateway, running -> {
                for (String body : List.of(ASK, ASK, ASK, ASK)) {
                    for (int i = 0; i < 5; i++) {
                        try (TestClient client = running.client()) {
                            client.post("/v1/responses", body, "x-api-key", "k");
                        }
                    }
                }
            }, "SluiceBudgetExhausted");
        }
        unpriced();
        nearItsEnd();
    }

    /** Where nothing has a price, nobody wants to hear of it. */
    private void unpriced() throws Exception {
        AlertRules all = new AlertRules();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway none = RunningGateway.accounts(upstream.baseUri(), 1, "");
                RunningGateway some = RunningGateway.accounts(upstream.baseUri(), 1,
                        "usage: {prices: [{model: m, input: 1, output: 1}]}\n")) {
            String before = scrape(none.adminUri());
            ask(none, ASK, 1);
            while (!scrape(none.adminUri()).contains("sluice_unpriced_requests_total 1")) {
                Thread.onSpinWait();
            }
            assertFalse(all.fires("SluiceUnpriced", before, scrape(none.adminUri())));
            fires(some, running -> {
                ask(running, ASK, 1);
                ask(running, ASK.replace("\"m\"", "\"dear\""), 1);
                while (!scrape(running.adminUri()).contains("sluice_unpriced_requests_total 1")) {
                    Thread.onSpinWait();
                }
            }, "SluiceUnpriced");
        }
    }

    /** The first request tells what one costs; a budget a little above it is nearly spent by the next one. */
    private void nearItsEnd() throws Exception {
        String prices = "usage: {prices: [{model: m, input: 100, output: 100}]}\n";
        try (SimulatedUpstream upstream = SimulatedUpstream.start()) {
            String account = "accounts:\n  - {name: a, base-url: \"" + upstream.baseUri() + "\", api-key: k}\n" + prices;
            double cost;
            try (RunningGateway gateway = RunningGateway.of(account)) {
                ask(gateway, ASK, 1);
                MetricsPage page = MetricsPage.of(gateway.adminUri());
                while (page.of("sluice_cost_nanodollars_total") == 0) {
                    page = MetricsPage.of(gateway.adminUri());
                }
                cost = page.of("sluice_cost_nanodollars_total") / 1e9;
            }
            try (RunningGateway gateway = RunningGateway.of(account.replace("api-key: k}", String.format(java.util.Locale.ROOT,
                    "api-key: k, budget-usd: {day: %.9f}}", cost / 0.9)))) {
                fires(gateway, running -> {
                    ask(running, ASK, 1);
                    while (!scrape(running.adminUri()).contains("used_ratio{kind=\"account\",name=\"a\",period=\"day\"} 0.")) {
                        Thread.onSpinWait();
                    }
                }, "SluiceBudgetNearItsEnd");
            }
        }
    }

    private void reload() throws Exception {
        Path file = folder.resolve("sluice.yaml");
        String yaml = "accounts:\n  - {name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}\n";
        Files.writeString(file, yaml);
        ConfigurationLoader loader = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"), 1L << 30);
        LoadResult.Loaded loaded = (LoadResult.Loaded) loader.load(file);
        List<String> said = new ArrayList<>();
        try (GatewayProcess process = GatewayProcess.start(loaded.configuration(), OutputStream.nullOutputStream())) {
            Reloader reloader = new Reloader(file, loader, loaded, process, said::add);
            URI admin = URI.create("http://127.0.0.1:" + process.adminPort());
            AlertRules all = new AlertRules();
            assertFalse(all.fires("SluiceReloadRefused", "", scrape(admin)));
            Files.writeString(file, yaml + "limits: {bodyy: 1}\n");
            reloader.reload();
            assertTrue(all.fires("SluiceReloadRefused", "", scrape(admin)), said.toString());
            Files.writeString(file, yaml);
            reloader.reload();
            assertFalse(all.fires("SluiceReloadRefused", "", scrape(admin)), "it is in force again");
            tried.add("SluiceReloadRefused");
        }
    }

    private void certificate() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("one", "EC");
        String tls = authority.serving("one");
        try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:9/v1"), 1, tls)) {
            AlertRules all = new AlertRules();
            String page = scrape(gateway.adminUri());
            for (String rule : List.of("SluiceCertificateEnds", "SluiceCertificateEndsTomorrow")) {
                assertTrue(all.fires(rule, page, page), "a certificate for two days: " + page);
                tried.add(rule);
            }
        }
    }

    private void ledger() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "usage: {path: \"" + folder.resolve("u/usage.jsonl")
                        + "\"}\n")) {
            fires(gateway, running -> {
                Path place = folder.resolve("u");
                while (!Files.exists(place.resolve("usage.jsonl"))) {
                    Thread.onSpinWait();
                }
                Files.delete(place.resolve("usage.jsonl"));
                Files.walk(place).sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
                Files.writeString(place, "in the way", StandardCharsets.UTF_8);
                ask(running, ASK, 1);
                while (!scrape(running.adminUri()).contains("sluice_usage_lost_records 1")) {
                    Thread.onSpinWait();
                }
            }, "SluiceUsageLost");
        }
    }
}
