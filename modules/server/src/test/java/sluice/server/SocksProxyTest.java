package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.SimulatedUpstream;
import sluice.testkit.Socks5Server;
import sluice.testkit.Socks5Server.Manner;

/** Accounts behind a SOCKS 5 proxy, by each way to an account: HTTP, HTTP over TLS, WebSocket. */
class SocksProxyTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String DONE = "event: response.completed\n";

    @TempDir
    private Path folder;
    private SimulatedUpstream upstream;
    private Socks5Server proxy;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        proxy = new Socks5Server(upstream.baseUri().getPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        upstream.close();
    }

    private static String account(String name, String baseUrl, String more) {
        return "  - {name: " + name + ", base-url: \"" + baseUrl + "\", api-key: sk-" + name + more + "}\n";
    }

    private String way(Socks5Server through) {
        return ", proxy: \"socks5://user:s3cret@127.0.0.1:" + through.port() + "\"";
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "prefer"})
    void reachesAnAccountWhoseNameTheProxyAloneKnows(String webSocket) throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts:\n" + account("a", "http://api.behind.invalid/v1",
                way(proxy) + ", websocket: " + webSocket)); TestClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                TestClient.Answer answer = client.post(STREAM);
                assertTrue(answer.whole() && answer.text().contains(DONE), answer.text());
            }
            assertEquals(new Socks5Server.Asked("user:s3cret", 3, "api.behind.invalid", 80), proxy.asked().getFirst());
            assertEquals(1, proxy.asked().size(), "one connection serves both");
            assertEquals(webSocket.equals("prefer") ? "WEBSOCKET" : "POST", upstream.log().last().method());
        }
    }

    @Test
    void speaksTlsWithTheAccountThroughTheProxy() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("upstream", "EC");
        authority.certificate("ca", "ca.pem");
        try (RunningGateway secure = RunningGateway.accounts(upstream.baseUri(), 1, authority.serving("upstream"));
                Socks5Server before = new Socks5Server(secure.port());
                RunningGateway gateway = RunningGateway.of("accounts:\n" + account("a", "https://localhost:4433/v1", way(before))
                        + "upstream: {ca: \"" + folder.resolve("ca.pem") + "\"}\n");
                TestClient client = gateway.client()) {
            assertTrue(client.post(STREAM).text().contains(DONE));
            assertEquals(new Socks5Server.Asked("user:s3cret", 3, "localhost", 4433), before.asked().getFirst());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Manner.class, names = {"REFUSES_LOGIN", "REFUSES_TARGET", "CUTS", "HANGS", "SPEAKS_HTTP"})
    void anotherAccountAnswersWhereTheProxyDoesNot(Manner manner) throws IOException {
        proxy.behave(manner);
        try (RunningGateway gateway = RunningGateway.of("accounts:\n" + account("a", "http://api.behind.invalid/v1", way(proxy)
                + ", tier: 0, timeouts: {connect: 200ms}") + account("b", upstream.baseUri().toString(), ", tier: 1"));
                TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(STREAM);
            assertTrue(answer.whole() && answer.text().contains(DONE), answer.text());
            assertTrue(gateway.account("a").history().failed() > 0);
        }
    }

    @Test
    void clientsAreToldNothingOfTheProxy() throws Exception {
        proxy.behave(Manner.REFUSES_LOGIN);
        try (RunningGateway gateway = RunningGateway.of("accounts:\n" + account("a", "http://api.behind.invalid/v1", way(proxy)));
                TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(STREAM);
            assertEquals(502, answer.status());
            assertFalse(answer.text().contains("SOCKS") || answer.text().contains("behind.invalid"), answer.text());
            gateway.awaitLog("upstream_unreachable");
            assertFalse(gateway.log().contains("s3cret"));
        }
    }
}
