package sluice.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

class GatewayTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String PLAIN = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    @Test
    void answersJsonAndStreamsOnOneConnection() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            TestClient.Answer json = client.post(PLAIN);
            assertEquals(200, json.status());
            assertTrue(json.text().contains("\"status\":\"completed\""), json.text());
            TestClient.Answer stream = client.post(STREAM);
            assertEquals("text/event-stream", stream.headers().first("content-type").orElseThrow());
            assertTrue(stream.text().startsWith("event: response.created\n"), stream.text());
            assertTrue(stream.text().contains("event: response.completed\n"));
            assertTrue(stream.whole());
            assertEquals(200, client.post("/responses", PLAIN).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "webclient"})
    void sendsBodiesByteForByte(String provider) throws IOException {
        String odd = " {\n\t\"input\" : [ 1e400 , 12345678901234567890,-0.0, \"\\u0061\\/ 🙂 \u00e9\" ] , \"x\":1, \"x\" : 2,"
                + "\"model\" :  \"gpt-5.1\" ,\"stream\":null, \"z\" : { } }\r\n ";
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "modules: {upstream: " + provider + "}");
                TestClient client = gateway.client()) {
            client.post(odd);
            assertArrayEquals(odd.getBytes(StandardCharsets.UTF_8), upstream.log().last().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "webclient"})
    void changesNothingButAMappedModelAndRestoresIt(String provider) throws IOException {
        String body = "{\"input\": \"say model\",  \"model\"\n:\"fast\",\"stream\":true, \"store\":false}";
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k, models: [{from: fast, to: gpt-5-mini}]}]\nmodules: {upstream: " + provider + "}");
                TestClient client = gateway.client()) {
            String text = client.post(body).text();
            assertEquals(body.replace("\"fast\"", "\"gpt-5-mini\""),
                    new String(upstream.log().last().body(), StandardCharsets.UTF_8));
            assertTrue(text.contains("\"model\":\"fast\""), text);
            assertFalse(text.contains("gpt-5-mini"), text);
            String json = client.post("{\"model\":\"fast\",\"input\":\"x\"}").text();
            assertTrue(json.contains("\"model\":\"fast\"") && !json.contains("gpt-5-mini"), json);
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {
        "~{\"model\":\"m\",~, 400, invalid_json", "~~, 400, invalid_json", "~[]~, 400, invalid_json",
        "~{\"model\":1}~, 400, model_required",
        "~{}~, 400, model_required", "~{\"model\":\"\"}~, 400, model_required", "~{\"model\":null}~, 400, model_required",
        "~{\"model\":\"m\",\"stream\":\"yes\"}~, 400, invalid_type",
        "~{\"model\":\"m\",\"model\":\"n\"}~, 400, duplicate_member", "~{\"model\":\"m\",\"mod\\u0065l\":\"n\"}~, 400, duplicate_member",
        "~{\"model\":\"m\",\"store\":true,\"store\":false}~, 400, duplicate_member",
    })
    void refusesBadBodiesAndServesTheNextRequest(String body, int status, String code) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            assertError(client.post(body), status, code, "gateway");
            assertEquals(200, client.post(PLAIN).status());
            assertEquals(1, upstream.log().total());
        }
    }

    @Test
    void refusesABodyAboveTheLimitAndServesTheNextRequest() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "limits: {body: 1MiB}");
                TestClient client = gateway.client()) {
            assertError(client.send("POST", "/v1/responses", new byte[2 * 1024 * 1024]), 413, "body_too_large", "gateway");
            assertEquals(200, client.post(PLAIN).status());
            client.raw("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 3; i++) {
                client.raw("80000\r\n" + " ".repeat(0x80000) + "\r\n");
            }
            client.raw("0\r\n\r\n");
            assertError(client.answer("POST"), 413, "body_too_large", "gateway");
            assertEquals(200, client.post(PLAIN).status());
        }
    }

    @Test
    void knowsItsPathsAndMethods() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            assertError(client.post("/v1/chat/completions", PLAIN), 404, "unknown_path", "gateway");
            assertError(client.send("PUT", "/v1/responses", new byte[0]), 405, "method_not_allowed", "gateway");
            assertError(client.send("GET", "/v1/responses", new byte[0]), 426, "websocket_unavailable", "gateway");
            assertEquals(200, client.send("GET", "/health/ready", new byte[0]).status());
            assertEquals(0, upstream.log().total());
        }
    }

    @Test
    void letsNobodyInWithoutAKey() throws IOException {
        String clients = "clients: [{name: team, key-sha256: \"" + sluice.config.KeyHash.of("secret-1").hex()
                + "\", models: [\"gpt-5*\"]}]";
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, clients); TestClient client = gateway.client()) {
            assertError(client.post(PLAIN), 401, "invalid_api_key", "gateway");
            assertError(client.post("/v1/responses", PLAIN, "Authorization", "Bearer wrong"), 401, "invalid_api_key", "gateway");
            assertEquals(200, client.post("/v1/responses", PLAIN, "Authorization", "Bearer secret-1").status());
            assertEquals(200, client.post("/v1/responses", PLAIN, "x-api-key", "secret-1").status());
            assertError(client.post("/v1/responses", PLAIN.replace("gpt-5.1", "o9"), "x-api-key", "secret-1"), 403,
                    "model_not_allowed", "gateway");
            ReceivedRequest last = upstream.log().last();
            assertEquals("Bearer sk-a", last.headers().first("authorization").orElseThrow());
            assertFalse(last.headers().has("x-api-key"));
        }
    }

    @Test
    void keepsWebPagesOutWhereNoKeysAreNeeded() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            assertError(client.post("/v1/responses", PLAIN, "Origin", "http://evil.example"), 403, "invalid_api_key", "gateway");
            client.raw("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n");
            assertError(client.answer("GET"), 403, "invalid_api_key", "gateway");
        }
    }

    @Test
    void hidesAnAccountThatFailsBeforeItsFirstByte() throws IOException {
        for (String fault : new String[] {"status=500", "status=503;body=html", "status=429;retry=1", "status=401", "drop=rst", "drop=fin",
                "overloaded", "status=402"}) {
            try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 3,
                    fault.equals("overloaded") ? "failover: {commit: first-output}" : ""); TestClient client = gateway.client()) {
                upstream.script("sk-a", Fault.of(fault));
                TestClient.Answer answer = client.post(STREAM);
                assertEquals(200, answer.status(), fault);
                assertTrue(answer.whole(), fault);
                assertEquals(1, count("event: response.created", answer.text()), fault);
                assertEquals(1, count("event: response.completed", answer.text()), fault);
                assertEquals("sk-b", upstream.log().last().accountKey(), fault);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"status=502;body=html, 502, upstream_error", "status=500;body=empty, 500, upstream_error",
        "status=400;code=bad_thing, 400, bad_thing", "status=404, 404, not_found", "status=401, 503, no_account_available",
        "status=403, 503, no_account_available", "status=429;retry=7, 429, rate_limit_exceeded",
        "drop=rst, 502, upstream_unreachable"})
    void tellsWhatTheOnlyAccountSaid(String fault, int status, String code) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of(fault));
            TestClient.Answer answer = client.post(PLAIN);
            assertEquals(status, answer.status(), answer.text());
            assertTrue(answer.text().startsWith("{\"error\":") || answer.text().contains("\"error\""), answer.text());
            if (!fault.equals("status=404")) {
                assertTrue(answer.text().contains("\"" + code + "\""), answer.text());
            }
            assertFalse(answer.text().contains("sk-a"));
            if (fault.contains("retry")) {
                assertEquals("7", answer.headers().first("retry-after").orElseThrow());
            }
        }
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        upstream.close();
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, ""); TestClient client = gateway.client()) {
            assertError(client.post(PLAIN), 502, "upstream_unreachable", "upstream");
        }
    }

    @Test
    void endsABrokenStreamWithOneFailureAndNoCleanEnd() throws IOException {
        upstream.always("sk-a", Fault.of("deltas=20;cut=2500"));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, ""); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(STREAM);
            assertFalse(answer.whole());
            assertTrue(count("event: response.failed", answer.text()) <= 1);
            assertEquals(0, count("response.completed", answer.text()));
            assertTrue(client.isClosed());
            assertEquals(1, upstream.log().total());
        }
    }

    @Test
    void neverEndsABrokenJsonAnswerCleanly() throws IOException {
        upstream.always("sk-a", Fault.of("cut=100"));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(PLAIN);
            assertFalse(answer.whole() && answer.status() == 200, answer.text());
        }
    }

    @Test
    void ownsStoredResponsesByClient() throws IOException {
        String clients = "clients: [{name: one, key-sha256: \"" + sluice.config.KeyHash.of("k1").hex()
                + "\"}, {name: two, key-sha256: \"" + sluice.config.KeyHash.of("k2").hex() + "\"}]";
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, clients); TestClient client = gateway.client()) {
            String created = client.post("/v1/responses", "{\"model\":\"gpt-5.1\",\"input\":\"x\"}", "x-api-key", "k1").text();
            Matcher id = Pattern.compile("\"id\":\"(resp_[^\"]+)\"").matcher(created);
            assertTrue(id.find(), created);
            String path = "/v1/responses/" + id.group(1);
            assertEquals(200, client.send("GET", path, new byte[0], "x-api-key", "k1").status());
            assertEquals(200, client.send("GET", path + "/input_items", new byte[0], "x-api-key", "k1").status());
            for (String route : new String[] {"GET " + path, "DELETE " + path, "POST " + path + "/cancel",
                    "GET " + path + "/input_items"}) {
                String[] parts = route.split(" ");
                assertEquals(404, client.send(parts[0], parts[1], new byte[0], "x-api-key", "k2").status(), route);
            }
            String next = "{\"model\":\"gpt-5.1\",\"input\":\"x\",\"previous_response_id\":\"" + id.group(1) + "\"}";
            assertEquals(404, client.post("/v1/responses", next, "x-api-key", "k2").status());
            assertEquals(200, client.post("/v1/responses", next, "x-api-key", "k1").status());
            assertEquals(200, client.send("DELETE", path, new byte[0], "x-api-key", "k1").status());
            assertEquals(404, client.send("GET", path, new byte[0], "x-api-key", "k1").status());
        }
    }

    @Test
    void findsAResponseWhoseOwnerIsForgotten() throws IOException {
        String id;
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 3, ""); TestClient client = gateway.client()) {
            upstream.script("sk-a", Fault.of("status=500"));
            upstream.script("sk-b", Fault.of("status=500"));
            Matcher found = Pattern.compile("\"id\":\"(resp_[^\"]+)\"").matcher(client.post("{\"model\":\"m\",\"input\":\"x\"}").text());
            assertTrue(found.find());
            id = found.group(1);
        }
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 3, ""); TestClient client = gateway.client()) {
            assertEquals(200, client.send("GET", "/v1/responses/" + id, new byte[0]).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "swap", "hints", "eol=crlf;split=1", "comments=1", "after=done", "reuse"})
    void servesOddButLegalUpstreams(String fault) throws IOException {
        upstream.always("sk-a", Fault.of(fault));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, ""); TestClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                TestClient.Answer json = client.post(PLAIN);
                assertEquals(200, json.status(), fault);
                assertTrue(json.text().contains("completed") && json.whole(), json.text());
                assertFalse(json.headers().has("content-encoding"));
                TestClient.Answer stream = client.post(STREAM);
                assertTrue(stream.text().contains("completed") && stream.whole(), stream.text());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            batching | "output":null,
            batching | "output":[],
            batching | "model":"m",
            per-line | "output":null,
            per-line | "output":[],
            per-line | "model":"m",
            """)
    void givesAnAnswerThatWasStreamedItsItemsByTheirIndex(String relay, String output) throws IOException {
        String item = "{\"type\":\"response.output_item.done\",\"sequence_number\":%1$d,\"output_index\":%2$d,\"item\":"
                + "{\"id\":\"i%2$d\"}}";
        try (SayingUpstream told = new SayingUpstream();
                RunningGateway gateway = RunningGateway.accounts(told.uri(), 1, "modules: {relay: " + relay + "}\n");
                TestClient client = gateway.client()) {
            told.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created("m"), item.formatted(1, 2), item.formatted(2, 0),
                    item.formatted(3, 1), "{\"type\":\"response.completed\",\"sequence_number\":4,\"response\":{\"id\":\"resp_1\"," + output
                    + "\"object\":\"response\",\"status\":\"completed\"}}"));
            TestClient.Answer answer = client.post(PLAIN);
            String items = Heard.json(answer.text()).path("output").toString();
            assertEquals("[{\"id\":\"i0\"},{\"id\":\"i1\"},{\"id\":\"i2\"}]", items, answer.text());
            assertEquals(2, answer.text().split("\"output\"", -1).length, answer.text());
        }
    }

    @Test
    void explainsWhatItChangedAndChecksItself() throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k, models: [{from: fast, to: gpt-5-mini}], remove: [metadata], set: {\"reasoning.effort\": low}}]\n"
                + "server: {verify-edits: true}"); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post("/v1/responses",
                    "{\"model\":\"fast\",\"metadata\":{\"a\":1},\"input\":\"x\"}", "x-sluice-explain", "1");
            assertEquals(200, answer.status(), answer.text());
            String report = answer.headers().first("x-sluice-explain").orElseThrow();
            assertTrue(report.matches("received=[0-9a-f]{64}; sent=[0-9a-f]{64}; splices=.*model@.*"), report);
            assertFalse(upstream.log().last().headers().has("x-sluice-explain"));
        }
    }

    private static final String TOLD_TO_CODEX = "{\"models\":[{\"slug\":\"gpt-5-mini\",\"display_name\":\"Mini\","
            + "\"levels\":[{\"slug\":\"x\"}]},"
            + "{\"slug\":\"gpt-5.1\"},{\"slug\":\"o9\"}]}";

    @Test
    void listsModelsInTheShapeThatCodexReads() throws Exception {
        try (SayingUpstream told = new SayingUpstream(); RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \""
                + told.uri() + "\", api-key: k, models: [{from: fast, to: gpt-5-mini}, {from: \"gpt-5.1*\"}]}]");
                TestClient client = gateway.client()) {
            told.account("k", asked -> SayingUpstream.status(200, asked.path().contains("client_version=1.2&x=y") ? TOLD_TO_CODEX
                    : "{\"data\":[{\"id\":\"gpt-5.1\"}]}"));
            String models = client.send("GET", "/v1/models?client_version=1.2&x=y", new byte[0]).text();
            assertEquals(Heard.json("[{\"slug\":\"fast\",\"display_name\":\"Mini\",\"levels\":[{\"slug\":\"x\"}]},{\"slug\":\"gpt-5.1\"}]"),
                    Heard.json(models).path("models"), models);
            assertEquals(2, Heard.json(models).path("data").size(), models);
            String others = client.send("GET", "/v1/models", new byte[0]).text();
            assertFalse(others.contains("\"models\""), others);
            assertEquals(2, told.asked("k").size(), "the plain list is asked for once");
        }
    }

    @Test
    void deletesAModelWherePathsArePassedOn() throws Exception {
        try (SayingUpstream told = new SayingUpstream(); RunningGateway closed = RunningGateway.accounts(told.uri(), 1, "");
                RunningGateway open = RunningGateway.accounts(told.uri(), 1, "server: {forward-other: true}\n");
                TestClient first = closed.client(); TestClient second = open.client()) {
            told.account("sk-a", asked -> SayingUpstream.status(200, "{\"id\":\"ft:m\",\"object\":\"model\",\"deleted\":true}"));
            assertError(first.send("DELETE", "/v1/models/ft:m", new byte[0]), 405, "method_not_allowed", "gateway");
            assertEquals(0, told.asked("sk-a").size());
            TestClient.Answer answer = second.send("DELETE", "/v1/models/ft:m", new byte[0]);
            assertEquals(200, answer.status(), answer.text());
            assertTrue(answer.text().contains("\"deleted\":true"), answer.text());
            assertEquals("/v1/models/ft:m", told.asked("sk-a").getFirst().path());
        }
    }

    @Test
    void listsModels() throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k, models: [{from: fast, to: gpt-5-mini}]}]"); TestClient client = gateway.client()) {
            String models = client.send("GET", "/v1/models", new byte[0]).text();
            assertTrue(models.contains("\"id\":\"fast\""), models);
            assertEquals(200, client.send("GET", "/v1/models/fast", new byte[0]).status());
            assertError(client.send("GET", "/v1/models/slow", new byte[0]), 404, "model_not_found", "gateway");
        }
    }

    @Test
    void endsTheUpstreamCallWhenTheClientLeaves() throws IOException, InterruptedException {
        upstream.always("sk-a", Fault.of("first=3600s"));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "")) {
            try (TestClient client = gateway.client()) {
                client.sendHead("POST", "/v1/responses", STREAM.length());
                client.raw(STREAM);
                upstream.log().await(1);
            }
            assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd());
        }
    }

    private static void assertError(TestClient.Answer answer, int status, String code, String source) {
        assertEquals(status, answer.status(), answer.text());
        assertTrue(answer.text().startsWith("{\"error\":{\"message\":\""), answer.text());
        assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer.text());
        assertEquals(source, answer.headers().first("x-sluice-error").orElseThrow());
    }

    private static int count(String part, String text) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }
}
