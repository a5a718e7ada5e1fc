package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.http1.ResponseHead;
import sluice.simulator.SimulatedUpstream;

/** What hostile and odd clients send, over real sockets: refused with the connection closed, or relayed as one request. */
class ClientFramingTest {
    private static final String BODY = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";
    private static final String POST = "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n";
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n";
    /** A request that must never be seen by anybody: it stands where a smuggled one would. */
    private static final String SMUGGLED = "DELETE /v1/responses/resp_smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static SimulatedUpstream upstream;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        upstream = SimulatedUpstream.start();
        gateway = RunningGateway.accounts(upstream.baseUri(), 1, "server: {body-timeout: 1h}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    private static String chunked(String body) {
        return Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    }

    static Stream<Arguments> refused() {
        String size = Integer.toHexString(BODY.length());
        return Stream.of(
                Arguments.of("CL then TE", 400, POST + LENGTH + "Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE then CL", 400, POST + "Transfer-Encoding: chunked\r\n" + LENGTH + "\r\n" + chunked(BODY)),
                Arguments.of("CL 0 and TE", 400, POST + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("two equal lengths", 400, POST + LENGTH + LENGTH + "\r\n" + BODY),
                Arguments.of("two lengths", 400, POST + LENGTH + "content-length: 0\r\n\r\n" + BODY),
                Arguments.of("a list of lengths", 400, POST + "Content-Length: " + BODY.length() + ", " + BODY.length() + "\r\n\r\n"),
                Arguments.of("a signed length", 400, POST + "Content-Length: +" + BODY.length() + "\r\n\r\n" + BODY),
                Arguments.of("a negative length", 400, POST + "Content-Length: -1\r\n\r\n" + BODY),
                Arguments.of("a hexadecimal length", 400, POST + "Content-Length: 0x10\r\n\r\n" + BODY),
                Arguments.of("a length with a blank", 400, POST + "Content-Length: 1 0\r\n\r\n" + BODY),
                Arguments.of("no length", 400, POST + "Content-Length:\r\n\r\n" + BODY),
                Arguments.of("a huge length", 400, POST + "Content-Length: 99999999999999999999\r\n\r\n"),
                Arguments.of("a blank before the colon of CL", 400, POST + "Content-Length : 5\r\n\r\n" + BODY),
                Arguments.of("a tab before the colon of TE", 400, POST + "Transfer-Encoding\t: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("a blank before a name", 400, "POST /v1/responses HTTP/1.1\r\n Host: localhost\r\n" + LENGTH + "\r\n"),
                Arguments.of("a folded line", 400, POST + "A: b\r\n Content-Length: 0\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a folded line by tab", 400, POST + "Transfer-Encoding:\r\n\tchunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE twice", 400, POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE identity", 501, POST + "Transfer-Encoding: identity\r\n\r\n" + BODY),
                Arguments.of("TE chunked and identity", 501, POST + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE gzip and chunked", 501, POST + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE in quotes", 501, POST + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE with a vertical tab", 400, POST + "Transfer-Encoding: \u000bchunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE that nearly is", 501, POST + "Transfer-Encoding: xchunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE in HTTP/1.0", 400, "POST /v1/responses HTTP/1.0\r\nHost: localhost\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("a chunk size that is none", 400, POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY),
                Arguments.of("a chunk size with 0x", 400, POST + "Transfer-Encoding: chunked\r\n\r\n0x" + size + "\r\n" + BODY),
                Arguments.of("a signed chunk size", 400, POST + "Transfer-Encoding: chunked\r\n\r\n+" + size + "\r\n" + BODY),
                Arguments.of("a chunk size with a blank", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + " \r\n" + BODY),
                Arguments.of("a chunk size that overflows", 400, POST + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff0\r\n"),
                Arguments.of("a chunk size that ends in LF", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + "\n" + BODY),
                Arguments.of("a chunk longer than its size", 400, POST + "Transfer-Encoding: chunked\r\n\r\n1\r\n" + BODY
                        + "\r\n0\r\n\r\n"),
                Arguments.of("a bare LF in a chunk extension", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + ";a\n" + BODY),
                Arguments.of("a bare CR in a chunk extension", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + ";a\rb\r\n"),
                Arguments.of("endless chunk extensions", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + ";"
                        + "x".repeat(20_000)),
                Arguments.of("endless trailers", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + BODY
                        + "\r\n0\r\n" + "A: b\r\n".repeat(5000)),
                Arguments.of("a bare LF in trailers", 400, POST + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + BODY
                        + "\r\n0\r\nA: b\n\r\n"),
                Arguments.of("bare LF lines", 400, "POST /v1/responses HTTP/1.1\nHost: localhost\n" + LENGTH + "\n" + BODY),
                Arguments.of("one bare LF", 400, POST + "A: b\nContent-Length: 0\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a bare CR in a value", 400, POST + "A: b\rContent-Length: 0\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a NUL in a value", 400, POST + "A: b\0c\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a NUL in a name", 400, POST + "A\0: b\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a NUL in the target", 400, "POST /v1/\0responses HTTP/1.1\r\nHost: localhost\r\n" + LENGTH + "\r\n"),
                Arguments.of("a DEL in a value", 400, POST + "A: \u007f\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a line without a colon", 400, POST + "A b\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("an empty name", 400, POST + ": b\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a name with an umlaut", 400, POST + "\u00c4: b\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("no Host", 400, "POST /v1/responses HTTP/1.1\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("two Hosts", 400, POST + "Host: localhost\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a Host that is none", 400, "POST /v1/responses HTTP/1.1\r\nHost: localhost/x\r\n" + LENGTH + "\r\n"),
                Arguments.of("a target of another host", 400, "POST http://evil/v1/responses HTTP/1.1\r\nHost: localhost\r\n"
                        + LENGTH + "\r\n" + BODY),
                Arguments.of("two blanks in the request line", 400, "POST  /v1/responses HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Arguments.of("a tab in the request line", 400, "POST\t/v1/responses\tHTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Arguments.of("a blank in the target", 400, "POST /v1/responses x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Arguments.of("HTTP/0.9", 400, "GET /health\r\n\r\n"),
                Arguments.of("HTTP/1.2", 505, "GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n"),
                Arguments.of("HTTP/2 without TLS", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                Arguments.of("http in small letters", 400, "GET /health http/1.1\r\nHost: localhost\r\n\r\n"),
                Arguments.of("TLS to a plain port", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\n\r\n"),
                Arguments.of("a huge header", 431, POST + "A: " + "x".repeat(200_000) + "\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("a huge target", 431, "GET /" + "x".repeat(200_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                Arguments.of("many headers", 431, POST + "A: b\r\n".repeat(400) + LENGTH + "\r\n" + BODY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesAndClosesAndNeverReadsOn(String name, int status, String request) throws IOException {
        long before = upstream.log().total();
        for (String pieces : new String[] {"whole", "after a good one"}) {
            try (TestClient client = gateway.client()) {
                long good = 0;
                if (!pieces.equals("whole")) {
                    assertEquals(200, client.post(BODY).status());
                    good = 1;
                }
                client.raw(request + SMUGGLED);
                TestClient.Answer answer = client.answer("POST");
                assertEquals(status, answer.status(), answer.text());
                assertEquals("gateway", answer.headers().first("x-sluice-error").orElseThrow());
                assertTrue(answer.text().contains("\"bad_request_framing\""), answer.text());
                assertEquals("close", answer.headers().first("connection").orElseThrow());
                client.socket().shutdownOutput();
                assertTrue(client.isClosed(), "something followed the refusal");
                before += good;
            }
        }
        assertEquals(before, upstream.log().total(), "the upstream saw something of it");
    }

    static Stream<Arguments> relayed() {
        String size = Integer.toHexString(BODY.length());
        return Stream.of(
                Arguments.of("a length with zeros", POST + "Content-Length: 000" + BODY.length() + "\r\n\r\n" + BODY),
                Arguments.of("names in any case", "POST /v1/responses HTTP/1.1\r\nhOsT:localhost\r\ncOnTeNt-LeNgTh:" + BODY.length()
                        + "\r\n\r\n" + BODY),
                Arguments.of("blanks around values", "POST /v1/responses HTTP/1.1\r\nHost:\t localhost \t\r\nContent-Length: \t"
                        + BODY.length() + "\t \r\n\r\n" + BODY),
                Arguments.of("an empty value", POST + "A:\r\n" + LENGTH + "\r\n" + BODY),
                Arguments.of("empty lines before the request", "\r\n\r\n" + POST + LENGTH + "\r\n" + BODY),
                Arguments.of("one chunk", POST + "Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY)),
                Arguments.of("TE in capitals", POST + "Transfer-Encoding: CHUNKED\r\n\r\n" + chunked(BODY)),
                Arguments.of("chunks of a byte", POST + "Transfer-Encoding: chunked\r\n\r\n"
                        + BODY.chars().mapToObj(c -> "1\r\n" + (char) c + "\r\n").reduce("", String::concat) + "0\r\n\r\n"),
                Arguments.of("chunk sizes with zeros", POST + "Transfer-Encoding: chunked\r\n\r\n000000" + size + "\r\n" + BODY
                        + "\r\n000\r\n\r\n"),
                Arguments.of("chunk extensions", POST + "Transfer-Encoding: chunked\r\n\r\n" + size + ";a=b;c=\"d e\"\r\n" + BODY
                        + "\r\n0;last\r\n\r\n"),
                Arguments.of("trailers", POST + "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n" + size + "\r\n"
                        + BODY + "\r\n0\r\nContent-Length: 99\r\nHost: evil\r\n\r\n"),
                Arguments.of("names that only look like framing", POST + LENGTH + "Content_Length: 1\r\nTransfer_Encoding: chunked\r\n"
                        + "X-Content-Length: 2\r\n\r\n" + BODY),
                Arguments.of("framing named in Connection", POST + LENGTH
                        + "Connection: content-length, transfer-encoding, authorization, host\r\n\r\n" + BODY),
                Arguments.of("the absolute form", "POST http://localhost/v1/responses HTTP/1.1\r\nHost: localhost\r\n" + LENGTH
                        + "\r\n" + BODY),
                Arguments.of("an upgrade to h2c", POST + LENGTH + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n" + BODY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("relayed")
    void relaysAsOneRequestWithItsOwnFraming(String name, String request) throws IOException {
        for (int piece : new int[] {1, 7, 100_000}) {
            long before = upstream.log().total();
            try (TestClient client = gateway.client()) {
                for (int at = 0; at < request.length(); at += piece) {
                    client.raw(request.substring(at, Math.min(request.length(), at + piece)));
                }
                assertEquals(200, client.answer("POST").status());
                assertEquals(before + 1, upstream.log().total());
                var seen = upstream.log().last();
                assertEquals(BODY, new String(seen.body(), StandardCharsets.UTF_8));
                assertEquals(String.valueOf(BODY.length()), seen.headers().first("content-length").orElseThrow());
                assertFalse(seen.headers().has("transfer-encoding") || seen.headers().has("trailer")
                        || seen.headers().has("upgrade") || seen.headers().has("connection"), "a hop's header went on");
                assertEquals(200, client.post(BODY).status(), "the connection is good for a next request");
            }
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        try (TestClient client = gateway.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                String body = BODY.replace("hi", "marker-" + i);
                all.append(i % 2 == 0 ? POST + "Content-Length: " + body.length() + "\r\n\r\n" + body
                        : POST + "Transfer-Encoding: chunked\r\n\r\n" + chunked(body));
                all.append("GET /v1/nothing-").append(i).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            client.raw(all.toString());
            for (int i = 0; i < 20; i++) {
                assertEquals(200, client.answer("POST").status());
                String seen = new String(upstream.log().last().body(), StandardCharsets.UTF_8);
                assertTrue(seen.contains("marker-"), seen);
                TestClient.Answer other = client.answer("GET");
                assertEquals(404, other.status());
                assertTrue(other.text().contains("/v1/nothing-" + i + " "), other.text());
            }
        }
    }

    @Test
    void givesNothingOfACutRequestToTheUpstream() throws IOException {
        String request = POST + "Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY);
        String lengthed = POST + LENGTH + "\r\n" + BODY;
        long before = upstream.log().total();
        for (String whole : new String[] {request, lengthed}) {
            for (int cut = 1; cut < whole.length(); cut += 3) {
                try (TestClient client = gateway.client()) {
                    client.raw(whole.substring(0, cut));
                    client.socket().shutdownOutput();
                    assertTrue(client.isClosed(), "an answer to a request that was cut at " + cut);
                }
            }
        }
        assertEquals(before, upstream.log().total());
    }

    @Test
    void closesWhenAskedTo() throws IOException {
        try (TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post("/v1/responses", BODY, "Connection", "foo, Close");
            assertEquals(200, answer.status());
            assertEquals("close", answer.headers().first("connection").orElseThrow());
            assertTrue(client.isClosed());
        }
    }

    @Test
    void answersHttp10ByClosingUnlessAskedToStay() throws IOException {
        String post = "POST /v1/responses HTTP/1.0\r\n" + LENGTH;
        String stream = BODY.replace("{", "{\"stream\":true,");
        try (TestClient client = gateway.client()) {
            client.raw("POST /v1/responses HTTP/1.0\r\nContent-Length: " + stream.length() + "\r\n\r\n" + stream);
            ResponseHead head = client.head("POST");
            assertEquals(ResponseHead.UNTIL_CLOSE, head.bodyBytes(), "HTTP/1.0 knows no chunks");
            assertFalse(head.headers().has("transfer-encoding"));
        }
        try (TestClient client = gateway.client()) {
            client.raw(post + "Connection: keep-alive\r\n\r\n" + BODY);
            TestClient.Answer answer = client.answer("POST");
            assertEquals(200, answer.status());
            client.raw("GET /health HTTP/1.0\r\n\r\n");
            assertEquals(200, client.answer("GET").status());
            assertTrue(client.isClosed());
        }
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        try (TestClient client = gateway.client()) {
            client.raw("HEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            TestClient.Answer answer = client.answer("HEAD");
            assertEquals(200, answer.status());
            assertFalse(answer.headers().first("content-length").orElse("0").equals("0"), "the length a GET would have");
            client.raw("HEAD /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertEquals(404, client.answer("HEAD").status());
            assertEquals(200, client.post(BODY).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS * HTTP/1.1", "OPTIONS /v1/responses HTTP/1.1", "CONNECT localhost:443 HTTP/1.1",
        "TRACE /v1/responses HTTP/1.1", "post /v1/responses HTTP/1.1"})
    void refusesOtherMethodsAndStays(String line) throws IOException {
        refusesAndStays(line, Set.of(404, 405));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/responses/../models HTTP/1.1", "GET /v1//responses HTTP/1.1", "GET /v1/responses%2f HTTP/1.1"})
    void refusesPathsThatTwoReadersTakeForTwoAndStays(String line) throws IOException {
        refusesAndStays(line, Set.of(400));
    }

    /** What a client may send must fit with what is added to it: the account must not be the one that refuses it. */
    @ParameterizedTest
    @ValueSource(ints = {190, 250})
    void aHeadThatAnAccountCouldNotBeSentIsRefusedHere(int lines) throws IOException {
        try (ScriptedUpstream strict = new ScriptedUpstream("", "", ScriptedUpstream.Then.STAY);
                RunningGateway here = RunningGateway.accounts(strict.uri(), 1, ""); TestClient client = here.client()) {
            client.raw(POST + LENGTH + "X-A: b\r\n".repeat(lines) + "\r\n" + BODY);
            assertEquals(lines < 200 ? 200 : 431, client.answer("POST").status());
            assertTrue(strict.faults().isEmpty(), strict.faults().toString());
        }
    }

    private void refusesAndStays(String line, Set<Integer> statuses) throws IOException {
        long before = upstream.log().total();
        try (TestClient client = gateway.client()) {
            client.raw(line + "\r\nHost: localhost" + (line.startsWith("CONNECT") ? ":443" : "") + "\r\n\r\n");
            TestClient.Answer answer = client.answer("OPTIONS");
            assertTrue(statuses.contains(answer.status()), "status " + answer.status());
            assertEquals(before, upstream.log().total());
            assertEquals(200, client.post(BODY).status());
        }
    }

    @Test
    void asksForTheBodyThatAClientHoldsBack() throws IOException {
        try (TestClient client = gateway.client()) {
            client.raw(POST + LENGTH + "Expect: 100-Continue\r\n\r\n");
            assertEquals(100, client.head("POST").status());
            client.raw(BODY);
            assertEquals(200, client.answer("POST").status());
            client.raw(POST + LENGTH + "Expect: 100-continue\r\n\r\n" + BODY);
            assertEquals(100, client.head("POST").status());
            assertEquals(200, client.answer("POST").status());
            assertEquals(200, client.post(BODY).status());
        }
    }

    @Test
    void closesWhereABodyThatWasHeldBackIsNotWanted() throws IOException {
        try (TestClient client = gateway.client()) {
            client.raw("POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
            TestClient.Answer answer = client.answer("POST");
            assertEquals(404, answer.status());
            assertEquals("close", answer.headers().first("connection").orElseThrow());
            client.socket().shutdownOutput();
            assertTrue(client.isClosed());
        }
    }

    @Test
    void saysWhyBeforeItClosesOnAClientThatIsStillSending() throws IOException {
        byte[] piece = new byte[64 * 1024];
        try (TestClient client = gateway.client()) {
            client.raw("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 200000000\r\n\r\n");
            for (int i = 0; i < 100; i++) {
                client.raw(piece);
            }
            TestClient.Answer answer = client.answer("POST");
            assertEquals(413, answer.status());
            assertTrue(answer.whole());
        }
    }
}
