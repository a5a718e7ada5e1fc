package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsAndDistanceTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration DISTANCE = Duration.ofMillis(20);

    @TempDir
    private Path folder;

    @Test
    void speaksTlsAsFarAwayAsItIsTold() throws Exception {
        KeyStore store = certificate();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext peer = SSLContext.getInstance("TLS");
        peer.init(null, trust.getTrustManagers(), null);
        try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withDistance(DISTANCE).withTls(server));
                HttpClient client = HttpClient.newBuilder().sslContext(peer).version(HttpClient.Version.HTTP_1_1).build()) {
            assertEquals("https", upstream.baseUri().getScheme());
            assertTrue(nanosOfTurn(client, upstream.baseUri()) >= 3 * DISTANCE.toNanos(), "connection, TLS, request");
            assertTrue(nanosOfTurn(client, upstream.baseUri()) >= DISTANCE.toNanos(), "request");
            assertEquals(1, upstream.acceptedConnections());
        }
    }

    private static long nanosOfTurn(HttpClient client, URI base) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/responses"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-5.1\",\"input\":\"hi\"}")).build();
        long start = System.nanoTime();
        assertEquals(200, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        return System.nanoTime() - start;
    }

    /** A new one for each run: no key is ever committed. */
    private KeyStore certificate() throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                "-dname", "CN=localhost", "-ext", "bc:c", "-ext", "san=dns:localhost,ip:127.0.0.1",
                "-storetype", "PKCS12", "-storepass", new String(PASSWORD), "-keystore", file.toString()))
                .redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes());
        assertEquals(0, keytool.waitFor(), output);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }
}
