package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sluice.http1.FramingException;

/**
 * Sends mutated messages through a running gateway, in both directions, and holds what comes out to a few rules: answers are
 * valid HTTP, none belongs to another request, the upstream is sent valid requests only, and nothing is an internal error.
 *
 * <p>{@code -Dfuzz.seconds=1800} makes it go on for so long, with {@code -Dfuzz.seed=} from another start; a failure names the
 * seed of its case.
 */
class FramingFuzzTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final int CASES = 400;
    private static final long SEED = Long.getLong("fuzz.seed", 20261123);
    private static final Pattern MARKER = Pattern.compile("marker-\\w+");
    /** After so many cases the connection to the upstream is used for a good request too. */
    private static final int GOOD_EVERY = 10;
    private static final int REMEMBERED = 10_000;

    private final Map<String, Integer> outcomes = new TreeMap<>();
    /** Markers of the cases before: the last of them, for what leaks leaks soon. */
    private final Set<String> others = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    private static String body(String marker) {
        return "{\"model\":\"m\",\"store\":false,\"input\":\"" + marker + "\"}";
    }

    private static List<byte[]> requests(String marker) {
        String body = body(marker);
        String post = "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n";
        String lengthed = post + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        String size = Integer.toHexString(body.length());
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n";
        String odd = post + "Transfer-Encoding: chunked\r\nTrailer: A\r\n\r\n1;a=b\r\n{\r\n" + Integer.toHexString(body.length() - 1)
                + "\r\n"
                + body.substring(1) + "\r\n0;c\r\nA: b\r\n\r\n";
        String get = "GET /v1/responses/resp_" + marker.replace("marker-", "") + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        return bytes(lengthed, chunked, odd, lengthed + chunked + get, get + lengthed,
                "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + chunked,
                "POST /v1/responses HTTP/1.0\r\nContent-Length: " + body.length() + "\r\nConnection: keep-alive\r\n\r\n" + body,
                post + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                "HEAD /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n" + lengthed, "\r\n" + lengthed + "\r\n" + lengthed);
    }

    private static List<byte[]> answers(String marker) {
        String good = ScriptedUpstream.good(marker);
        String body = good.substring(good.indexOf("\r\n\r\n") + 4);
        String json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        String events = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"x\":\"" + marker
                + "\"}}\n\n"
                + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n";
        String size = Integer.toHexString(body.length());
        return bytes(good, json + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n",
                json + "Transfer-Encoding: chunked\r\n\r\n1;a\r\n{\r\n" + Integer.toHexString(body.length() - 1) + "\r\n"
                + body.substring(1)
                        + "\r\n0\r\nA: b\r\n\r\n",
                json + "\r\n" + body, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + good, "HTTP/1.0 200 OK\r\n\r\n" + body, good + good,
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(events.length())
                        + "\r\n" + events + "\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " + events.length() + "\r\n\r\n" + events,
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static RunningGateway before(ScriptedUpstream upstream) throws IOException {
        return RunningGateway.accounts(upstream.uri(), 1, """
                server: {head-timeout: 1s, body-timeout: 1s}
                stream: {idle-timeout: 300ms, headers-timeout-streaming: 300ms, headers-timeout-whole: 300ms}
                scheduler: {wait: {timeout: 20s}}
                failover: {breaker: {failures: 1000}, cool-down: {first: 10ms, unknown-max: 10ms, max: 10ms, forbidden: 1000,
                  unauthorized: 10ms, quota: 10ms, model-unserved: 10ms}}
                """);
    }

    private interface Case {
        void run(Mutator mutator, String marker, String name) throws IOException;
    }

    private void fuzz(String what, RunningGateway gateway, ScriptedUpstream upstream, Case one) throws IOException {
        long begun = System.nanoTime();
        long cases = 0;
        while (SECONDS == 0 ? cases < CASES : System.nanoTime() - begun < SECONDS * 1_000_000_000L) {
            long seed = SEED + cases;
            // Far from all others, so that a marker that was mutated is no other's.
            String marker = "marker-" + Long.toHexString(new SplittableRandom(seed).nextLong());
            one.run(new Mutator(seed), marker, what + " with seed " + seed);
            others.add(marker);
            if (++cases % GOOD_EVERY == 0) {
                good(gateway, "marker-good" + cases);
            }
            assertTrue(upstream.faults().isEmpty(), () -> what + " with seed " + seed + ": the upstream was sent " + upstream.faults());
        }
        assertFalse(gateway.log().contains("internal_error"), "an internal error");
        System.out.printf("fuzzed %s: %d cases in %.0f s, %s%n", what, cases, (System.nanoTime() - begun) / 1e9, outcomes);
    }

    private static void good(RunningGateway gateway, String marker) throws IOException {
        try (TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(body(marker));
            while (answer.text().contains("no_account_available")) {
                answer = client.post(body(marker));
            }
            assertEquals(200, answer.status(), answer.text());
            assertTrue(answer.text().contains("\"" + marker + "\""), answer.text());
        }
    }

    private void assertOnlyOwn(TestClient.Answer answer, String name) {
        outcomes.merge(answer.status() + (answer.whole() ? "" : " cut"), 1, Integer::sum);
        assertTrue(answer.status() != 500 || !answer.text().contains("internal_error"), () -> name + ": " + answer.text());
        Matcher found = MARKER.matcher(answer.text());
        while (found.find()) {
            assertFalse(others.contains(found.group()), () -> name + ": another's answer: " + answer.text());
        }
    }

    @Test
    void survivesMutatedRequests() throws IOException {
        try (ScriptedUpstream upstream = new ScriptedUpstream("", "", ScriptedUpstream.Then.STAY);
                RunningGateway gateway = before(upstream)) {
            fuzz("requests", gateway, upstream, (mutator, marker, name) -> {
                byte[] request = mutator.next(requests(marker));
                try (TestClient client = gateway.client()) {
                    try {
                        client.raw(request);
                        client.socket().shutdownOutput();
                    } catch (IOException e) {
                        // The gateway has refused the beginning and closed.
                    }
                    readAnswers(client, request, name);
                }
            });
        }
    }

    /** All answers of a connection, each to the method that the gateway must have seen; the reader knows HEAD by the answer. */
    private void readAnswers(TestClient client, byte[] request, String name) throws IOException {
        boolean hasHead = new String(request, StandardCharsets.ISO_8859_1).contains("HEAD");
        while (true) {
            try {
                if (!client.input().lookAhead(1)) {
                    return;
                }
                if (hasHead) {
                    // Which of the answers has no body cannot be told from outside; that all is text of answers must do.
                    client.socket().getInputStream().skipNBytes(Long.MAX_VALUE);
                }
                TestClient.Answer answer = client.answer("POST");
                if (answer.status() == 100) {
                    continue;
                }
                assertOnlyOwn(answer, name);
            } catch (FramingException e) {
                throw new AssertionError(name + ": the answer is not valid: " + e.getMessage(), e);
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void survivesMutatedAnswers() throws IOException {
        try (ScriptedUpstream upstream = new ScriptedUpstream("", "", ScriptedUpstream.Then.STAY);
                RunningGateway gateway = before(upstream)) {
            fuzz("answers", gateway, upstream, (mutator, marker, name) -> {
                ScriptedUpstream.Then then = mutator.below(8) == 0 ? ScriptedUpstream.Then.STAY
                        : mutator.below(4) == 0 ? ScriptedUpstream.Then.RESET : ScriptedUpstream.Then.CLOSE;
                upstream.play(mutator.next(answers(marker)), then);
                try (TestClient client = gateway.client()) {
                    String attack = body("attack").replace("{", mutator.below(2) == 0 ? "{\"stream\":true," : "{");
                    TestClient.Answer answer = answer(client, attack, name);
                    assertOnlyOwn(answer, name);
                    if (answer.whole() && !answer.headers().first("connection").equals(java.util.Optional.of("close"))) {
                        TestClient.Answer next = nextAnswer(client, name);
                        assertEquals(200, next.status(), name + ": " + next.text());
                        assertTrue(next.text().contains("\"marker-next\"") && !next.text().contains(marker), name + ": " + next.text());
                    }
                }
            });
        }
    }

    /** The answer to a good request, once the account has rested: an answer that happened to be a 401 or 429 makes it do so. */
    private static TestClient.Answer nextAnswer(TestClient client, String name) throws IOException {
        TestClient.Answer next = answer(client, body("marker-next"), name);
        while (next.text().contains("no_account_available")) {
            next = answer(client, body("marker-next"), name);
        }
        return next;
    }

    private static TestClient.Answer answer(TestClient client, String body, String name) throws IOException {
        try {
            return client.post(body);
        } catch (FramingException e) {
            throw new AssertionError(name + ": the answer is not valid: " + e.getMessage(), e);
        }
    }
}
