package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.UsageRecord;
import sluice.config.KeyHash;
import sluice.ledger.LogSinkFactory;
import sluice.simulator.Bill;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/**
 * Random histories of two clients through a real gateway, held to the bill of the simulated upstream: whole answers and streams,
 * clients that leave, background work, polls, resumed streams, cancellations, WebSocket turns, failovers, answers without usage and
 * restarts. {@code -Dsluice.histories=10000} runs more, {@code -Dsluice.first=5000} others.
 */
class BilledHistoriesTest {
    private static final int STEPS = 12;
    /** No answer of these histories is longer; a token is at least four bytes of it. */
    private static final int MOST_ANSWER_BYTES = 2000;
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");
    private static final List<String> CLIENTS = List.of("ann", "bob");

    @TempDir
    private Path folder;

    /** What was asked for, and so is to be paid. */
    private static final class History implements AutoCloseable {
        private final SimulatedUpstream upstream;
        private final Path home;
        private final Random random;
        private final String way;
        private RunningGateway gateway;
        private final Map<String, TestClient> connections = new HashMap<>();
        private final Map<String, TestWebSocket> sockets = new HashMap<>();
        private final Map<String, Integer> owed = new TreeMap<>(Map.of("ann", 0, "bob", 0));
        /** Background work that may still be asked for, and whose it is. */
        private final Map<String, String> background = new TreeMap<>();
        private final Map<String, String> stored = new TreeMap<>();
        /** Each thing that is to be paid, in order, to tell what is missing. */
        private final List<String> told = new ArrayList<>();
        /** Responses whose usage nobody told, or not to the end. */
        private final Set<String> untold = new HashSet<>();

        History(SimulatedUpstream upstream, Path home, long seed) throws IOException {
            this.upstream = upstream;
            this.home = Files.createDirectories(home);
            random = new Random(seed);
            // To the accounts some go over HTTP, others over pooled connections.
            way = seed % 3 == 0 ? "prefer" : "on";
            start();
        }

        private void start() throws IOException {
            StringBuilder clients = new StringBuilder("clients:\n");
            CLIENTS.forEach(name -> clients.append("  - {name: ").append(name).append(", key-sha256: \"")
                    .append(KeyHash.of(name).hex()).append("\", budget-usd: {month: 100000000}}\n"));
            StringBuilder accounts = new StringBuilder("accounts:\n");
            for (String name : List.of("a", "b")) {
                accounts.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                        .append(name).append(", tier: ").append(name.equals("a") ? 0 : 1).append(", websocket: ").append(way).append("}\n");
            }
            gateway = RunningGateway.of(accounts + "state: {path: " + home.resolve("state") + "}\n" + clients
                    + "usage: {path: " + home.resolve("usage") + ", settle-background: off, prices: [{model: '*', input: 1000, "
                    + "cached-input: 100, cache-write: 1250, output: 8000}, {model: '*', tier: flex, input: 500, output: 4000}]}\n");
        }

        private TestClient connection(String client) throws IOException {
            TestClient known = connections.get(client);
            if (known == null) {
                known = gateway.client();
                connections.put(client, known);
            }
            return known;
        }

        private TestClient.Answer ask(String client, String method, String path, String body) throws IOException {
            return connection(client).send(method, path, body.getBytes(StandardCharsets.UTF_8), "authorization", "Bearer " + client);
        }

        private static String body(String more, String input) {
            return "{\"model\":\"gpt-5.1\"" + more + ",\"input\":\"" + input + "\"}";
        }

        private void owes(String client) {
            told.add(client + " " + StackWalker.getInstance().walk(frames -> frames.skip(1).findFirst().orElseThrow().getMethodName()));
            owed.merge(client, 1, Integer::sum);
        }

        private String someone() {
            return CLIENTS.get(random.nextInt(CLIENTS.size()));
        }

        private String other(String client) {
            return client.equals("ann") ? "bob" : "ann";
        }

        void step() throws Exception {
            String client = someone();
            switch (random.nextInt(18)) {
                case 0 -> whole(client, "");
                case 1 -> whole(client, "[[sim:tier=flex;cachewrite=2]]");
                case 2, 3 -> streamed(client, "[[sim:deltas=" + (1 + random.nextInt(9)) + "]]");
                case 4 -> untold(client);
                case 5 -> leavesAStream(client);
                case 6 -> leavesAWholeAnswer(client);
                case 7, 8 -> begins(client);
                case 9 -> polls(client);
                case 10 -> reads(client);
                case 11 -> turn(client);
                case 12 -> failsOver(client);
                case 13 -> compacts(client);
                case 14 -> leavesATurn(client);
                case 15 -> deletes(client);
                case 16 -> resumes(client);
                default -> {
                    if (random.nextInt(3) == 0) {
                        restart();
                    } else {
                        refused(client);
                    }
                }
            }
        }

        private TestClient.Answer good(TestClient.Answer answer) {
            assertEquals(200, answer.status(), answer::text);
            return answer;
        }

        private static String id(String text) {
            Matcher id = ID.matcher(text);
            assertTrue(id.find(), text);
            return id.group(1);
        }

        private void whole(String client, String fault) throws IOException {
            String id = id(good(ask(client, "POST", "/v1/responses", body(",\"service_tier\":\"auto\"", "whole " + fault))).text());
            stored.put(id, client);
            owes(client);
        }

        private void streamed(String client, String fault) throws IOException {
            TestClient.Answer answer = good(ask(client, "POST", "/v1/responses", body(",\"stream\":true", "stream " + fault)));
            assertTrue(answer.text().contains("response.completed"), answer::text);
            stored.put(id(answer.text()), client);
            owes(client);
        }

        private void untold(String client) throws IOException {
            untold.add(id(good(ask(client, "POST", "/v1/responses", body(",\"stream\":" + random.nextBoolean(), "[[sim:usage=absent]]")))
                    .text()));
            owes(client);
        }

        private void leavesAStream(String client) throws IOException {
            try (TestClient leaving = gateway.client()) {
                byte[] bytes = body(",\"stream\":true,\"store\":false", "long [[sim:deltas=40;interval=2ms]]")
                        .getBytes(StandardCharsets.UTF_8);
                leaving.sendHead("POST", "/v1/responses", bytes.length, "authorization", "Bearer " + client);
                leaving.raw(bytes);
                assertEquals(200, leaving.head("POST").status());
            }
            owes(client);
            settle();
        }

        private void leavesAWholeAnswer(String client) throws IOException {
            // What was left before may still be under way there.
            while (upstream.activeRequests() > 0) {
                Thread.onSpinWait();
            }
            long before = System.nanoTime();
            try (TestClient leaving = gateway.client()) {
                byte[] bytes = body(",\"store\":false", "long [[sim:headers=50ms]]").getBytes(StandardCharsets.UTF_8);
                leaving.sendHead("POST", "/v1/responses", bytes.length, "authorization", "Bearer " + client);
                leaving.raw(bytes);
                // The gateway asks there too, for work in the background that nobody has fetched yet.
                while (upstream.log().all().stream().noneMatch(received -> received.arrivedNanos() - before > 0
                        && new String(received.body(), StandardCharsets.UTF_8).contains("long [[sim:headers"))) {
                    Thread.onSpinWait();
                }
            }
            owes(client);
            settle();
        }

        private void settle() {
            while (gateway.process().gateway().inFlight() > 0) {
                Thread.onSpinWait();
            }
        }

        private void begins(String client) throws IOException {
            String id = id(good(ask(client, "POST", "/v1/responses", body(",\"background\":true,\"max_output_tokens\":50",
                    "later [[sim:polls=" + (1 + random.nextInt(3)) + "]]"))).text());
            background.put(id, client);
            owes(client);
        }

        private String any(Map<String, String> ids) {
            List<String> all = new ArrayList<>(ids.keySet());
            return all.isEmpty() ? "" : all.get(random.nextInt(all.size()));
        }

        private void polls(String client) throws IOException {
            String id = any(background);
            if (!id.isEmpty()) {
                String owner = background.get(id);
                good(ask(owner, "GET", "/v1/responses/" + id, ""));
                assertEquals(404, ask(other(owner), "GET", "/v1/responses/" + id, "").status());
                if (random.nextInt(4) == 0) {
                    ask(owner, "POST", "/v1/responses/" + id + "/cancel", "");
                    background.remove(id);
                    untold.add(id);
                }
            } else {
                begins(client);
            }
        }

        /** Reading what is there, whole or as a stream, is free. */
        private void reads(String client) throws IOException {
            String id = any(stored);
            if (!id.isEmpty()) {
                ask(stored.get(id), "GET", "/v1/responses/" + id + (random.nextBoolean() ? "" : "?stream=true&starting_after=1"), "");
                ask(stored.get(id), "GET", "/v1/responses/" + id + "/input_items", "");
            } else {
                whole(client, "");
            }
        }

        private void turn(String client) throws IOException {
            TestWebSocket socket = sockets.get(client);
            if (socket == null) {
                socket = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + client);
                sockets.put(client, socket);
            }
            String last = socket.turn("{\"type\":\"response.create\",\"store\":false," + body("", "a turn").substring(1)).getLast();
            assertTrue(last.contains("response.completed"), last);
            owes(client);
        }

        private void compacts(String client) throws IOException {
            good(ask(client, "POST", "/v1/responses/compact", body("", "much to say")));
            owes(client);
        }

        /** The client goes away in the middle of a turn, without a word. */
        private void leavesATurn(String client) throws IOException {
            while (upstream.activeRequests() > 0) {
                Thread.onSpinWait();
            }
            try (TestWebSocket leaving = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + client)) {
                leaving.send("{\"type\":\"response.create\",\"store\":false," + body("", "go [[sim:deltas=40;interval=1ms]]").substring(1));
                assertTrue(leaving.next().contains("response.created"));
            }
            owes(client);
            settle();
        }

        /** Whoever deletes what nobody has seen pays for it all the same, once. */
        private void deletes(String client) throws IOException {
            String id = any(background);
            if (id.isEmpty()) {
                begins(client);
                return;
            }
            String owner = background.remove(id);
            assertNotEquals(200, ask(other(owner), "DELETE", "/v1/responses/" + id, "").status());
            good(ask(owner, "DELETE", "/v1/responses/" + id, ""));
            ask(owner, "DELETE", "/v1/responses/" + id, "");
            untold.add(id);
        }

        /** Reads background work as a stream, from its beginning or from some event on. */
        private void resumes(String client) throws IOException {
            String id = any(background);
            if (id.isEmpty()) {
                begins(client);
                return;
            }
            ask(background.get(id), "GET", "/v1/responses/" + id + "?stream=true"
                    + (random.nextBoolean() ? "" : "&starting_after=" + random.nextInt(5)), "");
        }

        private void failsOver(String client) throws IOException {
            upstream.script("sk-a", Fault.of("status=500"));
            whole(client, "");
            upstream.forgetScript("sk-a");
        }

        private void refused(String client) throws IOException {
            assertEquals(400, ask(client, "POST", "/v1/responses", body("", "[[sim:status=400]]")).status());
        }

        private void restart() throws IOException {
            told.add("restart");
            disconnect();
            // As at SIGTERM: who has been answered may not have been charged yet.
            gateway.process().drain(() -> { });
            gateway.close();
            start();
        }

        private void disconnect() throws IOException {
            for (TestClient connection : connections.values()) {
                connection.close();
            }
            for (TestWebSocket socket : sockets.values()) {
                socket.close();
            }
            connections.clear();
            sockets.clear();
        }

        /** All background work is fetched; then the bill is compared. */
        void finish() throws Exception {
            for (Map.Entry<String, String> work : background.entrySet()) {
                TestClient.Answer answer = ask(work.getValue(), "GET", "/v1/responses/" + work.getKey(), "");
                while (!answer.text().contains("\"status\":\"completed\",\"")) {
                    answer = good(ask(work.getValue(), "GET", "/v1/responses/" + work.getKey(), ""));
                }
            }
            settle();
            Map<String, Long> before = sums();
            if (random.nextInt(4) == 0) {
                restart();
                assertEquals(before, sums(), "a restart changes nothing");
            }
            disconnect();
            gateway.process().drain(() -> { });
            gateway.close();
            List<UsageRecord> charged = new ArrayList<>();
            new LogSinkFactory().read(Map.of("path", home.resolve("usage").toString()), 0, Long.MAX_VALUE, record -> {
                if (record.usage().total() > 0) {
                    charged.add(record);
                }
            });
            compare(charged, before);
        }

        private void compare(List<UsageRecord> charged, Map<String, Long> sums) {
            Set<String> ids = new HashSet<>();
            for (UsageRecord record : charged) {
                assertTrue(record.responseId().isEmpty() || ids.add(record.responseId()), "charged twice: " + record);
                if (record.usage().estimated()) {
                    assertTrue(record.usage().input() <= Math.max(1, record.requestBytes() / 4) || record.requestBytes() == 0,
                            () -> "more input than a token for four bytes: " + record);
                    assertTrue(record.usage().output() <= MOST_ANSWER_BYTES / 4, () -> "more than the answer has: " + record);
                    continue;
                }
                Bill.Line line = upstream.bill().of(record.responseId()).orElseThrow(() -> new AssertionError("not billed: " + record));
                assertEquals(line.tokens(), record.usage(), record::toString);
                assertEquals(line.serviceTier().equals("default") ? "" : line.serviceTier(), record.tier(), record::toString);
            }
            for (String name : CLIENTS) {
                List<UsageRecord> own = charged.stream().filter(record -> record.client().equals(name)).toList();
                assertEquals(owed.get(name), own.size(), () -> name + " pays for what it asked for: " + own.stream()
                        .map(record -> "\n" + record.result() + " " + record.usage() + " " + record.requestBytes()).toList()
                        + "\nafter " + told);
                long cost = own.stream().mapToLong(record -> record.costNanoDollars().orElseThrow()).sum();
                assertEquals(cost, sums.get("client " + name), "the sum is what its requests cost");
            }
            stored.forEach((id, client) -> assertTrue(charged.stream().anyMatch(record -> record.responseId().equals(id)
                    && record.client().equals(client) && !record.usage().estimated()), "not charged: " + id));
            background.forEach((id, client) -> assertTrue(charged.stream().anyMatch(record -> record.responseId().equals(id)
                    && record.client().equals(client)), "not charged: " + id));
            untold.forEach(id -> assertNotEquals(0, charged.stream().filter(record -> record.responseId().equals(id)).count(), id));
        }

        /** In billionths of a dollar, as the admin API tells them. */
        private Map<String, Long> sums() throws IOException {
            Map<String, Long> sums = new TreeMap<>();
            CLIENTS.forEach(name -> sums.put("client " + name, 0L));
            try (TestClient admin = new TestClient(gateway.adminUri().getPort())) {
                sums.putAll(ToldSums.of(admin.send("GET", "/admin/money", new byte[0]).text()));
            }
            return sums;
        }

        @Override
        public void close() throws IOException {
            disconnect();
            gateway.close();
        }
    }

    @Test
    void whatIsChargedIsWhatTheUpstreamBilled() throws Exception {
        int histories = Integer.getInteger("sluice.histories", 300);
        int first = Integer.getInteger("sluice.first", 0);
        for (int from = first; from < first + histories; from += 100) {
            // The upstream forgets the oldest lines of its bill.
            try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")))) {
                for (int seed = from; seed < Math.min(first + histories, from + 100); seed++) {
                    run(upstream, seed);
                }
            }
        }
    }

    private void run(SimulatedUpstream upstream, int seed) throws Exception {
        try (History history = new History(upstream, folder.resolve("h" + seed), seed)) {
            for (int i = 0; i < STEPS; i++) {
                history.step();
            }
            history.finish();
        } catch (AssertionError | IOException e) {
            throw new AssertionError("history " + seed + ": " + e.getMessage(), e);
        }
    }
}
