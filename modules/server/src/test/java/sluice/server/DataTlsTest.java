package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.ServerSettings;
import sluice.edge.DataTls;
import sluice.simulator.SimulatedUpstream;

/** TLS of the data port, over real sockets. */
class DataTlsTest {
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        authority.issue("second", "RSA");
        authority.issue("a-client", "EC");
        authority.certificate("first", "first.pem");
        authority.certificate("ca", "ca.pem");
        authority.key("first", "first.key");
        authority.certificate("second", "second.pem");
        authority.key("second", "second.key");
    }

    private static String tls(String name, String more) {
        return "server: {tls: {cert: \"" + folder.resolve(name + ".pem") + "\", key: \"" + folder.resolve(name + ".key") + "\"" + more
                + "}}\n";
    }

    private static TestClient client(RunningGateway gateway, SSLContext context, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), gateway.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new TestClient(socket);
    }

    private static String subject(TestClient client) throws IOException {
        return ((X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0]).getSubjectX500Principal()
                .getName();
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "second"})
    void servesJsonAndStreamsOnOneConnection(String name) throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, tls(name, ""));
                TestClient client = client(gateway, authority.trusting(), "http/1.1")) {
            assertEquals("CN=" + name, subject(client));
            for (int i = 0; i < 3; i++) {
                TestClient.Answer answer = client.post(STREAM);
                assertEquals(200, answer.status());
                assertTrue(answer.whole() && answer.text().contains("event: response.completed\n"), answer.text());
                assertEquals(200, client.post(STREAM.replace("true", "false")).status());
            }
            String large = STREAM.replace("hi", "x".repeat(3_000_000));
            assertEquals(200, client.post(large).status());
            assertEquals(large, new String(upstream.log().last().body(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void servesClientsThatNegotiateNothingAndSaysGoodbyeToThoseThatClose() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, tls("first", ""));
                TestClient client = client(gateway, authority.trusting())) {
            client.raw("POST /v1/responses HTTP/1.0\r\nContent-Length: " + STREAM.length() + "\r\n\r\n" + STREAM);
            // Without close_notify the JDK's client throws instead of ending.
            TestClient.Answer answer = client.answer("POST");
            assertTrue(answer.whole() && answer.text().contains("event: response.completed\n"), answer.text());
        }
    }

    @Test
    void refusesPlainTextAndSilenceInTheHandshake() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                        tls("first", "").replace("server: {", "server: {head-timeout: 200ms, "));
                TestClient plain = gateway.client(); TestClient silent = gateway.client(); TestClient half = gateway.client()) {
            half.raw("\u0016\u0003\u0001");
            plain.raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThrows(IOException.class, () -> plain.answer("GET"));
            assertTrue(silent.isClosed());
            assertTrue(half.isClosed());
            assertEquals(0, upstream.log().total());
        }
    }

    @Test
    void refusesToNegotiateAnewInTheOldTls() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, tls("first", ""))) {
            SSLSocket socket = (SSLSocket) authority.trusting().getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), gateway.port());
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            try (TestClient client = new TestClient(socket)) {
                assertEquals(200, client.post(STREAM).status());
                assertThrows(IOException.class, () -> {
                    socket.startHandshake();
                    client.post(STREAM);
                });
            }
            assertEquals(1, upstream.log().total());
        }
    }

    @ParameterizedTest
    @CsvSource({"expired, -9d, expired on", "future, +9d, is not valid before"})
    void saysThatACertificateIsNotOfThisTime(String name, String start, String words) throws Exception {
        authority.issueAt(name, start);
        authority.serving(name);
        List<String> log = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                log.add(line.getMessage());
            }

            @Override
            public void flush() {
                // nothing is held back
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger logger = Logger.getLogger("sluice.edge");
        logger.addHandler(handler);
        try {
            DataTls tls = new DataTls(new ServerSettings.Tls("server.tls", folder.resolve(name + ".pem"), folder.resolve(name + ".key"),
                    Optional.empty()));
            assertEquals(start.startsWith("-"), tls.end().isBefore(Instant.now()));
        } finally {
            logger.removeHandler(handler);
        }
        assertTrue(log.stream().anyMatch(line -> line.contains("CN=" + name) && line.contains(words)), log.toString());
    }

    @Test
    void showsARenewedCertificateWithoutARestartAndKeepsTheFormerOneWhereItIsBroken() throws Exception {
        Path cert = folder.resolve("renewed.pem");
        Path key = folder.resolve("renewed.key");
        Files.copy(folder.resolve("first.pem"), cert);
        Files.copy(folder.resolve("first.key"), key);
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, tls("renewed", ""));
                TestClient before = client(gateway, authority.trusting())) {
            assertEquals("CN=first", subject(before));

            Files.copy(folder.resolve("second.pem"), cert, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            IOException half = assertThrows(IOException.class, () -> gateway.process().apply(gateway.process().configuration()));
            assertTrue(half.getMessage().startsWith("server.tls.key: "), half.getMessage());
            try (TestClient meanwhile = client(gateway, authority.trusting())) {
                assertEquals("CN=first", subject(meanwhile));
            }

            Files.copy(folder.resolve("second.key"), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            gateway.process().apply(gateway.process().configuration());
            try (TestClient after = client(gateway, authority.trusting())) {
                assertEquals("CN=second", subject(after));
                assertEquals(200, after.post(STREAM).status());
            }
            assertEquals(200, before.post(STREAM).status(), "connections that stand go on");
        }
    }

    @Test
    void asksForClientsCertificatesWhereItIsTold() throws Exception {
        String mutual = tls("first", ", client-ca: \"" + folder.resolve("ca.pem") + "\"");
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, mutual);
                TestClient known = client(gateway, authority.showing("a-client"))) {
            assertEquals(200, known.post(STREAM).status());
            // TLS 1.3 tells a client that it is refused only when it reads.
            assertThrows(IOException.class, () -> {
                try (TestClient unknown = client(gateway, authority.trusting())) {
                    unknown.post(STREAM);
                }
            });
            TestAuthority other = new TestAuthority(Files.createDirectory(folder.resolve("other")));
            other.issue("stranger", "EC");
            SSLContext stranger = other.showing("stranger");
            assertThrows(IOException.class, () -> {
                try (Socket socket = stranger.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), gateway.port());
                        TestClient client = new TestClient(socket)) {
                    client.post(STREAM);
                }
            });
            assertEquals(1, upstream.log().total());
        }
    }

    /** A session is taken up again without a certificate, hours after the handshake in which it was shown. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void noSessionOutlivesTheCertificateOfItsClient(String version) throws Exception {
        String name = "passing-" + version;
        authority.issueAt(name, "-2d+6S");
        SSLContext passing = authority.showing(name);
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                        tls("first", ", client-ca: \"" + folder.resolve("ca.pem") + "\""))) {
            try (TestClient known = version(gateway, passing, version)) {
                assertEquals(200, known.post(STREAM).status());
            }
            while (Instant.now().isBefore(authority.end(name))) {
                LockSupport.parkNanos(10_000_000);
            }
            assertThrows(IOException.class, () -> {
                try (TestClient expired = version(gateway, passing, version)) {
                    expired.post(STREAM);
                }
            });
            assertEquals(1, upstream.log().total());
        }
    }

    private static TestClient version(RunningGateway gateway, SSLContext context, String version) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", gateway.port());
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return new TestClient(socket);
    }

    @ParameterizedTest
    @CsvSource({"none.pem, first.key, server.tls.cert", "first.pem, none.key, server.tls.key", "first.key, first.key, server.tls.cert",
        "first.pem, first.pem, server.tls.key", "first.pem, second.key, server.tls.key"})
    void refusesToStartWithFilesThatCannotBeUsed(String cert, String key, String named) {
        ServerCertificateFault fault = new ServerCertificateFault(folder.resolve(cert), folder.resolve(key));
        assertTrue(fault.message().startsWith(named + ": "), fault.message());
        assertFalse(fault.message().contains("PRIVATE KEY-----"), fault.message());
    }

    /** Why a pair of files cannot be used. */
    private record ServerCertificateFault(Path cert, Path key) {
        String message() {
            return assertThrows(IOException.class, () ->
                    new DataTls(new ServerSettings.Tls("server.tls", cert, key, Optional.empty()))).getMessage();
        }
    }
}
