package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import sluice.api.UsageRecord;
import sluice.simulator.SimulatedUpstream;

/**
 * 64 clients on 8 accounts of 4 slots, with everything going wrong at random: no slot too many, none lost, each lease closed
 * once, nothing left. {@code -DargLine=-Dstress.seconds=60} for longer.
 */
class StressTest {
    private static final int CLIENTS = 64;
    private static final int ACCOUNTS = 8;
    private static final int SLOTS = 4;
    private static final int SECONDS = Integer.getInteger("stress.seconds", 3);
    private static final String[] FAULTS = {"sim-deltas-3", "sim-deltas-3", "sim-deltas-20-interval-2ms", "sim-status-500",
        "sim-status-503-body-html", "sim-status-429-retryms-20", "sim-status-401", "sim-status-403", "sim-status-402", "sim-status-400",
        "sim-status-404", "sim-drop-rst", "sim-drop-fin", "sim-cut-100", "sim-cut-700", "sim-rst-900", "sim-noend", "sim-stall-2",
        "sim-headers-600ms", "sim-first-600ms", "sim-overloaded", "sim-ratelimited", "sim-both", "sim-gzip", "sim-swap", "sim-reuse",
        "sim-headers-20ms", "sim-huge-20000"};

    private final Map<String, AtomicInteger> ends = new ConcurrentHashMap<>();

    private static RunningGateway gateway(SimulatedUpstream upstream, Witness witness) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < ACCOUNTS; i++) {
            yaml.append("  - {name: a").append(i).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                    .append(i).append(", concurrency: ").append(SLOTS).append("}\n");
        }
        return RunningGateway.of(yaml + """
                scheduler: {wait: {timeout: 2s, waiters: 40}}
                stream: {watch-after: 0s, headers-timeout-streaming: 300ms, headers-timeout-whole: 300ms, idle-timeout: 300ms,
                  keepalive: 50ms, header-keepalive: 100ms}
                upstream: {idle-timeout: 100ms}
                failover: {commit: first-output, cool-down: {first: 5ms, unknown-max: 20ms, unauthorized: 5ms, quota: 5ms,
                  model-unserved: 5ms, max: 50ms}, breaker: {failures: 5, open: 5ms, max: 20ms}}
                log: {requests: "off"}
                """, witness::watch);
    }

    /** One request, and perhaps a client that leaves; returns how it ended. */
    private static String visit(RunningGateway gateway, Random random) throws IOException {
        String model = FAULTS[random.nextInt(FAULTS.length)];
        String body = "{\"model\":\"" + model + "\",\"stream\":" + random.nextBoolean() + ",\"store\":" + random.nextBoolean()
                + ",\"input\":\"" + "x".repeat(random.nextInt(3) == 0 ? 40_000 : 10) + "\"}";
        try (TestClient client = gateway.client()) {
            client.socket().setSoLinger(random.nextBoolean(), 0);
            int manner = random.nextInt(8);
            if (manner == 0) {
                client.sendHead("POST", "/v1/responses", body.length());
                client.raw(body.substring(0, random.nextInt(body.length())));
                return "left in the body";
            }
            client.sendHead("POST", "/v1/responses", body.length(), "session-id", "s" + random.nextInt(200));
            client.raw(body);
            if (manner == 1) {
                return "left before the answer";
            }
            if (manner == 2) {
                client.socket().getInputStream().read(new byte[1 + random.nextInt(3000)]);
                return "left in the answer";
            }
            TestClient.Answer answer = client.answer("POST");
            return answer.status() == 200 ? answer.whole() ? "200" : "200, broken" : Integer.toString(answer.status());
        }
    }

    private void client(RunningGateway gateway, Random random, long endNanos) {
        while (System.nanoTime() - endNanos < 0) {
            String end;
            try {
                end = visit(gateway, random);
            } catch (IOException e) {
                end = "cut off";
            }
            ends.computeIfAbsent(end, k -> new AtomicInteger()).incrementAndGet();
        }
    }

    @Test
    void losesNothingWhateverHappens() throws IOException, InterruptedException {
        // The first sockets of a Java process leave pollers and a marker behind for good.
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, new Witness())) {
            visit(gateway, new Random(1));
        }
        Leftovers before = Leftovers.now();
        Witness witness = new Witness();
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, witness)) {
            Leftovers idle = Leftovers.now();
            long endNanos = System.nanoTime() + SECONDS * 1_000_000_000L;
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(Thread.ofVirtual().start(() -> client(gateway, random, endNanos)));
            }
            for (Thread client : clients) {
                client.join();
            }
            assertEquals(Leftovers.NONE, idle.awaitNoMore());
            witness.awaitEnd(0);
            assertEquals(List.of(), witness.faults());
            assertEquals(ACCOUNTS, witness.most().size());
            witness.most().forEach((account, most) -> assertTrue(most <= SLOTS, account + " had " + most));
            for (int i = 0; i < ACCOUNTS; i++) {
                assertEquals(0, gateway.account("a" + i).slots().taken());
                assertEquals(0, upstream.activeRequests("sk-" + i));
            }
            List<String> ids = witness.records().stream().map(UsageRecord::requestId).toList();
            assertEquals(ids.size(), ids.stream().distinct().count());
            assertTrue(ends.getOrDefault("200", new AtomicInteger()).get() > 10, ends::toString);
            assertTrue(ends.size() > 8, ends::toString);
            System.out.println("in " + SECONDS + " s " + ids.size() + " requests, " + witness.leases() + " leases: " + new TreeMap<>(ends));
        }
        assertEquals(Leftovers.NONE, before.awaitNoMore());
    }
}
