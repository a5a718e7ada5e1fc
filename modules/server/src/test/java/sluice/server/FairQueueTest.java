package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** The flood of one client costs another no more than its turn. */
class FairQueueTest {
    private static final int FLOOD = 60;
    private static final int SLOTS = 2;

    private static String clients() {
        return "clients: [{name: flood, key-sha256: \"" + sluice.config.KeyHash.of("k1").hex() + "\"}, {name: quiet, key-sha256: \""
                + sluice.config.KeyHash.of("k2").hex() + "\"}]\n";
    }

    private static String body(String who) {
        return "{\"model\":\"gpt-5.1\",\"input\":\"" + who + "\"}";
    }

    @Test
    void aFloodWaitsForAQuietClient() throws IOException, InterruptedException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.of(clients()
                + "scheduler: {wait: {timeout: 1h, waiters: 50}}\naccounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: sk-a, concurrency: " + SLOTS + "}]\n")) {
            upstream.always("sk-a", Fault.of("headers=10ms"));
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger refused = new AtomicInteger();
            List<Thread> flood = new ArrayList<>();
            for (int i = 0; i < FLOOD; i++) {
                flood.add(Thread.ofVirtual().start(() -> {
                    while (!over.get()) {
                        try (TestClient client = gateway.client()) {
                            refused.addAndGet(client.post("/v1/responses", body("flood"), "x-api-key", "k1").status() == 503 ? 1 : 0);
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }));
            }
            upstream.log().await(2 * SLOTS);
            for (int i = 0; i < 20; i++) {
                int before = upstream.log().all().size();
                try (TestClient quiet = gateway.client()) {
                    assertEquals(200, quiet.post("/v1/responses", body("quiet"), "x-api-key", "k2").status(),
                            "the queue was full of others");
                }
                List<ReceivedRequest> all = upstream.log().all();
                int place = before;
                while (!new String(all.get(place).body()).contains("quiet")) {
                    place++;
                }
                // Those that were just being let in, one turn of the flood for each slot, and what came in while it arrived.
                assertTrue(place - before <= 6 * SLOTS, (place - before) + " others came first");
            }
            over.set(true);
            for (Thread thread : flood) {
                thread.join();
            }
            assertTrue(refused.get() > 0, "the queue was never full");
            assertEquals(0, gateway.account("a").history().failed());
        }
    }
}
