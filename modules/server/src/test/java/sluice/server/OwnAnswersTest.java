package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.KeyHash;

/** What the gateway answers by itself has the header fields that HTTP asks for (RFC 9110 §6.6.1, §15.5.2, §15.5.6). */
class OwnAnswersTest {
    @TempDir
    private static Path folder;
    private static TestAuthority authority;
    private static SayingUpstream upstream;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        upstream = new SayingUpstream();
        gateway = RunningGateway.accounts(upstream.uri(), 1, "server: {" + Door.settings(authority)
                + ", forward-other: true}\nclients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex() + "\"}]\n");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    private static HttpResponse<String> dated(HttpResponse<String> answer, int status) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.headers().firstValue("date").orElse("none").endsWith(" GMT"), () -> HttpDoor.headers(answer).toString());
        return answer;
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void tellTheTimeTheMethodsAndHowToShowAKey(HttpClient.Version version) throws Exception {
        try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
            HttpResponse<String> unknown = dated(door.send("GET", "/v1/models", "", "x-api-key", "wrong"), 401);
            assertEquals("Bearer realm=\"sluice\"", unknown.headers().firstValue("www-authenticate").orElse("none"));
            dated(door.send("GET", "/v1/models", ""), 401);
            assertEquals("GET, POST", dated(door.send("PUT", "/v1/responses", "{}", "x-api-key", "k1"), 405).headers()
                    .firstValue("allow").orElse("none"));
            assertEquals("GET, DELETE", dated(door.send("PATCH", "/v1/responses/resp_1", "{}", "x-api-key", "k1"), 405).headers()
                    .firstValue("allow").orElse("none"));
            assertEquals("DELETE, GET, HEAD, PATCH, POST, PUT", dated(door.send("TRACE", "/v1/other", "", "x-api-key", "k1"), 405)
                    .headers().firstValue("allow").orElse("none"));
            dated(door.send("GET", "/elsewhere", "", "x-api-key", "k1"), 404);
            dated(door.send("POST", "/v1/responses", "{", "x-api-key", "k1"), 400);
            dated(door.send("POST", "/v1//responses", "{}", "x-api-key", "k1"), 400);
            dated(door.send("GET", "/v1/responses", "", "x-api-key", "k1"), 426);
            dated(door.send("GET", "/v1/models", "", "x-api-key", "k1"), 200);
            dated(door.send("GET", "/health", ""), 200);
        }
    }

    @Test
    void tellHowToShowAKeyBeforeASocketOpens() throws Exception {
        try (TestWebSocket socket = TestWebSocket.open(authority.secured(new Socket(InetAddress.getLoopbackAddress(), gateway.port())),
                "authorization", "Bearer wrong")) {
            assertEquals(401, socket.head().status());
            assertTrue(socket.head().headers().has("www-authenticate"));
            assertTrue(socket.head().headers().has("date"));
        }
    }
}
