package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile and broken upstreams answer: it becomes one whole answer, or one failure, and never another request's. */
class UpstreamFramingTest {
    private static final String ATTACK = "{\"model\":\"m\",\"store\":false,\"input\":\"attack\"}";
    private static final String HELLO = "{\"id\":\"resp_1\",\"status\":\"completed\",\"hello\":1}";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    private static final String LENGTH = "Content-Length: " + HELLO.length() + "\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String POISON = ScriptedUpstream.good("poison");

    private static RunningGateway before(ScriptedUpstream upstream) throws IOException {
        return RunningGateway.accounts(upstream.uri(), 1, "failover: {breaker: {failures: 1000}}");
    }

    private static void assertServesOthers(RunningGateway gateway, TestClient client) throws IOException {
        for (int i = 0; i < 3; i++) {
            TestClient.Answer answer = client.post("{\"model\":\"m\",\"store\":false,\"input\":\"marker-" + i + "\"}");
            assertEquals(200, answer.status(), answer.text());
            assertTrue(answer.text().contains("\"marker-" + i + "\""), answer.text());
        }
        try (TestClient other = gateway.client()) {
            assertTrue(other.post("{\"model\":\"m\",\"store\":false,\"input\":\"marker-x\"}").text().contains("\"marker-x\""));
        }
    }

    static Stream<Arguments> refused() {
        String size = Integer.toHexString(HELLO.length());
        return Stream.of(
                Arguments.of("CL and TE", OK + LENGTH + CHUNKED + size + "\r\n" + HELLO + "\r\n0\r\n\r\n"),
                Arguments.of("TE and CL", OK + "Transfer-Encoding: chunked\r\n" + LENGTH + "\r\n0\r\n\r\n"),
                Arguments.of("two lengths", OK + LENGTH + "Content-Length: 3\r\n\r\n" + HELLO),
                Arguments.of("two equal lengths", OK + LENGTH + LENGTH + "\r\n" + HELLO),
                Arguments.of("a length that is none", OK + "Content-Length: x\r\n\r\n" + HELLO),
                Arguments.of("TE gzip", OK + "Transfer-Encoding: gzip\r\n\r\n" + HELLO),
                Arguments.of("TE in HTTP/1.0", "HTTP/1.0 200 OK\r\n" + CHUNKED + "0\r\n\r\n"),
                Arguments.of("a folded line", OK + "A: b\r\n c\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("a blank before a colon", OK + "Content-Length : 3\r\n\r\n" + HELLO),
                Arguments.of("bare LF lines", "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
                Arguments.of("a bare CR", OK + "A: b\rC: d\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("a NUL", OK + "A: \0\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("no status", "HTTP/1.1\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("a status of four digits", "HTTP/1.1 2000 OK\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("a status out of range", "HTTP/1.1 099 OK\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("HTTP/2", "HTTP/2 200 OK\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("no HTTP at all", "SSH-2.0-OpenSSH_9.6\r\n\r\n\r\n"),
                Arguments.of("a huge head", OK + "A: " + "x".repeat(300_000) + "\r\n" + LENGTH + "\r\n" + HELLO),
                Arguments.of("many lines", OK + "A: b\r\n".repeat(1000) + LENGTH + "\r\n" + HELLO),
                Arguments.of("a switch nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + POISON),
                Arguments.of("endless interim answers", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100) + OK + LENGTH + "\r\n" + HELLO),
                Arguments.of("an interim answer with a body", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + POISON),
                Arguments.of("an empty line first", "\r\n" + OK + LENGTH + "\r\n" + HELLO));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void answersBadGatewayForAnAnswerThatIsNone(String name, String script) throws IOException {
        for (ScriptedUpstream.Then then : ScriptedUpstream.Then.values()) {
            try (ScriptedUpstream upstream = new ScriptedUpstream(script + POISON, "", then);
                    RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
                TestClient.Answer answer = client.post(ATTACK);
                assertEquals(502, answer.status(), then + ": " + answer.text());
                assertTrue(answer.whole());
                assertFalse(answer.text().contains("poison"), answer.text());
                assertServesOthers(gateway, client);
            }
        }
    }

    static Stream<Arguments> relayed() {
        String size = Integer.toHexString(HELLO.length());
        return Stream.of(
                Arguments.of("a length", OK + LENGTH + "\r\n" + HELLO, true),
                Arguments.of("chunks with extensions and trailers", OK + CHUNKED + "1;a=b\r\n{\r\n"
                        + Integer.toHexString(HELLO.length() - 1) + "\r\n" + HELLO.substring(1)
                        + "\r\n0\r\nContent-Length: 1\r\nX-Trailer: y\r\n\r\n", true),
                Arguments.of("interim answers first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK
                        + LENGTH + "\r\n" + HELLO, true),
                Arguments.of("no reason phrase", "HTTP/1.1 200\r\nContent-Type: application/json\r\n" + LENGTH + "\r\n" + HELLO, true),
                Arguments.of("Connection: close", OK + "Connection: close\r\n" + LENGTH + "\r\n" + HELLO, true),
                Arguments.of("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n" + LENGTH + "\r\n" + HELLO, true),
                Arguments.of("the end of the connection as its end", OK + "\r\n" + HELLO, false),
                Arguments.of("chunks of size with zeros", OK + CHUNKED + "0000" + size + "\r\n" + HELLO + "\r\n00\r\n\r\n", true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("relayed")
    void relaysOneAnswerAndNothingBehindIt(String name, String script, boolean framed) throws IOException {
        for (String surplus : framed ? new String[] {"", POISON, "x", "\r\n\r\n"} : new String[] {""}) {
            try (ScriptedUpstream upstream = new ScriptedUpstream(script + surplus, "",
                    framed ? ScriptedUpstream.Then.STAY : ScriptedUpstream.Then.CLOSE);
                    RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
                for (int i = 0; i < 2; i++) {
                    TestClient.Answer answer = client.post(ATTACK);
                    assertEquals(200, answer.status(), answer.text());
                    assertEquals(HELLO, answer.text());
                    assertTrue(answer.whole());
                    assertFalse(answer.headers().has("x-trailer"));
                }
                assertServesOthers(gateway, client);
                assertEquals(2, upstream.attacks(), "nothing was sent twice");
            }
        }
    }

    static Stream<Arguments> broken() {
        String size = Integer.toHexString(HELLO.length() + 1);
        return Stream.of(
                Arguments.of("a body shorter than its length", OK + "Content-Length: " + (HELLO.length() + 9) + "\r\n\r\n" + HELLO),
                Arguments.of("chunks without an end", OK + CHUNKED + size + "\r\n" + HELLO),
                Arguments.of("a chunk size that is none", OK + CHUNKED + "1\r\n{\r\nzz\r\n" + POISON),
                Arguments.of("a chunk longer than its size", OK + CHUNKED + "1\r\n" + HELLO + POISON),
                Arguments.of("a chunk size that overflows", OK + CHUNKED + "1\r\n{\r\nfffffffffffffffff\r\n" + POISON),
                Arguments.of("endless chunk extensions", OK + CHUNKED + "1;" + "x".repeat(10_000) + "\r\n{\r\n0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void breaksOffWhatBreaksOff(String name, String script) throws IOException {
        for (ScriptedUpstream.Then then : new ScriptedUpstream.Then[] {ScriptedUpstream.Then.CLOSE, ScriptedUpstream.Then.RESET}) {
            try (ScriptedUpstream upstream = new ScriptedUpstream(script, "", then); RunningGateway gateway = before(upstream)) {
                try (TestClient client = gateway.client()) {
                    TestClient.Answer answer = client.post(ATTACK);
                    assertTrue(answer.status() == 502 || !answer.whole(), answer.status() + " " + answer.text());
                    assertFalse(answer.text().contains("poison"), answer.text());
                }
                try (TestClient client = gateway.client()) {
                    assertServesOthers(gateway, client);
                }
            }
        }
    }

    @Test
    void usesNoConnectionOnWhichTheUpstreamSpokeUnasked() throws Exception {
        for (String later : new String[] {POISON, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", "x"}) {
            try (ScriptedUpstream upstream = new ScriptedUpstream(OK + LENGTH + "\r\n" + HELLO, later, ScriptedUpstream.Then.STAY);
                    RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
                assertEquals(HELLO, client.post(ATTACK).text());
                upstream.follow();
                assertServesOthers(gateway, client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "GET", "DELETE"})
    void takesNoBodyWhereNoneMayBe(String method) throws IOException {
        String head = method.equals("HEAD") ? OK : "HTTP/1.1 204 No Content\r\n";
        try (ScriptedUpstream upstream = new ScriptedUpstream(head + "Content-Length: " + POISON.length() + "\r\n\r\n" + POISON, "",
                ScriptedUpstream.Then.STAY); RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.send(method, "/v1/responses/resp_attack", new byte[0]);
            assertEquals(method.equals("HEAD") ? 200 : 204, answer.status(), answer.text());
            assertEquals("", answer.text());
            assertServesOthers(gateway, client);
        }
    }

    @Test
    void keepsTheHeadersOfTheHopToItself() throws IOException {
        String script = OK + "Connection: x-hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                + "Set-Cookie: a=b\r\nX-Sluice-Error: no\r\n"
                + "Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nAlt-Svc: h3\r\nTrailer: x\r\nX-Request-Id: r1\r\n" + LENGTH + "\r\n"
                + HELLO;
        try (ScriptedUpstream upstream = new ScriptedUpstream(script, "", ScriptedUpstream.Then.STAY);
                RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(ATTACK);
            assertEquals(200, answer.status());
            for (String name : "x-hop keep-alive set-cookie x-sluice-error proxy-authenticate upgrade alt-svc trailer".split(" ")) {
                assertFalse(answer.headers().has(name), name);
            }
            assertEquals("r1", answer.headers().first("x-request-id").orElseThrow());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET"})
    void survivesAnUpstreamThatAcceptsAndSaysNothing(ScriptedUpstream.Then then) throws IOException {
        try (ScriptedUpstream upstream = new ScriptedUpstream("", "", then);
                RunningGateway gateway = before(upstream); TestClient client = gateway.client()) {
            assertEquals(502, client.post(ATTACK).status());
            assertServesOthers(gateway, client);
        }
    }
}
