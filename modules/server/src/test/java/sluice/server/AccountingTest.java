package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.Headers;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.ledger.LogSinkFactory;
import sluice.ledger.SqliteSinkFactory;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Metrics and ledger against what the simulated upstream received and told, exactly. */
class AccountingTest {
    /** A second or two; {@code -Dsluice.accounting-rounds=600} is the long one. */
    private static final int ROUNDS = Integer.getInteger("sluice.accounting-rounds", 12);
    private static final String LONG = "a long stream [[sim:deltas=20;interval=1ms]]";
    private static final String TURN = "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"a turn\"}";
    private static final Pattern USAGE = Pattern.compile("\"usage\":\\{\"input_tokens\":(\\d+),\"input_tokens_details\":\\{"
            + "\"cached_tokens\":(\\d+).*?},\"output_tokens\":(\\d+),\"output_tokens_details\":\\{\"reasoning_tokens\":(\\d+)}");

    @TempDir
    private Path folder;

    /** What clients saw: status counts, and the tokens that the upstream told them. */
    private static final class Seen {
        private final Map<Integer, Integer> statuses = new TreeMap<>();
        private TokenUsage told = TokenUsage.NONE;
        private int requests;

        TokenUsage add(TestClient.Answer answer) {
            count(answer.status());
            Matcher usage = USAGE.matcher(answer.text());
            TokenUsage last = TokenUsage.NONE;
            while (usage.find()) {
                last = TokenUsage.told(number(usage, 1), number(usage, 2), number(usage, 3), number(usage, 4));
            }
            told(last);
            return last;
        }

        void told(TokenUsage usage) {
            told = sum(told, usage);
        }

        void count(int status) {
            requests++;
            statuses.merge(status, 1, Integer::sum);
        }
    }

    /** Two turns on a WebSocket that stays open, and a message that is none. */
    private static void turns(TestWebSocket socket, Seen seen) throws IOException {
        for (String message : List.of(TURN, "{\"type\":", TURN)) {
            List<String> messages = socket.turn(message);
            String last = messages.getLast();
            seen.add(new TestClient.Answer(last.startsWith("{\"type\":\"error\"") ? 400 : 200, Headers.EMPTY,
                    last.getBytes(StandardCharsets.UTF_8), true));
        }
    }

    private static long number(Matcher usage, int group) {
        return Long.parseLong(usage.group(group));
    }

    private static TokenUsage sum(TokenUsage a, TokenUsage b) {
        return TokenUsage.told(a.input() + b.input(), a.cached() + b.cached(), a.output() + b.output(),
                a.reasoning() + b.reasoning());
    }

    private static String body(boolean stream, String ask) {
        return "{\"model\":\"gpt-5.1\",\"stream\":" + stream + ",\"store\":false,\"input\":\"" + ask + "\"}";
    }

    private static void settle(RunningGateway gateway) {
        while (gateway.process().gateway().inFlight() > 0) {
            Thread.onSpinWait();
        }
    }

    /** Sends one round of everything that can happen to a request, and says what clients saw. */
    private static void round(SimulatedUpstream upstream, RunningGateway gateway, TestClient client, TestWebSocket socket,
            Seen seen, int number) throws IOException, InterruptedException {
        turns(socket, seen);
        seen.add(client.post(body(false, "not for everybody").replace("gpt-5.1", "unheard-of-" + number)));
        seen.add(client.post("/v1/nowhere", "{}"));
        seen.add(client.post("/v1/responses", body(true, "a stream [[sim:deltas=7]]"), "session-id", "s" + number % 3));
        seen.add(client.post(body(false, "a JSON answer")));
        seen.add(client.post(body(true, "thoughts [[sim:reasoning;deltas=3]]")));
        seen.add(client.post(body(true, "refused [[sim:status=400]]")));
        seen.add(client.post("{\"model\":"));
        upstream.script("sk-a", Fault.of("status=500"));
        seen.add(client.post(body(true, "another account answers")));
        TokenUsage same = seen.add(client.post(body(true, LONG)));
        try (TestClient leaving = gateway.client()) {
            byte[] bytes = body(true, LONG).getBytes(StandardCharsets.UTF_8);
            leaving.sendHead("POST", "/v1/responses", bytes.length);
            leaving.raw(bytes);
            seen.count(leaving.head("POST").status());
        }
        settle(gateway);
        // It was read on to its end, so it is billed like the one whose client stayed.
        seen.told(same);
        try (TestClient cut = gateway.client()) {
            seen.add(cut.post(body(true, "cut [[sim:deltas=50;cut=2500]]")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void metricsAndLedgerAgreeWithTheUpstreamToTheToken(String sink) throws Exception {
        Map<String, String> settings = Map.of("path", folder.resolve("usage").toString());
        Seen seen = new Seen();
        MetricsPage metrics;
        Map<String, List<ReceivedRequest>> received = new TreeMap<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start()) {
            try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 3, "stream: {on-disconnect: drain}\nmodules: "
                    + "{usage: " + sink + "}\nusage: {path: " + settings.get("path") + ", prices: [{model: 'gpt-5*', input: 1.25, "
                    + "cached-input: 0.125, output: 10}]}\n"); TestClient client = gateway.client();
                    TestWebSocket socket = TestWebSocket.open(gateway.port())) {
                for (int i = 0; i < ROUNDS; i++) {
                    round(upstream, gateway, client, socket, seen, i);
                }
                settle(gateway);
                metrics = MetricsPage.of(gateway.adminUri());
            }
            // The handshake of a WebSocket is no attempt; the turns on it are.
            upstream.log().all().stream().filter(request -> !request.method().equals("GET"))
                    .forEach(request -> received.computeIfAbsent(request.accountKey(), key -> new ArrayList<>())
                    .add(request));
        }
        List<UsageRecord> ledger = new ArrayList<>();
        assertEquals(0, (sink.equals("log") ? new LogSinkFactory() : new SqliteSinkFactory()).read(settings, 0, Long.MAX_VALUE,
                ledger::add));

        assertEquals(14 * ROUNDS, seen.requests);
        // The handshake is a request too.
        assertEquals(seen.requests + 1, ledger.size());
        assertEquals(seen.requests + 1, ledger.stream().map(UsageRecord::requestId).distinct().count());
        seen.statuses.forEach((status, count) ->
                assertEquals(count.doubleValue(), metrics.of("sluice_requests_total", "status=\"" + status + "\""), "status " + status));
        received.forEach((key, requests) -> {
            String account = "account=\"" + key.substring(3) + "\"";
            assertEquals(requests.size(), metrics.of("sluice_attempts_total", account), account);
            // a client that leaves is counted as such where it was noticed before the end; the upstream does not know
            assertEquals(requests.stream().filter(AccountingTest::failed).count(), metrics.of("sluice_failures_total", account)
                    - metrics.of("sluice_failures_total", account + ",reason=\"client_gone\""), account);
        });
        assertEquals(ROUNDS, metrics.of("sluice_failovers_total", "reason=\"upstream\""));
        assertEquals(ROUNDS, metrics.of("sluice_usage_estimated_total"));
        assertEquals(ROUNDS, ledger.stream().filter(record -> record.usage().estimated()).count());

        assertEquals(seen.told, total(ledger.stream().filter(record -> !record.usage().estimated()).toList()), "what the upstream told");
        TokenUsage all = total(ledger);
        assertEquals(all.input(), metrics.of("sluice_tokens_total", "kind=\"input\""));
        assertEquals(all.cached(), metrics.of("sluice_tokens_total", "kind=\"cached\""));
        assertEquals(all.output(), metrics.of("sluice_tokens_total", "kind=\"output\""));
        assertEquals(all.reasoning(), metrics.of("sluice_tokens_total", "kind=\"reasoning\""));
        assertEquals(ledger.stream().mapToLong(record -> record.costNanoDollars().orElse(0)).sum(),
                metrics.of("sluice_cost_nanodollars_total"));
        assertTrue(metrics.of("sluice_cost_nanodollars_total") > 0);
        assertEquals(ledger.stream().mapToLong(UsageRecord::requestBytes).sum(), metrics.of("sluice_request_bytes_total"));
        assertEquals(ROUNDS, metrics.of("sluice_unpriced_requests_total"));
        assertEquals(ROUNDS, ledger.stream().filter(record -> record.usage().total() > 0 && record.costNanoDollars().isEmpty()).count());
        assertEquals(ledger.size(), metrics.of("sluice_requests_total"));
        assertEquals(ledger.size(), metrics.of("sluice_request_seconds_count"));
        long called = ledger.stream().filter(record -> record.attempts() > 0).count();
        assertEquals(called, metrics.of("sluice_queue_wait_seconds_count"));
        assertEquals(called, metrics.of("sluice_gateway_added_seconds_count"));
        assertEquals(called, metrics.of("sluice_selections_total"));
        assertEquals(ledger.stream().filter(record -> record.firstOutputNanos() > 0).count(),
                metrics.of("sluice_first_output_seconds_count"));
        assertEquals(ledger.stream().mapToLong(UsageRecord::attempts).sum(), metrics.of("sluice_attempts_total"));
        assertEquals(ledger.stream().mapToLong(UsageRecord::resends).sum(), metrics.of("sluice_resends_total"));
        sockets(metrics, received.values().stream().flatMap(List::stream).filter(one -> one.method().equals("WEBSOCKET")).toList());
        assertEquals(0, metrics.of("sluice_in_flight"));
        assertEquals(0, metrics.of("sluice_open_streams"));
        assertEquals(0, metrics.of("sluice_usage_lost_records"));
    }

    /** Each turn goes over a new connection or one that was open. */
    private static void sockets(MetricsPage metrics, List<ReceivedRequest> turns) {
        assertEquals(2 * ROUNDS, turns.size());
        long connections = turns.stream().map(ReceivedRequest::connection).distinct().count();
        assertEquals(connections, metrics.of("sluice_websocket_dials_total"));
        assertEquals(turns.size() - connections, metrics.of("sluice_websocket_reuses_total"));
        assertEquals(connections, metrics.of("sluice_websocket_seats"));
        assertEquals(0, metrics.of("sluice_websocket_busy"));
        assertEquals(0, metrics.of("sluice_websocket_waits_total"));
        assertEquals(1, metrics.of("sluice_open_websockets"));
    }

    private static boolean failed(ReceivedRequest request) {
        return request.status() >= 400 || request.ending() == ReceivedRequest.Ending.BROKEN;
    }

    private static TokenUsage total(List<UsageRecord> records) {
        return records.stream().map(UsageRecord::usage).reduce(TokenUsage.NONE, AccountingTest::sum);
    }
}
