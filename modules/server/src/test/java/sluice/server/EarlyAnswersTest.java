package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import sluice.http1.HttpInput;
import sluice.net.SocketLink;
import sluice.simulator.SimulatedUpstream;

/** An upstream that answers before it has read the request, and closes: the answer counts, not the failed sending. */
class EarlyAnswersTest {
    /** More than the buffers of both ends take. */
    private static final String BODY = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"" + "x".repeat(16 << 20) + "\"}";

    /** Reads heads only, answers, and resets the connection by closing it over bytes that it has not read. */
    private static final class Hasty implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final String answer;

        Hasty(int status, String body) throws IOException {
            answer = "HTTP/1.1 " + status + " No\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            Thread.ofVirtual().start(this::accept);
        }

        String uri() {
            return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
        }

        private void accept() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    new HttpInput(new SocketLink(socket), 64 * 1024).readRequestHead();
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // The gateway left first, or the test is over.
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @RepeatedTest(5)
    void theClientsFaultReachesTheClient() throws IOException {
        String refusal = "{\"error\":{\"message\":\"too large\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"too_large\"}}";
        try (Hasty hasty = new Hasty(413, refusal);
                RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + hasty.uri() + "\", api-key: sk-a}]");
                TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(BODY);
            assertEquals(413, answer.status(), answer.text());
            assertEquals(refusal, answer.text());
        }
    }

    @Test
    void theAccountsFaultIsTheAccountsAndTheNextOneHelps() throws IOException {
        try (Hasty hasty = new Hasty(401, "{\"error\":{\"message\":\"sk-a\"}}"); SimulatedUpstream good = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, tier: 0, base-url: \"" + hasty.uri()
                        + "\", api-key: sk-a}\n  - {name: b, tier: 1, base-url: \"" + good.baseUri() + "\", api-key: sk-b}\n");
                TestClient client = gateway.client()) {
            assertEquals(200, client.post(BODY).status());
            assertEquals(1, good.log().total());
        }
    }
}
