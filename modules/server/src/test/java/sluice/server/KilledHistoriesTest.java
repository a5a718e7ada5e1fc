package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.clients.PriceTable;
import sluice.config.KeyHash;
import sluice.config.ModelPrice;
import sluice.simulator.Bill;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/**
 * Random histories of two clients of a team through a gateway that is a process and is killed by SIGKILL while requests are under
 * way, held to the bill of the simulated upstream: what the upstream has billed is charged to the last billionth of a dollar,
 * to whom it belongs; only a request that was cut off by a kill is charged more, and by no more than was reserved for it. {@code
 * -Dsluice.histories=10000} runs a fiftieth of that, {@code -Dsluice.kills=N} runs N.
 */
class KilledHistoriesTest {
    private static final int STEPS = 14;
    private static final int MOST_OUTPUT = 400;
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");
    private static final List<String> CLIENTS = List.of("ann", "bob");
    /** A nanodollar for each token is a thousandth of a dollar for a million; no price divides another. */
    private static final ModelPrice.Rates USUAL = new ModelPrice.Rates(1000, 110, 1300, 8000);
    private static final ModelPrice.Rates FLEX = new ModelPrice.Rates(500, 50, 700, 4000);
    private static final PriceTable PRICES = new PriceTable(List.of(new ModelPrice("*", "", 0, USUAL, ""),
            new ModelPrice("*", "flex", 0, FLEX, "")));

    @TempDir
    private Path folder;

    private static final class History implements AutoCloseable {
        private final SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")));
        private final Random random;
        private final Path configuration;
        private ServedProcess gateway;
        private final Map<String, TestClient> connections = new HashMap<>();
        /** What requests that a kill has cut off may be charged beyond the bill, by client. */
        private final Map<String, Long> mayBeMore = new TreeMap<>(Map.of("ann", 0L, "bob", 0L));
        private final Map<String, String> background = new TreeMap<>();
        private final List<String> told = new ArrayList<>();
        private int kills;

        History(Path home, long seed) throws IOException {
            random = new Random(seed);
            Files.createDirectories(home);
            StringBuilder yaml = new StringBuilder("accounts:\n");
            for (String name : List.of("a", "b")) {
                yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                        .append(name).append(", tier: ").append(name.equals("a") ? 0 : 1).append("}\n");
            }
            yaml.append("teams: [{name: team, budget-usd: {month: 100000000}}]\nclients:\n");
            CLIENTS.forEach(name -> yaml.append("  - {name: ").append(name).append(", team: team, key-sha256: \"")
                    .append(KeyHash.of(name).hex()).append("\", budget-usd: {month: 100000000}}\n"));
            yaml.append("state: {path: \"").append(home.resolve("state"))
                    .append("\", save-every: 100ms, unknown-owner: allow}\nusage: {path: \"")
                    .append(home.resolve("usage")).append("\", settle-background: off, prices: [").append(row("", USUAL)).append(", ")
                    .append(row(", tier: flex", FLEX)).append("]}\n");
            configuration = Files.writeString(home.resolve("sluice.yaml"), yaml);
            gateway = ServedProcess.start(configuration);
        }

        private static String row(String tier, ModelPrice.Rates rates) {
            return "{model: '*'" + tier + ", input: " + rates.input() + ", cached-input: " + rates.cachedInput() + ", cache-write: "
                    + rates.cacheWrite() + ", output: " + rates.output() + "}";
        }

        private TestClient connection(String client) throws IOException {
            TestClient known = connections.get(client);
            if (known == null) {
                known = gateway.client();
                connections.put(client, known);
            }
            return known;
        }

        private void disconnect() throws IOException {
            for (TestClient connection : connections.values()) {
                connection.close();
            }
            connections.clear();
        }

        private TestClient.Answer ask(String client, String method, String path, String body) throws IOException {
            return connection(client).send(method, path, body.getBytes(StandardCharsets.UTF_8), "authorization", "Bearer " + client);
        }

        /** The model's name says on the bill whose it is. */
        private static String body(String client, String more, String input) {
            return "{\"model\":\"gpt-of-" + client + "\",\"max_output_tokens\":" + MOST_OUTPUT + more + ",\"input\":\"" + input + "\"}";
        }

        private String someone() {
            return CLIENTS.get(random.nextInt(CLIENTS.size()));
        }

        void step() throws Exception {
            String client = someone();
            switch (random.nextInt(14)) {
                case 0, 1 -> whole(client, "", "[[sim:deltas=3]]");
                case 2 -> whole(client, ",\"service_tier\":\"flex\"", "[[sim:tier=flex;cachewrite=2]]");
                case 3, 4 -> whole(client, ",\"stream\":true", "[[sim:deltas=" + (1 + random.nextInt(9)) + "]]");
                case 5 -> failsOver(client);
                case 6 -> turn(client);
                case 7 -> begins(client);
                case 8 -> polls(client);
                case 9 -> refused(client);
                case 10 -> {
                    told.add("restart");
                    disconnect();
                    gateway.end();
                    gateway = ServedProcess.start(configuration);
                }
                default -> kill();
            }
        }

        private String whole(String client, String more, String input) throws IOException {
            told.add(client + more + input);
            TestClient.Answer answer = ask(client, "POST", "/v1/responses", body(client, more, input));
            assertEquals(200, answer.status(), answer::text);
            assertTrue(answer.whole(), answer::text);
            return answer.text();
        }

        private void failsOver(String client) throws IOException {
            upstream.script("sk-a", Fault.of("status=500"));
            whole(client, "", "again");
            upstream.forgetScript("sk-a");
        }

        private void refused(String client) throws IOException {
            assertEquals(400, ask(client, "POST", "/v1/responses", body(client, "", "[[sim:status=400]]")).status());
        }

        private void turn(String client) throws IOException {
            told.add(client + " turn");
            try (TestWebSocket socket = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + client)) {
                String last = socket.turn("{\"type\":\"response.create\",\"store\":false," + body(client, "", "a turn").substring(1))
                        .getLast();
                assertTrue(last.contains("response.completed"), last);
            }
        }

        private void begins(String client) throws IOException {
            Matcher id = ID.matcher(whole(client, ",\"background\":true", "[[sim:polls=" + (1 + random.nextInt(3)) + "]]"));
            assertTrue(id.find());
            background.put(id.group(1), client);
        }

        private void polls(String client) throws IOException {
            if (background.isEmpty()) {
                begins(client);
                return;
            }
            String id = background.keySet().stream().skip(random.nextInt(background.size())).findFirst().orElseThrow();
            told.add("polls " + id);
            String text = ask(background.get(id), "GET", "/v1/responses/" + id, "").text();
            assertTrue(text.contains(id), text);
        }

        /** Up to four requests are under way; they may be anywhere on their way when the process is gone. */
        private void kill() throws Exception {
            gateway.settle();
            kills++;
            int before = upstream.log().all().size();
            int requests = random.nextInt(5);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < requests; i++) {
                    String client = someone();
                    int kind = random.nextInt(4);
                    String body = switch (kind) {
                        case 0 -> body(client, ",\"stream\":true", "[[sim:deltas=" + (1 + random.nextInt(60)) + ";interval=1ms]]");
                        case 1 -> body(client, "", "[[sim:headers=" + random.nextInt(30) + "ms]]");
                        case 2 -> body(client, ",\"background\":true", "[[sim:polls=1]]");
                        default -> body(client, "", "[[sim:deltas=4]]");
                    };
                    told.add("killed: " + client + ' ' + kind);
                    mayBeMore.merge(client, PRICES.costNanoDollars("gpt", "", TokenUsage.estimate(body.length() / 4, MOST_OUTPUT))
                            .orElseThrow(), Long::sum);
                    threads.submit(() -> cutOff(client, body));
                }
                int seen = random.nextInt(requests + 1);
                while (upstream.log().all().size() + upstream.activeRequests() < before + seen) {
                    Thread.onSpinWait();
                }
                long end = System.nanoTime() + random.nextInt(30_000_000);
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                gateway.kill();
            }
            disconnect();
            gateway = ServedProcess.start(configuration);
        }

        private void cutOff(String client, String body) {
            try (TestClient leaving = gateway.client()) {
                leaving.send("POST", "/v1/responses", body.getBytes(StandardCharsets.UTF_8), "authorization", "Bearer " + client);
            } catch (IOException e) {
                // as is meant
            }
        }

        void finish() throws Exception {
            for (Map.Entry<String, String> work : background.entrySet()) {
                String text = "";
                while (!text.contains("\"status\":\"completed\",\"")) {
                    text = ask(work.getValue(), "GET", "/v1/responses/" + work.getKey(), "").text();
                    assertTrue(text.contains(work.getKey()), text);
                }
            }
            gateway.settle();
            while (upstream.activeRequests() > 0) {
                Thread.onSpinWait();
            }
            Map<String, Long> sums = sums();
            gateway.kill();
            disconnect();
            gateway = ServedProcess.start(configuration);
            assertEquals(sums, sums(), "a kill changes nothing");
            long all = 0;
            for (String client : CLIENTS) {
                long billed = upstream.bill().lines().stream().filter(line -> line.model().equals("gpt-of-" + client))
                        .mapToLong(History::cost).sum();
                long charged = sums.getOrDefault("client " + client, 0L);
                all += charged;
                assertTrue(charged >= billed, () -> client + " pays " + charged + " for " + billed + told());
                assertTrue(charged <= billed + mayBeMore.get(client), () -> client + " pays " + charged + " for " + billed + " and at most "
                        + mayBeMore.get(client) + told());
                assertEquals(charged, sums.getOrDefault("model gpt-of-" + client, 0L));
            }
            assertEquals(all, sums.getOrDefault("team team", 0L));
            assertEquals(all, sums.getOrDefault("account a", 0L) + sums.getOrDefault("account b", 0L));
        }

        private String told() {
            return "\nafter " + String.join("\n", told) + "\nbilled " + upstream.bill().lines();
        }

        private static long cost(Bill.Line line) {
            return PRICES.costNanoDollars(line.model(), line.serviceTier().equals("default") ? "" : line.serviceTier(), line.tokens())
                    .orElseThrow();
        }

        /** In billionths of a dollar, as the admin API tells them. */
        private Map<String, Long> sums() throws IOException {
            return ToldSums.of(gateway.admin("/admin/money"));
        }

        @Override
        public void close() throws IOException {
            disconnect();
            gateway.close();
            upstream.close();
        }
    }

    @Test
    void whatTheUpstreamBilledIsChargedThoughTheGatewayIsKilled() throws Exception {
        int histories = Integer.getInteger("sluice.kills", Math.max(4, Integer.getInteger("sluice.histories", 300) / 50));
        int first = Integer.getInteger("sluice.first", 0);
        int kills = 0;
        for (int seed = first; seed < first + histories; seed++) {
            try (History history = new History(folder.resolve("h" + seed), seed)) {
                for (int i = 0; i < STEPS; i++) {
                    history.step();
                }
                history.finish();
                kills += history.kills + 1;
            } catch (AssertionError | IOException e) {
                throw new AssertionError("history " + seed + ": " + e.getMessage(), e);
            }
        }
        System.getLogger("sluice.server").log(System.Logger.Level.INFO, histories + " histories, " + kills + " kills");
    }
}
