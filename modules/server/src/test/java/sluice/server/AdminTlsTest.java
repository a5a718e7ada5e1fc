package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/** TLS of the admin port: everything that it serves, and another certificate by a reload. */
class AdminTlsTest {
    private static final String ACCOUNTS = "accounts:\n  - {name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}\n";

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    private final Path file = folder.resolve("sluice.yaml");
    private final List<String> said = new ArrayList<>();
    private GatewayProcess gateway;
    private Reloader reloader;
    private HttpClient http;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        authority.issue("second", "RSA");
        authority.certificate("ca", "ca.pem");
        authority.key("second", "other.key");
    }

    @BeforeEach
    void start() throws Exception {
        authority.certificate("first", "admin.pem");
        authority.key("first", "admin.key");
        Files.writeString(file, ACCOUNTS + "server: {admin: {token: s3cret, tls: {cert: admin.pem, key: admin.key}}}\n");
        ConfigurationLoader loader = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"), 1L << 30);
        LoadResult.Loaded loaded = assertInstanceOf(LoadResult.Loaded.class, loader.load(file));
        gateway = GatewayProcess.start(loaded.configuration(), OutputStream.nullOutputStream());
        reloader = new Reloader(file, loader, loaded, gateway, said::add);
        http = HttpClient.newBuilder().sslContext(authority.trusting()).build();
    }

    @AfterEach
    void stop() {
        http.close();
        reloader.close();
        gateway.close();
    }

    private HttpRequest.Builder to(String scheme, String path) {
        return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + gateway.adminPort() + path))
                .header("Authorization", "Bearer s3cret");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(to("https", path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String subject(HttpResponse<String> answer) throws IOException {
        return ((X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics", "/", "/dashboard.js", "/admin/overview"})
    void servesAllRoutesByTlsAndNoneInPlainText(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("CN=first", subject(answer));
        assertThrows(IOException.class, () -> http.send(to("http", path).build(), HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void theDashboardsCookieIsForTlsOnly() throws Exception {
        HttpResponse<String> login = http.send(to("https", "/admin/login").POST(HttpRequest.BodyPublishers.ofString("s3cret")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(login.headers().firstValue("set-cookie").orElseThrow().endsWith("; Secure"), login.headers().toString());
    }

    @Test
    void aReloadBringsARenewedCertificateAndItsEnd() throws Exception {
        String page = get("/metrics").body();
        assertTrue(page.contains("sluice_certificate_left_seconds{port=\"admin\"} 1"), page);
        authority.certificate("second", "admin.pem");
        authority.key("second", "admin.key");
        assertTrue(reloader.reload(), said.toString());
        try (HttpClient anew = HttpClient.newBuilder().sslContext(authority.trusting()).build()) {
            assertEquals("CN=second", subject(anew.send(to("https", "/health/live").build(), HttpResponse.BodyHandlers.ofString())));
        }
    }

    @ParameterizedTest
    @CsvSource({"admin.pem, other.key, server.admin.tls.key: ", "sluice.yaml, admin.key, server.admin.tls.cert: ",
        "none.pem, admin.key, server.admin.tls.cert: "})
    void aPairThatCannotBeUsedIsRefusedByItsOwnKey(String cert, String key, String reason) throws Exception {
        Files.writeString(file, ACCOUNTS + "server: {admin: {token: s3cret, tls: {cert: " + cert + ", key: " + key + "}}}\n");
        assertTrue(!reloader.reload() && said.toString().contains(reason), said.toString());
        assertEquals("CN=first", subject(get("/health/live")));
    }

    @Test
    void commandsTrustTheAuthorityThatTheyAreGiven() {
        String admin = "https://localhost:" + gateway.adminPort();
        String[] good = {"top", "--once", "--admin", admin, "--token", "s3cret", "--ca", folder.resolve("ca.pem").toString()};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(good, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        assertEquals(0, exit, err.toString(StandardCharsets.UTF_8));
        String[] bad = {"top", "--once", "--admin", admin, "--token", "s3cret"};
        assertEquals(1, Main.run(bad, new PrintStream(out), new PrintStream(err, true, StandardCharsets.UTF_8)));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("--ca names its authority"), err.toString(StandardCharsets.UTF_8));
    }
}
