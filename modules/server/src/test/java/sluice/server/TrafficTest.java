package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.config.KeyHash;
import sluice.ledger.SqliteSinkFactory;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/**
 * Every metric of {@code docs/metrics.md} after mixed traffic, against what the simulated upstream and the clients saw: the
 * counts are equal. {@code -Dsluice.traffic-minutes=60} for an hour of it.
 */
class TrafficTest {
    private static final int MINUTES = Integer.getInteger("sluice.traffic-minutes", 0);
    private static final int CLIENTS = 6;
    private static final int SOCKETS = 2;
    private static final int SLOTS = 32;
    /** Of each client. */
    private static final int REQUESTS = MINUTES == 0 ? 60 : MINUTES * 150;
    private static final long PAUSE_NANOS = MINUTES * 60_000_000_000L / REQUESTS;
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| .*");
    private static final Pattern LABEL = Pattern.compile("(route|status|client|error)=\"[^\"]*\"");

    private static final long LOOK_NANOS = 10_000_000;
    private static final double JSON_DIGITS = 1e-4;

    /** Bytes; more than the longest stream that a client leaves. */
    private static final int LONGEST_ANSWER = 10_000;

    @TempDir
    private Path folder;

    /** Names of the metrics that were looked at. */
    private final Set<String> asked = new TreeSet<>();
    private final ConcurrentLinkedQueue<ReceivedRequest> received = new ConcurrentLinkedQueue<>();

    private RunningGateway gateway(URI upstream) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (String name : Traffic.ACCOUNTS) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream).append("\", api-key: sk-").append(name)
                    .append(", concurrency: ").append(SLOTS).append(", websocket: ").append(name.equals("p") ? "prefer" : "on")
                    .append("}\n");
        }
        yaml.append("clients:\n");
        for (String key : Traffic.KEYS) {
            yaml.append("  - {name: ").append(Traffic.name(key)).append(", key-sha256: \"").append(KeyHash.of(key).hex()).append("\"}\n");
        }
        return RunningGateway.of(yaml + """
                stream: {on-disconnect: drain}
                failover: {resend-after-send: always, cool-down: {first: 5ms, unknown-max: 20ms, unauthorized: 5ms, quota: 5ms,
                  model-unserved: 5ms, max: 50ms}, breaker: {open: 5ms, max: 20ms}}
                modules: {usage: sqlite}
                log: {requests: "off"}
                usage: {path: %s, prices: [{model: gpt-5.1, input: 1.25, cached-input: 0.125, output: 10},
                  {model: gpt-5-mini, input: 0.25, cached-input: 0.025, output: 2}]}
                """.formatted(folder.resolve("usage")));
    }

    @Test
    void everyMetricIsRight() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT, received::add)) {
            Traffic traffic;
            MetricsPage page;
            try (RunningGateway gateway = gateway(upstream.baseUri())) {
                traffic = new Traffic(upstream, gateway);
                List<TestWebSocket> sockets = run(traffic);
                settle(gateway, upstream);
                awaitRested(gateway);
                page = MetricsPage.of(gateway.adminUri(), asked);
                List<List<ReceivedRequest>> requests = requests();
                answers(page, traffic, requests);
                calls(page, requests);
                selections(page, traffic, requests);
                webSockets(page, sockets.size());
                atRest(page, gateway);
                process(page, gateway);
                probe(gateway);
                underWay(gateway, upstream, traffic);
            }
            tokens(page, traffic);
        }
        assertEquals(documented(), asked);
    }

    private static List<TestWebSocket> run(Traffic traffic) throws Exception {
        List<TestWebSocket> sockets = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            List<Future<TestWebSocket>> talks = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                String key = Traffic.KEYS.get(i % 2);
                clients.add(threads.submit(() -> {
                    traffic.http(key, random, REQUESTS, PAUSE_NANOS);
                    return key;
                }));
            }
            for (int i = 0; i < SOCKETS; i++) {
                Random random = new Random(100 + i);
                String key = Traffic.KEYS.get(i % 2);
                talks.add(threads.submit(() -> traffic.turns(key, random, REQUESTS, PAUSE_NANOS)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
            for (Future<TestWebSocket> talk : talks) {
                sockets.add(talk.get());
            }
        }
        return sockets;
    }

    private static void settle(RunningGateway gateway, SimulatedUpstream upstream) {
        while (gateway.process().gateway().inFlight() > 0 || upstream.activeRequests() > 0) {
            Thread.onSpinWait();
        }
    }

    /** Waits until no account is to be left alone any more. */
    private static void awaitRested(RunningGateway gateway) {
        for (String name : Traffic.ACCOUNTS) {
            while (gateway.account(name).limits().coolingNanos() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static Set<String> documented() throws IOException {
        return Files.readAllLines(Path.of("../../docs/metrics.md")).stream().map(ROW::matcher).filter(Matcher::matches)
                .map(row -> row.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The calls that each request led to, in order. */
    private List<List<ReceivedRequest>> requests() {
        Map<Integer, List<ReceivedRequest>> calls = new TreeMap<>();
        received.stream().filter(call -> Traffic.tag(call.body()) >= 0).sorted(Comparator.comparingLong(ReceivedRequest::arrivedNanos))
                .forEach(call -> calls.computeIfAbsent(Traffic.tag(call.body()), tag -> new ArrayList<>()).add(call));
        return List.copyOf(calls.values());
    }

    /** What came of requests, as their clients saw it. */
    private void answers(MetricsPage page, Traffic traffic, List<List<ReceivedRequest>> requests) {
        traffic.outcomes.forEach((outcome, count) -> assertEquals(count.sum(), page.of("sluice_requests_total", LABEL.matcher(outcome)
                .results().map(MatchResult::group).filter(label -> !label.contains("?")).toArray(String[]::new)), outcome));
        long sent = traffic.requests.sum();
        assertEquals(sent, page.of("sluice_requests_total"));
        assertEquals(sent, page.of("sluice_request_seconds_count"));
        assertEquals(traffic.requestBytes.sum(), page.of("sluice_request_bytes_total"));
        // A turn that is refused is answered by an error, as a request is: that is no event of an answer.
        long events = requests.stream().flatMap(List::stream).filter(call -> call.status() == 200)
                .mapToLong(ReceivedRequest::events).sum();
        assertEquals(events, page.of("sluice_events_total"));
        double flushes = page.of("sluice_flushes_total");
        assertTrue(flushes > 0 && flushes <= events + sent, flushes + " writes");
        // Nobody knows what those would have read who left.
        double unread = page.of("sluice_answer_bytes_total") - traffic.answerBytes.sum();
        assertTrue(unread >= 0 && unread <= traffic.leavers.sum() * LONGEST_ANSWER, unread + " bytes");
        assertEquals(0, page.of("sluice_usage_lost_records"));
        assertEquals(0, page.of("sluice_log_lost_lines"));
    }

    /** What a failed call counts as; empty if it went well. */
    private static Optional<String> reason(ReceivedRequest call) {
        // Counting tokens cannot fail inside a 200.
        String fault = call.target().endsWith("/input_tokens") && call.status() == 200 ? "" : call.fault().toString();
        return switch (call.status()) {
            case 0 -> Optional.of("transport");
            case 200 -> call.ending() == ReceivedRequest.Ending.BROKEN || fault.contains("overloaded") ? Optional.of("upstream")
                    : fault.contains("ratelimited") ? Optional.of("rate_limited") : Optional.empty();
            case 400 -> Optional.of("request");
            case 401 -> Optional.of("unauthorized");
            case 403 -> Optional.of("forbidden");
            case 404 -> Optional.of("model_unserved");
            case 429 -> Optional.of(fault.contains("quota") ? "quota" : "rate_limited");
            default -> Optional.of("upstream");
        };
    }

    /** Whether a call was repeated at once, on another connection to the same account: both are one attempt. */
    private static boolean repeated(List<ReceivedRequest> calls, int index) {
        return index + 1 < calls.size() && calls.get(index + 1).accountKey().equals(calls.get(index).accountKey());
    }

    private static String account(ReceivedRequest call) {
        return "account=\"" + call.accountKey().substring(3) + "\"";
    }

    private static void calls(MetricsPage page, List<List<ReceivedRequest>> requests) {
        Map<String, Integer> expected = new TreeMap<>();
        int resends = 0;
        for (List<ReceivedRequest> calls : requests) {
            boolean mayHaveRun = false;
            for (int i = 0; i < calls.size(); i++) {
                ReceivedRequest call = calls.get(i);
                boolean last = i == calls.size() - 1;
                if (repeated(calls, i)) {
                    resends++;
                    continue;
                }
                resends += mayHaveRun ? 1 : 0;
                expected.merge("sluice_attempts_total " + account(call), 1, Integer::sum);
                Optional<String> reason = reason(call);
                reason.ifPresent(why -> {
                    String labels = account(call) + " reason=\"" + why + "\"";
                    expected.merge("sluice_failures_total " + labels, 1, Integer::sum);
                    expected.merge("sluice_failovers_total " + labels, last ? 0 : 1, Integer::sum);
                });
                expected.merge("sluice_upstream_seconds_count " + account(call), last && call.status() > 0 ? 1 : 0, Integer::sum);
                mayHaveRun |= reason.filter(Set.of("upstream", "transport")::contains).isPresent();
            }
        }
        expected.put("sluice_resends_total", resends);
        expected.forEach((sample, count) -> {
            String[] parts = sample.split(" ");
            assertEquals(count.doubleValue(), page.of(parts[0], Arrays.copyOfRange(parts, 1, parts.length)), sample);
        });
    }

    private static void selections(MetricsPage page, Traffic traffic, List<List<ReceivedRequest>> requests) {
        int called = requests.size();
        assertEquals(called, page.of("sluice_queue_wait_seconds_count"));
        assertEquals(called, page.of("sluice_gateway_added_seconds_count"));
        assertEquals(called, page.of("sluice_selections_total"));
        assertEquals(requests.stream().filter(calls -> traffic.bound.contains(Traffic.tag(calls.getFirst().body()))).count(),
                page.of("sluice_selections_total", "layer=\"response_owner\""));
        double bySession = page.of("sluice_selections_total", "layer=\"session\"");
        assertTrue(bySession > 0 && page.of("sluice_sticky_escapes_total") <= called - bySession, bySession + " by session");
        Map<String, Integer> outputs = new TreeMap<>();
        requests.stream().map(List::getLast).forEach(call -> outputs.merge(account(call), hasOutput(call) ? 1 : 0, Integer::sum));
        outputs.forEach((account, count) ->
                assertEquals(count.doubleValue(), page.of("sluice_first_output_seconds_count", account), account));
    }

    /** Whether more came of an answer than its four opening events. */
    private static boolean hasOutput(ReceivedRequest call) {
        String fault = call.fault().toString();
        return call.status() == 200 && call.events() > 4 && !fault.contains("overloaded") && !fault.contains("ratelimited");
    }

    /** What accounts told exactly; what they did not get round to telling as the ledger has it. */
    private void tokens(MetricsPage page, Traffic traffic) throws IOException {
        Map<String, Long> expected = new TreeMap<>();
        long unpriced = 0;
        double nanoDollars = 0;
        for (ReceivedRequest call : received) {
            Traffic.Sent sent = traffic.sent.get(Traffic.tag(call.body()));
            if (sent != null && call.billed().total() > 0) {
                add(expected, call.accountKey().substring(3), sent.client(), sent.model(), call.billed());
                unpriced += sent.model().equals(Traffic.UNPRICED) ? 1 : 0;
                nanoDollars += nanoDollars(sent.model(), call.billed());
            }
        }
        List<UsageRecord> guessed = new ArrayList<>();
        assertEquals(0, new SqliteSinkFactory().read(Map.of("path", folder.resolve("usage").toString()), 0, Long.MAX_VALUE, record -> {
            if (record.usage().estimated() && !record.model().equals(Traffic.HELD)) {
                guessed.add(record);
            }
        }));
        for (UsageRecord record : guessed) {
            add(expected, record.account(), record.client(), record.model(), record.usage());
            unpriced += record.model().equals(Traffic.UNPRICED) ? 1 : 0;
            nanoDollars += nanoDollars(record.model(), record.usage());
        }
        expected.forEach((labels, count) -> assertEquals(count.doubleValue(), page.of("sluice_tokens_total", labels.split(" ")), labels));
        assertEquals(requests().stream().map(List::getLast).filter(TrafficTest::guessed).count(), guessed.size());
        assertEquals(guessed.size(), page.of("sluice_usage_estimated_total"));
        assertEquals(unpriced, page.of("sluice_unpriced_requests_total"));
        assertEquals(nanoDollars, page.of("sluice_cost_nanodollars_total"), 1.0 * traffic.requests.sum(), "but for rounding");
    }

    /** Whether an answer broke off after its first event. */
    private static boolean guessed(ReceivedRequest call) {
        return call.status() == 200 && call.ending() == ReceivedRequest.Ending.BROKEN;
    }

    /** By the prices of the configuration, which are dollars for a million tokens. */
    private static double nanoDollars(String model, TokenUsage usage) {
        double input = model.equals(Traffic.UNPRICED) ? 0 : model.equals("gpt-5.1") ? 1250 : 250;
        return (usage.input() - usage.cached()) * input + usage.cached() * input / 10 + usage.output() * input * 8;
    }

    private static void add(Map<String, Long> sums, String account, String client, String model, TokenUsage usage) {
        String labels = " account=\"" + account + "\" client=\"" + client + "\" model=\""
                + (model.equals(Traffic.UNPRICED) ? "other" : model)
                + "\"";
        sums.merge("kind=\"input\"" + labels, usage.input(), Long::sum);
        sums.merge("kind=\"cached\"" + labels, usage.cached(), Long::sum);
        sums.merge("kind=\"output\"" + labels, usage.output(), Long::sum);
        sums.merge("kind=\"reasoning\"" + labels, usage.reasoning(), Long::sum);
    }

    private void webSockets(MetricsPage page, int clients) {
        assertEquals(clients, page.of("sluice_open_websockets"));
        double seats = 0;
        for (String name : Traffic.ACCOUNTS) {
            String label = "account=\"" + name + "\"";
            List<ReceivedRequest> here = received.stream().filter(call -> call.accountKey().equals("sk-" + name)).toList();
            long dials = here.stream().filter(call -> call.method().equals("GET")).count();
            long turns = here.stream().filter(call -> call.method().equals("WEBSOCKET")).count();
            assertEquals(dials, page.of("sluice_websocket_dials_total", label), name);
            assertEquals(turns - dials, page.of("sluice_websocket_reuses_total", label), name);
            seats += page.of("sluice_websocket_seats", label);
        }
        assertTrue(seats > 0, "connections are kept");
        // Each client keeps one at most; a turn that broke off closed its connection.
        assertTrue(page.of("sluice_websocket_pinned") <= clients, "pinned");
        for (String none : List.of("busy", "waiting", "waits_total", "evictions_total", "retired_total")) {
            assertEquals(0, page.of("sluice_websocket_" + none), none);
        }
    }

    /** Accounts and gauges when nothing is under way. */
    private static void atRest(MetricsPage page, RunningGateway gateway) {
        for (String name : Traffic.ACCOUNTS) {
            String label = "account=\"" + name + "\"";
            assertEquals(1, page.of("sluice_account_state", label));
            assertEquals(1, page.of("sluice_account_state", label, "state=\""
                    + gateway.account(name).state().name().toLowerCase(Locale.ROOT) + "\""), name);
            assertEquals(SLOTS, page.of("sluice_account_concurrency", label));
            assertEquals(0, page.of("sluice_account_in_flight", label));
            assertEquals(0, page.of("sluice_account_cooling_seconds", label));
            double errors = page.of("sluice_account_error_ewma", label);
            assertTrue(errors >= 0 && errors <= 1, "errors " + errors);
            double times = page.of("sluice_account_slowness_ratio", label);
            assertTrue(times == 0 || times == 1, name + ": " + times + " times as long as the others, of whom nobody takes a second");
        }
        assertTrue(page.of("sluice_account_error_ewma") > 0);
        double ttft = page.of("sluice_account_first_output_ewma_seconds");
        assertTrue(ttft > 0 && ttft < page.of("process_uptime_seconds"), "ttft " + ttft);
        for (String none : List.of("sluice_in_flight", "sluice_open_streams", "sluice_body_bytes", "sluice_draining")) {
            assertEquals(0, page.of(none), none);
        }
    }

    private static void process(MetricsPage page, RunningGateway gateway) {
        assertEquals(gateway.process().gateway().inForce().budget().totalBytes(), page.of("sluice_body_budget_bytes"));
        Runtime runtime = Runtime.getRuntime();
        assertEquals(runtime.maxMemory(), page.of("jvm_heap_max_bytes"));
        assertEquals(runtime.availableProcessors(), page.of("jvm_processors"));
        assertTrue(page.of("jvm_heap_used_bytes") <= page.of("jvm_heap_committed_bytes"));
        assertTrue(page.of("jvm_heap_committed_bytes") <= page.of("process_resident_memory_bytes") + page.of("jvm_heap_max_bytes"));
        assertTrue(page.of("jvm_threads") > 1);
        assertTrue(page.of("sluice_budget_renewal_seconds", "period=\"day\"") > 0, "there are days, with budgets or without");
        assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), Stream.of("sluice_budget_dollars", "sluice_budget_left_dollars",
                "sluice_budget_used_ratio", "sluice_budget_reserved_dollars", "sluice_account_quota_left_ratio",
                "sluice_account_quota_renewal_seconds").map(name -> page.of(name)).toList(), "no budgets, and nobody who tells of quotas");
        assertEquals(List.of(1.0, 1.0, 0.0, 0.0), List.of(page.of("sluice_build_info"), page.of("sluice_listening"),
                page.of("sluice_reload_refused"), page.of("sluice_certificate_left_seconds")));
        assertTrue(page.of("jvm_gc_collections_total") > 0);
        double uptime = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
        assertTrue(page.of("process_uptime_seconds") > 0 && page.of("process_uptime_seconds") <= uptime);
        assertTrue(page.of("jvm_gc_seconds_total") <= uptime * runtime.availableProcessors());
        double cpu = page.of("process_cpu_seconds_total");
        assertTrue(cpu > 0 && cpu <= uptime * runtime.availableProcessors(), "cpu " + cpu);
    }

    /** What the gateway adds is what the dashboard shows, of the same probes: none may come between two looks at it. */
    private void probe(RunningGateway gateway) throws Exception {
        String before = added(gateway);
        MetricsPage page = MetricsPage.of(gateway.adminUri(), asked);
        while (before.contains("measuring") || !before.equals(added(gateway))) {
            LockSupport.parkNanos(LOOK_NANOS);
            before = added(gateway);
            page = MetricsPage.of(gateway.adminUri(), asked);
        }
        assertEquals(number(before, "samples"), page.of("sluice_probe_samples"));
        assertEquals(number(before, "p50_ms"), page.of("sluice_probe_added_seconds", "0.5") * 1e3, JSON_DIGITS);
        assertEquals(number(before, "p99_ms"), page.of("sluice_probe_added_seconds", "0.99") * 1e3, JSON_DIGITS);
    }

    private static String added(RunningGateway gateway) throws IOException {
        try (TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            String overview = admin.send("GET", "/admin/overview", new byte[0]).text();
            return overview.substring(overview.indexOf("\"added\""), overview.indexOf("\"totals\""));
        }
    }

    private static double number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":([0-9.E+-]+)").matcher(json);
        assertTrue(found.find(), json);
        return Double.parseDouble(found.group(1));
    }

    /** The gauges while something is under way: a stream, a body that comes slowly, an account that rests, the end. */
    private static void underWay(RunningGateway gateway, SimulatedUpstream upstream, Traffic traffic) throws Exception {
        Traffic.ACCOUNTS.forEach(name -> upstream.forgetScript("sk-" + name));
        List.of("a", "b").forEach(name -> upstream.script("sk-" + name, Fault.of("status=429;retry=300")));
        try (TestClient stream = gateway.client(); TestClient slow = gateway.client()) {
            traffic.hold(stream);
            slow.sendHead("POST", "/v1/responses", 50_000, "authorization", "Bearer " + Traffic.KEYS.getFirst());
            slow.raw("{");
            while (gateway.process().gateway().inFlight() < 2) {
                Thread.onSpinWait();
            }
            MetricsPage page = MetricsPage.of(gateway.adminUri());
            assertEquals(2, page.of("sluice_in_flight"));
            assertEquals(1, page.of("sluice_open_streams"));
            assertEquals(1, page.of("sluice_account_in_flight"));
            assertEquals(page.of("sluice_account_in_flight", "account=\"p\""), page.of("sluice_websocket_busy"));
            for (String resting : upstream.log().all().stream().filter(call -> call.fault().toString().contains("300"))
                    .map(TrafficTest::account).toList()) {
                assertEquals(1, page.of("sluice_account_state", resting, "state=\"model_cooling_down\""));
                double seconds = page.of("sluice_account_cooling_seconds", resting);
                assertTrue(seconds > 0 && seconds <= 300, seconds + " s");
            }
        }
        // The stream would be read on for a while, as its client has left.
        upstream.cutConnections();
        settle(gateway, upstream);
        gateway.process().gateway().drain();
        assertEquals(1, MetricsPage.of(gateway.adminUri()).of("sluice_draining"));
    }
}
