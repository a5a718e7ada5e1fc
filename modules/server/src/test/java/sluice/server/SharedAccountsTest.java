package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.KeyHash;

/** Clients who share an account do not meet there, and none of them makes it work for many. */
class SharedAccountsTest extends AtAllDoors {
    private static final String CLIENTS = "clients: [{name: one, key-sha256: " + KeyHash.of("k1").hex() + "}, {name: two, key-sha256: "
            + KeyHash.of("k2").hex() + "}]\n";
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private RunningGateway gateway(String clients) throws Exception {
        return gateway(1, ", forward-other: true", clients);
    }

    private List<String> sent(String name) {
        return upstream.asked("sk-a").stream().map(asked -> asked.headers().first(name).orElse("none")).toList();
    }

    /** An account that has seen the key would answer with what it answered the other client. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void theSameIdempotencyKeyOfTwoClientsIsTwoKeys(HttpClient.Version version) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            for (String key : List.of("k1", "k2", "k1")) {
                assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", key, "Idempotency-Key", "same").statusCode());
            }
            List<String> sent = sent("idempotency-key");
            assertEquals(sent.get(0), sent.get(2));
            assertNotEquals(sent.get(0), sent.get(1));
            assertEquals(2, Set.copyOf(sent).size());
            assertTrue(sent.stream().noneMatch(one -> one.contains("same")), sent.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Idempotency_Key", "x-idempotency-key"})
    void inAnotherSpellingToo(String name) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS);
                TestWebSocket socket = TestWebSocket.open(connection(gateway), "x-api-key", "k1", name, "same")) {
            assertTrue(socket.turn("{\"type\":\"response.create\"," + ASK.substring(1)).getLast().contains("response.completed"));
            assertTrue(upstream.asked("sk-a").stream().noneMatch(asked -> asked.headers().first(name.toLowerCase(java.util.Locale.ROOT))
                    .filter("same"::equals).isPresent()));
        }
    }

    @Test
    void aSingleClientsKeyIsSentAsItCame() throws Exception {
        try (RunningGateway gateway = gateway(""); TestClient client = new TestClient(connection(gateway))) {
            assertEquals(200, client.post("/v1/responses", ASK, "Idempotency-Key", "mine").status());
            assertEquals(List.of("mine"), sent("idempotency-key"));
        }
    }

    /** Each query is a question to every account, whatever slots it has. */
    @Test
    void anAccountIsAskedForItsModelsByOneAtATime() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        upstream.account("sk-a", asked -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.yield();
            now.decrementAndGet();
            return SayingUpstream.status(200, "{\"data\":[{\"id\":\"gpt-5.1\"}],\"models\":[{\"slug\":\"gpt-5.1\"}]}");
        });
        try (RunningGateway gateway = gateway(CLIENTS)) {
            List<Thread> threads = new ArrayList<>();
            CountDownLatch together = new CountDownLatch(1);
            for (int i = 0; i < 16; i++) {
                String path = "/v1/models?client_version=" + i;
                threads.add(Thread.startVirtualThread(() -> {
                    try (TestClient client = new TestClient(connection(gateway))) {
                        together.await();
                        assertEquals(200, client.send("GET", path, new byte[0], "x-api-key", "k1").status());
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            together.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertTrue(most.get() <= 2, "one for the list, one for what Codex reads: " + most);
        }
    }
}
