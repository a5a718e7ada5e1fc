package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.SimulatedUpstream;

/** Limits of clients and of the gateway, over real sockets: exact, whoever comes at the same time. */
class LimitsTest {
    private static final int THREADS = 64;
    /** A slow client's pace: well within any limit of silence. */
    private static final long TRICKLE_NANOS = 20_000_000;
    private static final String PLAIN = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";
    private static final String HELD = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"attack\"}";

    private static String client(String name, String more) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(("key-" + name).getBytes(StandardCharsets.UTF_8));
        return "{name: " + name + ", key-sha256: " + HexFormat.of().formatHex(hash) + ", " + more + "}";
    }

    private static void assertLimited(TestClient.Answer answer, int status, String code) {
        assertEquals(status, answer.status(), answer.text());
        assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer.text());
        assertEquals("gateway", answer.headers().first("x-sluice-error").orElseThrow());
        int wait = Integer.parseInt(answer.headers().first("retry-after").orElseThrow());
        assertTrue(wait >= 1 && wait <= 60, "retry-after: " + wait);
    }

    /** Sends one held request for each thread; exactly {@code places} may reach the upstream while none is released. */
    private static void assertExactly(int places, RunningGateway gateway, ScriptedUpstream upstream, int status, String code)
            throws Exception {
        BlockingQueue<TestClient.Answer> answers = new LinkedBlockingQueue<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < THREADS; i++) {
                threads.submit(() -> {
                    try (TestClient client = gateway.client()) {
                        return answers.add(client.post("/v1/responses", HELD, "Authorization", "Bearer key-a"));
                    }
                });
            }
            for (int i = 0; i < THREADS - places; i++) {
                assertLimited(answers.take(), status, code);
            }
            try (TestClient other = gateway.client()) {
                assertEquals(200, other.send("GET", "/health/ready", new byte[0]).status(), "health holds no place");
            }
            for (int i = 0; i < places; i++) {
                upstream.follow();
            }
            for (int i = 0; i < places; i++) {
                TestClient.Answer answer = answers.take();
                assertEquals(200, answer.status(), answer.text());
            }
        }
        assertEquals(places, upstream.attacks());
    }

    @Test
    void letsExactlyAsManyRequestsOfAClientInAsItMayHave() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream("", ScriptedUpstream.good("x"), ScriptedUpstream.Then.STAY);
                RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "clients: [" + client("a", "concurrency: 9") + "]")) {
            assertExactly(9, gateway, upstream, 429, "client_concurrency");
        }
    }

    @Test
    void letsExactlyAsManyRequestsInAsTheGatewayMayHave() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream("", ScriptedUpstream.good("x"), ScriptedUpstream.Then.STAY);
                RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, "limits: {concurrent-requests: 13}\nclients: ["
                        + client("a", "concurrency: 0") + "]")) {
            assertExactly(13, gateway, upstream, 503, "gateway_busy");
        }
    }

    @Test
    void admitsExactlyAsManyRequestsAMinute() throws Exception {
        String both = "clients: [" + client("a", "requests-per-minute: 100") + ", " + client("b", "requests-per-minute: 100") + "]";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, both)) {
            // The minute may end meanwhile, but not twice.
            long minute = System.nanoTime() / 60_000_000_000L;
            int admitted = admittedOf("key-a", gateway);
            if (System.nanoTime() / 60_000_000_000L != minute) {
                admitted = admittedOf("key-b", gateway);
            }
            assertEquals(100, admitted);
        }
    }

    private static int admittedOf(String key, RunningGateway gateway) throws Exception {
        List<Callable<Integer>> floods = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            floods.add(() -> {
                int good = 0;
                try (TestClient client = gateway.client()) {
                    for (int n = 0; n < 5; n++) {
                        TestClient.Answer answer = client.post("/v1/responses", PLAIN, "x-api-key", key);
                        if (answer.status() == 200) {
                            good++;
                        } else {
                            assertLimited(answer, 429, "client_rate");
                        }
                    }
                }
                return good;
            });
        }
        int good = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> flood : threads.invokeAll(floods)) {
                good += flood.get();
            }
        }
        return good;
    }

    @Test
    void stopsAClientThatHasUsedItsTokensAndNoOther() throws Exception {
        String both = "clients: [" + client("a", "tokens-per-minute: 1") + ", " + client("b", "tokens-per-minute: 0") + "]";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, both); TestClient client = gateway.client()) {
            long minute = System.nanoTime() / 60_000_000_000L;
            assertEquals(200, client.post("/v1/responses", PLAIN, "x-api-key", "key-a").status());
            TestClient.Answer second = client.post("/v1/responses", PLAIN, "x-api-key", "key-a");
            if (System.nanoTime() / 60_000_000_000L == minute) {
                assertLimited(second, 429, "client_rate");
            }
            assertEquals(200, client.post("/v1/responses", PLAIN, "x-api-key", "key-b").status());
        }
    }

    @Test
    void refusesKeysThatHaveExpiredAndModelsThatAreNotAllowed() throws Exception {
        String both = "clients: [" + client("a", "expires: 2020-01-01T00:00:00Z") + ", " + client("b", "models: [\"gpt-4*\"]") + "]";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, both); TestClient client = gateway.client()) {
            assertEquals(401, client.post("/v1/responses", PLAIN, "x-api-key", "key-a").status());
            TestClient.Answer answer = client.post("/v1/responses", PLAIN, "x-api-key", "key-b");
            assertEquals(403, answer.status());
            assertTrue(answer.text().contains("\"model_not_allowed\""), answer.text());
            assertEquals(200, client.post("/v1/responses", PLAIN.replace("gpt-5.1", "gpt-4o"), "x-api-key", "key-b").status());
            assertEquals(1, upstream.log().total());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections: 3", "connections-per-address: 3"})
    void tellsAConnectionTooManySo(String limit) throws Exception {
        int status = limit.startsWith("connections:") ? 503 : 429;
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "limits: {" + limit + "}");
                TestClient first = gateway.client(); TestClient second = gateway.client()) {
            assertEquals(200, first.post(PLAIN).status());
            assertEquals(200, second.post(PLAIN).status());
            try (TestClient third = gateway.client()) {
                assertEquals(200, third.post(PLAIN).status());
                // It connects only now: of two connections that come together, either may be the one too many.
                try (TestClient fourth = gateway.client()) {
                    assertLimited(fourth.post(PLAIN), status, status == 503 ? "too_many_connections" : "client_connections");
                    assertTrue(fourth.isClosed());
                }
            }
            int last = status;
            for (int tries = 0; tries < 1000 && last == status; tries++) {
                try (TestClient next = gateway.client()) {
                    last = next.post(PLAIN).status();
                }
            }
            assertEquals(200, last, "a place that was given back is used again");
        }
    }

    @Test
    void closesHeadsAndBodiesThatTrickleIn() throws Exception {
        String slow = "server: {head-timeout: 300ms, body-timeout: 300ms, body-rate: 1MiB, idle-timeout: 1s}";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, slow)) {
            for (String start : List.of("GET /health HTTP/1.1\r\nA: ", "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Length: 1000000\r\n\r\n{", "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n1;", "")) {
                try (TestClient client = gateway.client()) {
                    client.raw(start);
                    Thread trickle = Thread.ofVirtual().start(() -> assertThrows(IOException.class, () -> {
                        while (!start.isEmpty()) {
                            client.raw(" ");
                            LockSupport.parkNanos(TRICKLE_NANOS);
                        }
                        throw new IOException("nothing is sent");
                    }));
                    assertTrue(client.isClosed());
                    trickle.join();
                }
            }
            for (int sent : new int[] {0, 100_000}) {
                try (TestWebSocket socket = TestWebSocket.open(gateway.port())) {
                    // What a frame announces is not what has come, and what came at once does not pay for a trickle.
                    socket.sendHeaderOnly(10_000_000);
                    socket.raw(new byte[sent]);
                    Thread trickle = Thread.ofVirtual().start(() -> assertThrows(IOException.class, () -> {
                        while (true) {
                            socket.raw(new byte[1]);
                            LockSupport.parkNanos(TRICKLE_NANOS);
                        }
                    }));
                    assertTrue(socket.next().startsWith("close"));
                    trickle.join();
                }
            }
            assertEquals(0, upstream.log().total());
            assertTrue(gateway.log().contains("request_timeout"), gateway.log());
        }
    }
}
