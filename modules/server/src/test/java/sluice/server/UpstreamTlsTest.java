package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;
import sluice.simulator.SimulatedUpstream;

/** Whether authorities and proxies reach the dialer from the configuration. A gateway with TLS serves as the upstream. */
class UpstreamTlsTest {
    private static final String PLAIN = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    @TempDir
    private static Path folder;
    private static String tls;

    @BeforeAll
    static void issue() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("upstream", "EC");
        authority.certificate("ca", "ca.pem");
        tls = "server: {tls: {cert: \"" + authority.certificate("upstream", "u.pem") + "\", key: \"" + authority.key("upstream", "u.key")
                + "\"}}\n";
    }

    private static TestClient.Answer through(String baseUrl, String accountMore, String more) throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + baseUrl + "\", api-key: k" + accountMore
                + "}]\n" + more); TestClient client = gateway.client()) {
            return client.post(PLAIN);
        }
    }

    @Test
    void trustsTheAuthoritiesOfTheConfigurationForNamesOfTheCertificateOnly() throws Exception {
        String trusted = "upstream: {ca: \"" + folder.resolve("ca.pem") + "\"}\n";
        try (SimulatedUpstream last = SimulatedUpstream.start(); RunningGateway secure = RunningGateway.accounts(last.baseUri(), 1, tls)) {
            assertEquals(200, through("https://localhost:" + secure.port() + "/v1", "", trusted).status());
            assertEquals(200, through("https://127.0.0.1:" + secure.port() + "/v1", "", trusted).status());
            assertEquals(502, through("https://127.0.0.2:" + secure.port() + "/v1", "", trusted).status(), "another name");
            assertEquals(502, through("https://localhost:" + secure.port() + "/v1", "", "").status(), "an unknown authority");
            assertEquals(502, through("http://localhost:" + secure.port() + "/v1", "", trusted).status(), "no TLS");
            assertEquals(2, last.log().total());
        }
    }

    @Test
    void goesThroughTheProxyOfTheAccount() throws Exception {
        BlockingQueue<RequestHead> asked = new LinkedBlockingQueue<>();
        try (SimulatedUpstream last = SimulatedUpstream.start(); RunningGateway secure = RunningGateway.accounts(last.baseUri(), 1, tls);
                ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> tunnel(proxy, secure.port(), asked));
            TestClient.Answer answer = through("https://localhost:" + secure.port() + "/v1", ", proxy: \"http://u:p@127.0.0.1:"
                    + proxy.getLocalPort() + "\"", "upstream: {ca: \"" + folder.resolve("ca.pem") + "\"}\n");
            assertEquals(200, answer.status(), answer.text());
            RequestHead connect = asked.take();
            assertEquals("CONNECT", connect.method());
            assertEquals("localhost:" + secure.port(), connect.target());
            assertEquals("Basic " + Base64.getEncoder().encodeToString("u:p".getBytes(StandardCharsets.UTF_8)),
                    connect.headers().first("proxy-authorization").orElseThrow());
            assertTrue(last.log().last().headers().first("proxy-authorization").isEmpty(), "the proxy's secret went on");
        }
    }

    private static void tunnel(ServerSocket proxy, int port, BlockingQueue<RequestHead> asked) {
        try (Socket client = proxy.accept(); Socket upstream = new Socket(InetAddress.getLoopbackAddress(), port)) {
            asked.add(new HttpInput(new SocketLink(client), 8192).readRequestHead().orElseThrow());
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread back = Thread.ofVirtual().start(() -> copy(upstream, client));
            copy(client, upstream);
            back.join();
        } catch (IOException e) {
            // One of the two has closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two has closed.
        }
    }
}
