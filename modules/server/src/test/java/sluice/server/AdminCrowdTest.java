package sluice.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.helidon.webserver.http.HttpRouting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.OpenFiles;
import sluice.config.ServerSettings;
import sluice.edge.DataTls;
import sluice.simulator.SimulatedUpstream;

/** Whoever can connect to the admin port keeps no operator out of it. */
class AdminCrowdTest {
    private static final int PLACES = 4;
    private static final int CROWD = 10 * PLACES;
    /** More than all buffers between two sockets take. */
    private static final byte[] BIG = new byte[16 * 1024 * 1024];

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    private final List<Socket> crowd = new ArrayList<>();

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("admin", "EC");
    }

    @AfterEach
    void leave() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
    }

    private static AdminPort open(boolean secure) throws Exception {
        Optional<DataTls> tls = secure ? Optional.of(new DataTls(new ServerSettings.Tls("server.admin.tls",
                authority.certificate("admin", "admin.pem"), authority.key("admin", "admin.key"), Optional.empty()))) : Optional.empty();
        return AdminPort.open(new AdminPort.Place("127.0.0.1", 0, false, tls, PLACES), HttpRouting.builder()
                .get("/", (request, response) -> response.send("here"))
                .get("/big", (request, response) -> response.send(BIG))
                .post("/", (request, response) -> response.send(request.content().as(byte[].class))), () -> { }, System::nanoTime);
    }

    private Socket connect(int port, String from) throws IOException {
        Socket socket = new Socket();
        crowd.add(socket);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    /** Connects, says {@code words} and never anything more, and does not read. */
    private void stranger(int port, boolean secure, String from, String words) throws Exception {
        try {
            Socket socket = connect(port, from);
            Socket talks = secure ? authority.secured(socket) : socket;
            talks.getOutputStream().write(words.getBytes(ISO_8859_1));
        } catch (IOException e) {
            // Others have come, and it had to go.
        }
    }

    private static int ask(int port, boolean secure, String path) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try (TestClient client = new TestClient(secure ? authority.secured(socket) : socket)) {
            return client.send("GET", path, new byte[0]).status();
        }
    }

    @ParameterizedTest
    @CsvSource({"false,''", "true,''", "false,G", "true,G", "false,'GET / HTTP/1.1|Host: localhost|X: '",
        "true,'GET / HTTP/1.1|Host: localhost|X: '", "false,'POST / HTTP/1.1|Host: localhost|Content-Length: 9||x'",
        "true,'POST / HTTP/1.1|Host: localhost|Content-Length: 9||x'", "false,'GET /big HTTP/1.1|Host: localhost||'",
        "true,'GET /big HTTP/1.1|Host: localhost||'"})
    void whoSaysNotEnoughOrDoesNotReadMakesRoom(boolean secure, String words) throws Exception {
        try (AdminPort admin = open(secure)) {
            for (int i = 0; i < CROWD; i++) {
                stranger(admin.port(), secure, "127.0.0.1", words.replace("|", "\r\n"));
            }
            assertEquals(200, ask(admin.port(), secure, "/"));
            assertEquals(200, ask(admin.port(), secure, "/big"));
        }
    }

    /** Silent ones, ones that have begun a handshake, and ones that speak something else. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001\u0002", "\u0016\u0003\u0001\u0002\0\u0001", "G"})
    void whoDoesNotEndItsHandshakeMakesRoom(String begin) throws Exception {
        try (AdminPort admin = open(true)) {
            for (int i = 0; i < CROWD; i++) {
                stranger(admin.port(), false, "127.0.0.1", begin);
            }
            assertEquals(200, ask(admin.port(), true, "/"));
        }
    }

    /** Helidon's server answered it with 500, and a trace in the log. */
    @Test
    void whoEndsInTheMiddleOfAHeadIsNoFaultOfTheServer() throws Exception {
        try (AdminPort admin = open(false); Socket half = connect(admin.port(), "127.0.0.1")) {
            half.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(ISO_8859_1));
            half.shutdownOutput();
            assertEquals("", new String(half.getInputStream().readAllBytes(), ISO_8859_1));
        }
    }

    @Test
    void aCrowdOfOneAddressDoesNotPushOutSomebodyOfAnother() throws Exception {
        try (AdminPort admin = open(false); TestClient operator = new TestClient(connect(admin.port(), "127.0.0.1"))) {
            operator.raw("GET / HTTP/1.1\r\nHost: local");
            for (int i = 0; i < CROWD; i++) {
                stranger(admin.port(), false, "127.0.0.2", "");
            }
            for (Socket gone : crowd.subList(1, CROWD + 1 - PLACES)) {
                assertEnded(gone);
            }
            operator.raw("host\r\n\r\n");
            assertEquals(200, operator.answer("GET").status());
        }
    }

    @Test
    void anOperatorWhoWatchesIsNotPushedOutByStrangers() throws Exception {
        int places = OpenFiles.ofThisProcess().admin();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "server: {admin: {token: s3cret}}\n")) {
            int port = gateway.adminUri().getPort();
            Socket operator = connect(port, "127.0.0.1");
            operator.getOutputStream().write(("GET /admin/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n")
                    .getBytes(ISO_8859_1));
            BufferedReader events = new BufferedReader(new InputStreamReader(operator.getInputStream(), ISO_8859_1));
            awaitState(events);
            for (int i = 0; i < 2 * places; i++) {
                stranger(port, false, "127.0.0.1", "GET /admin/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer gue");
            }
            for (Socket gone : crowd.subList(1, places)) {
                assertEnded(gone);
            }
            awaitState(events);
            assertEquals(200, ask(port, false, "/health/live"));
        }
    }

    private static void awaitState(BufferedReader events) throws IOException {
        String line;
        do {
            line = events.readLine();
        } while (line != null && !line.equals("event: state"));
        assertEquals("event: state", line);
    }

    private static void assertEnded(Socket socket) {
        try {
            assertEquals(-1, socket.getInputStream().read());
        } catch (IOException e) {
            // It was reset, for it had said something.
        }
    }
}
