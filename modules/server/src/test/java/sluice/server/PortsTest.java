package sluice.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.OpenFiles;
import sluice.simulator.SimulatedUpstream;

/** What the ports do for those who wait before them, and for those who are told to go. */
class PortsTest {
    private static final String ASK = "{\"model\":\"m\",\"input\":\"hi\",\"store\":false}";

    @TempDir
    private Path folder;

    private static long secondsSince(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n"})
    void whoIsToldToGoSeesTheEndAtOnceAndMayStillSend(String head) throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(ISO_8859_1));
            long start = System.nanoTime();
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
            assertTrue(secondsSince(start) < 4, "the end came only when the gateway had waited for more");
            for (int i = 0; i < 100; i++) {
                out.write(new byte[1024]);
            }
        }
    }

    @Test
    void theAdminPortAnswersHeadWithoutABody() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "");
                TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            for (String path : List.of("/health/live", "/metrics", "/admin/nothing")) {
                assertEquals(path.endsWith("nothing") ? 404 : 200, admin.send("HEAD", path, new byte[0]).status());
                assertEquals(200, admin.send("GET", "/health/live", new byte[0]).status(), "behind HEAD " + path);
            }
        }
    }

    @Test
    void whoHasSentOneByteOfAHeadMakesRoomWhereThereIsNone() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                        "limits: {connections: 10}\nserver: {head-timeout: 1m}\n")) {
            for (int i = 0; i < 10; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
                slow.add(socket);
                socket.getOutputStream().write('P');
            }
            long start = System.nanoTime();
            int status;
            do {
                try (TestClient client = gateway.client()) {
                    status = client.post(ASK).status();
                }
            } while (status != 200);
            assertTrue(secondsSince(start) < 30, "it waited for the end of the head's time");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Silent ones, and ones that have begun a handshake of TLS. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void whoDoesNotEndItsHandshakeMakesRoomWhereThereIsNone(int bytes) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        byte[] hello = {22, 3, 1, 2, 0};
        List<Socket> slow = new ArrayList<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "limits: {connections: 10}\nserver: {"
                        + Door.settings(authority) + ", head-timeout: 10m}\n")) {
            // More than the port takes at a time, however many it takes to refuse them.
            for (int i = 0; i < 10 + OpenFiles.ofThisProcess().refused(); i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
                slow.add(socket);
                socket.getOutputStream().write(hello, 0, bytes);
            }
            int status = 0;
            while (status != 200) {
                try (TestClient client = new TestClient(authority.secured(new Socket(InetAddress.getLoopbackAddress(), gateway.port())))) {
                    status = client.post(ASK).status();
                } catch (IOException e) {
                    // It did not end its handshake in the time that there is where places are rare.
                }
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void whoseBodyDoesNotComeMakesRoomWhereThereIsNone() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                        "limits: {connections: 10}\nserver: {body-timeout: 10m}\n")) {
            for (int i = 0; i < 10; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
                slow.add(socket);
                socket.getOutputStream().write("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n{"
                        .getBytes(ISO_8859_1));
            }
            int status;
            do {
                try (TestClient client = gateway.client()) {
                    status = client.post(ASK).status();
                }
            } while (status != 200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static AdminPort.Place at(int port) {
        return new AdminPort.Place("127.0.0.1", port, false, Optional.empty(), 4);
    }

    @Test
    void anAdminPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            IOException refused = assertThrows(IOException.class,
                    () -> AdminPort.open(at(taken.getLocalPort()), HttpRouting.builder(), () -> { }, System::nanoTime));
            assertEquals("127.0.0.1:" + taken.getLocalPort() + ": Address already in use", refused.getMessage());
        }
    }
}
