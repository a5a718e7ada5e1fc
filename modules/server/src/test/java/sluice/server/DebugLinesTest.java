package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log.level: debug} tells what helps to find a fault, and neither keys nor what people have written. */
class DebugLinesTest {
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"input\":\"a private matter\",\"store\":false}";
    private static final String KEYS = "clients: [{name: c, key: client-key-Hq81}]\n";

    @TempDir
    private Path folder;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private PrintStream console;

    @BeforeEach
    void listen() {
        console = System.err;
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(console);
    }

    private String said() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private void await(String part) {
        while (!said().contains(part)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void tellsOfEachAccountsTurnWhyItFailedAndOfEachConnection() throws Exception {
        try (SayingUpstream upstream = new SayingUpstream(); RunningGateway gateway = RunningGateway.of(KEYS
                + "accounts:\n  - {name: dead, base-url: \"http://127.0.0.1:1/v1\", api-key: sk-dead-Zx33}\n"
                + "  - {name: full, base-url: \"" + upstream.uri() + "\", api-key: sk-full-Yt72, tier: 1}\n"
                + "  - {name: good, base-url: \"" + upstream.uri() + "\", api-key: sk-good-Lp04, tier: 2}\nlog: {level: debug}\n");
                TestClient client = gateway.client()) {
            upstream.account("sk-full-Yt72", asked -> SayingUpstream.status(429, "{\"error\":{\"code\":\"rate_limit_exceeded\","
                    + "\"message\":\"slow down\"}}"));
            TestClient.Answer answer = client.post("/v1/responses", ASK, "x-api-key", "client-key-Hq81");
            String id = answer.headers().first("x-sluice-request-id").orElseThrow();
            for (String line : List.of(id + ": account dead by LOAD_BALANCE", id + ": account full by LOAD_BALANCE",
                    "127.0.0.1:1: not connected", "rate_limit_exceeded")) {
                await(line);
            }
            List<String> ours = said().lines().filter(line -> line.contains(" DEBUG ")).toList();
            assertTrue(ours.size() < 20, "it tells of this one request: " + ours);
        }
        for (String secret : List.of("private matter", "client-key-Hq81", "sk-dead-Zx33", "sk-full-Yt72", "sk-good-Lp04")) {
            assertFalse(said().contains(secret), said());
        }
    }

    @Test
    void tellsWhyAConnectionBroughtNoRequest() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("one", "EC");
        try (RunningGateway gateway = RunningGateway.of(KEYS + "accounts: [{name: a, base-url: \"http://127.0.0.1:1/v1\", api-key: k}]\n"
                + authority.serving("one") + "log: {level: debug}\n"); TestClient plain = gateway.client()) {
            plain.raw("GET / HTTP/1.1\r\n\r\n");
            await("from 127.0.0.1: no request: ");
        }
        assertFalse(said().contains("X509Certificate"), "Java does not tell of its own certificates: " + said());
    }

    @Test
    void aTrustedProxyWithoutItsHeaderIsToldOfOnceAtAnyLevel() throws Exception {
        try (RunningGateway gateway = RunningGateway.of(KEYS + "accounts: [{name: a, base-url: \"http://127.0.0.1:1/v1\", api-key: k}]\n"
                + "server: {proxy-protocol: true, trusted-proxies: 127.0.0.1}\n")) {
            for (int i = 0; i < 3; i++) {
                try (TestClient plain = gateway.client()) {
                    plain.raw("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n");
                    assertTrue(plain.isClosed());
                }
            }
            await("server.proxy-protocol");
        }
        assertEquals(1, said().lines().filter(line -> line.contains("server.proxy-protocol")).count(), said());
    }
}
