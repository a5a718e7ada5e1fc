package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.simulator.SimulatedUpstream;

/** What stands before a gateway says who the client is, as far as it is believed; pages and Azure's clients find their doors. */
class BehindProxyTest {
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"input\":\"hi\",\"store\":false}";
    private static final String CLIENT = "clients:\n  - {name: c, key: k, addresses: [203.0.113.0/24, 127.0.0.1]}\n";

    private static String remote(RunningGateway gateway, String key, String... headers) throws Exception {
        String id;
        try (TestClient client = gateway.client()) {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
            all[headers.length] = "x-api-key";
            all[headers.length + 1] = key;
            id = "id=" + client.post("/v1/responses", ASK, all).headers().first("x-sluice-request-id").orElseThrow();
        }
        gateway.awaitLog(id + "\n");
        String line = gateway.log().lines().filter(one -> one.endsWith(id)).findFirst().orElseThrow();
        return line.replaceAll(".* ([0-9]{3}) .* from=(\\S*) .*", "$1 $2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "X-Forwarded-For | 203.0.113.9 | 203.0.113.9", "X-Forwarded-For | 6.6.6.6, 203.0.113.9, 10.0.0.7 | 203.0.113.9",
        "X-Forwarded-For | 203.0.113.9:4711 | 203.0.113.9", "X-Forwarded-For | 6.6.6.6, unknown | 127.0.0.1",
        "X-Forwarded-For | [2001:db8::7]:4711 | 2001:db8::7", "X-Forwarded-For | 2001:0DB8:0:0:0:0:0:7 | 2001:db8::7",
        "X-Forwarded-For | 2001:db8:0:1:0:0:0:7 | 2001:db8:0:1::7", "X-Forwarded-For | ::ffff:203.0.113.9 | 203.0.113.9",
        "Forwarded | for=6.6.6.6 | 127.0.0.1"})
    void aTrustedProxyNamesTheClientInEveryLine(String header, String value, String expected) throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + "server: {trusted-proxies: [127.0.0.0/8, 10.0.0.0/8]}\n")) {
            String allowed = expected.startsWith("203") || expected.startsWith("127") ? "200" : "403";
            assertEquals(allowed + " " + expected, remote(gateway, "k", header, value));
            assertEquals("401 " + expected, remote(gateway, "wrong", header, value));
        }
    }

    @Test
    void readsTheHeaderThatItIsToldToRead() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + "server: {trusted-proxies: 127.0.0.1, forwarded-by: forwarded}\n")) {
            assertEquals("200 203.0.113.9", remote(gateway, "k", "Forwarded", "for=6.6.6.6;proto=https, by=x;For=\"203.0.113.9:80\"",
                    "X-Forwarded-For", "7.7.7.7"));
        }
    }

    @Test
    void nobodyElseIsBelieved() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT)) {
            assertEquals("200 127.0.0.1", remote(gateway, "k", "X-Forwarded-For", "203.0.113.9"));
        }
    }

    private static byte[] version2() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.ISO_8859_1));
        out.write(new byte[] {0x21, 0x11, 0, 15, (byte) 203, 0, 113, 8, 127, 0, 0, 1, 0x12, 0x67, 0, 80, 4, 0, 0});
        return out.toByteArray();
    }

    @Test
    void takesTheProxyProtocolInBothVersions() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + "server: {trusted-proxies: 127.0.0.1, proxy-protocol: true}\n")) {
            for (byte[] header : new byte[][] {"PROXY TCP4 203.0.113.8 127.0.0.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII),
                version2(), "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)}) {
                try (TestClient client = gateway.client()) {
                    client.raw(header);
                    assertEquals(200, client.post("/v1/responses", ASK, "x-api-key", "k").status());
                }
            }
            gateway.awaitLog("from=127.0.0.1");
            assertEquals(2, gateway.log().lines().filter(line -> line.contains(" from=203.0.113.8 ")).count(), gateway.log());
            try (TestClient client = gateway.client()) {
                client.raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertTrue(client.isClosed(), "who must say it first and does not is sent away");
            }
        }
    }

    /** Or everybody whom such a proxy lets through would choose an address to be known by. */
    @Test
    void whomAProxyDoesNotKnowIsNotNamedByARequestEither() throws Exception {
        byte[] local = version2();
        local[12] = 0x20;
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "clients:\n  - {name: c, key: k, addresses: [203.0.113.0/24]}\n"
                        + "server: {trusted-proxies: 127.0.0.1, proxy-protocol: true}\n")) {
            for (byte[] header : new byte[][] {local, "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)}) {
                try (TestClient client = gateway.client()) {
                    client.raw(header);
                    assertEquals(403, client.post("/v1/responses", ASK, "x-api-key", "k", "X-Forwarded-For", "203.0.113.9").status());
                }
            }
        }
    }

    @Test
    void countsConnectionsByClientAndNotByProxy() throws Exception {
        String limits = "limits: {connections-per-address: 2}\n";
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway byHeader = RunningGateway.accounts(upstream.baseUri(), 1, CLIENT + limits
                        + "server: {trusted-proxies: 127.0.0.1}\n");
                RunningGateway byProtocol = RunningGateway.accounts(upstream.baseUri(), 1, CLIENT + limits
                        + "server: {trusted-proxies: 127.0.0.1, proxy-protocol: true}\n")) {
            List<TestClient> open = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                TestClient client = byHeader.client();
                open.add(client);
                assertEquals(200, client.post("/v1/responses", ASK, "x-api-key", "k", "X-Forwarded-For", "203.0.113.9").status());
            }
            for (String last : List.of("8", "8", "9", "9", "8")) {
                TestClient client = byProtocol.client();
                open.add(client);
                client.raw("PROXY TCP4 203.0.113." + last + " 127.0.0.1 4711 80\r\n");
                assertEquals(open.size() < 9 ? 200 : 429, client.post("/v1/responses", ASK, "x-api-key", "k").status(), last);
            }
            for (TestClient client : open) {
                client.close();
            }
        }
    }

    /** Whoever has one address of such a network has all. */
    @Test
    void anIpv6NetworkIsOneAddress() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + "limits: {connections-per-address: 2}\nserver: {trusted-proxies: 127.0.0.1, proxy-protocol: true}\n")) {
            List<TestClient> open = new ArrayList<>();
            for (String address : List.of("2001:db8::1", "2001:db8:0:0:1::2", "2001:db8:0:1::1", "2001:db8::3")) {
                TestClient client = gateway.client();
                open.add(client);
                client.raw("PROXY TCP6 " + address + " ::1 4711 80\r\n");
                int status = client.post("/v1/responses", ASK, "x-api-key", "k").status();
                assertEquals(address.equals("2001:db8::3") ? 429 : 403, status, address);
            }
            for (TestClient client : open) {
                client.close();
            }
        }
    }

    /** HTTP/2 over TLS, as a proxy before the gateway may speak it. */
    private static HttpClient http2(TestAuthority authority) throws Exception {
        return HttpClient.newBuilder().sslContext(authority.trusting()).version(HttpClient.Version.HTTP_2).build();
    }

    private static String secured(TestAuthority authority, String more) throws Exception {
        return authority.serving("front").replace("server: {", "server: {http2: true, " + more + ", ");
    }

    @Test
    void aTrustedProxyNamesTheClientOverHttp2Too(@TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("front", "EC");
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + secured(authority, "trusted-proxies: 127.0.0.0/8, base-path: /ai")); HttpClient proxy = http2(authority)) {
            for (String[] one : new String[][] {{"k", "203.0.113.9", "200"}, {"k", "198.51.100.1", "403"},
                {"wrong", "203.0.113.9", "401"}}) {
                HttpResponse<String> answer = proxy.send(HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port()
                        + "/ai/v1/responses")).header("x-api-key", one[0]).header("x-forwarded-for", "6.6.6.6, " + one[1])
                        .POST(HttpRequest.BodyPublishers.ofString(ASK)).build(), HttpResponse.BodyHandlers.ofString());
                assertEquals(HttpClient.Version.HTTP_2, answer.version());
                assertEquals(Integer.parseInt(one[2]), answer.statusCode(), answer.body());
                gateway.awaitLog(" " + one[2] + " POST /v1/responses from=" + one[1] + " ");
            }
        }
    }

    @Test
    void aPageOfAnAllowedOriginMayAskOverHttp2Too(@TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("front", "EC");
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                CLIENT + secured(authority, "cors: {origins: \"https://app.example\"}")); HttpClient page = http2(authority)) {
            for (String origin : List.of("https://app.example", "https://evil.example")) {
                boolean allowed = origin.contains("app");
                HttpRequest.Builder to = HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + "/v1/responses"))
                        .header("origin", origin);
                HttpResponse<String> preflight = page.send(to.copy().method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                        .header("access-control-request-method", "POST").header("access-control-request-headers", "authorization").build(),
                        HttpResponse.BodyHandlers.ofString());
                HttpResponse<String> answer = page.send(to.copy().header("x-api-key", "k").POST(HttpRequest.BodyPublishers.ofString(ASK))
                        .build(), HttpResponse.BodyHandlers.ofString());
                assertEquals(allowed ? 204 : 403, preflight.statusCode());
                for (HttpResponse<String> one : List.of(preflight, answer)) {
                    assertEquals(HttpClient.Version.HTTP_2, one.version());
                    assertEquals(allowed ? origin : "", one.headers().firstValue("access-control-allow-origin").orElse(""));
                }
            }
        }
    }

    @Test
    void isFoundBelowAnotherPath() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "server: {base-path: /ai/sluice}\n"); TestClient client = gateway.client()) {
            for (String path : new String[] {"/ai/sluice/v1/responses", "/v1/responses", "/openai/v1/responses?api-version=preview",
                "/openai/deployments/gpt-5.1/responses?api-version=preview", "/ai/sluice/openai/responses?api-version=preview"}) {
                assertEquals(200, client.post(path, ASK).status(), path);
            }
            assertEquals(404, client.post("/openai/deployments/responses", ASK).status());
            assertEquals(404, client.post("/deployments/gpt-5.1/responses", ASK).status());
            assertEquals(404, client.post("/ai/sluiced/v1/responses", ASK).status());
            assertEquals("/v1/responses?api-version=preview", upstream.log().last().target());
        }
    }

    @Test
    void anAccountOfAzureGetsItsKeyAndItsQuery() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, "
                + "base-url: \"" + upstream.baseUri() + "\", api-key: k-1, auth: header api-key, query: [api-version=preview]}\n");
                TestClient client = gateway.client()) {
            assertEquals(200, client.post("/v1/responses", ASK, "api-key", "a-client's").status());
            assertEquals("k-1", upstream.log().last().headers().first("api-key").orElse(""));
            assertTrue(upstream.log().last().headers().first("authorization").isEmpty());
            assertEquals("/v1/responses?api-version=preview", upstream.log().last().target());
            client.post("/v1/responses?api-version=2024-10-21&stream=x", ASK, "api-key", "a-client's");
            assertEquals("/v1/responses?stream=x&api-version=preview", upstream.log().last().target(), "as clients of Azure send it");
        }
    }

    @Test
    void aPageOfAnAllowedOriginMayAskAndReadTheAnswer() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "clients:\n  - {name: c, key: k}\nserver: {cors: {origins: \"https://app.example\"}}\n");
                TestClient client = gateway.client()) {
            TestClient.Answer preflight = client.send("OPTIONS", "/v1/responses", new byte[0], "Origin", "https://app.example",
                    "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type");
            assertEquals(204, preflight.status());
            assertEquals("https://app.example", preflight.headers().first("access-control-allow-origin").orElse(""));
            assertEquals("authorization,content-type", preflight.headers().first("access-control-allow-headers").orElse(""));
            TestClient.Answer answer = client.post("/v1/responses", ASK, "Origin", "https://app.example", "x-api-key", "k");
            assertEquals(200, answer.status(), answer.text());
            assertEquals("https://app.example", answer.headers().first("access-control-allow-origin").orElse(""));
            TestClient.Answer refused = client.post("/v1/responses", ASK, "Origin", "https://app.example", "x-api-key", "wrong");
            assertEquals(401, refused.status());
            assertEquals("https://app.example", refused.headers().first("access-control-allow-origin").orElse(""), "a page sees why");
            TestClient.Answer foreign = client.send("OPTIONS", "/v1/responses", new byte[0], "Origin", "https://evil.example",
                    "Access-Control-Request-Method", "POST");
            assertEquals(403, foreign.status());
            assertTrue(foreign.headers().first("access-control-allow-origin").isEmpty());
        }
    }
}
