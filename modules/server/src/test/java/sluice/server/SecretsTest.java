package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/** Runs traffic that fails in many ways, and looks for every secret in everything that the gateway says to anybody. */
class SecretsTest {
    private static final String CLIENT_KEY = "client-key-Q7xT2mVn";
    private static final String OTHER_KEY = "client-key-of-file-Zb81";
    private static final String STRANGE_KEY = "stranger-key-pW93kd";
    private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>(Map.of("KEY_A", "sk-account-a-H4kq9Lz",
            "KEY_B", "sk-account-b-N8sw2Yd", "TOKEN", "admin-token-R5vb7Jc", "PROXY", "proxyuser:proxypass-M3xe6",
            "FIXED", "fixed-header-secret-U1oa8", "SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"));
    private static final List<String> PATHS = List.of("/metrics", "/admin/overview", "/admin/accounts", "/admin/decisions",
            "/admin/requests", "/admin/clients", "/admin/config", "/admin/openapi.json", "/", "/dashboard.js", "/health", "/health/ready");

    @TempDir
    private Path folder;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();
    private final StringBuilder answers = new StringBuilder();
    private PrintStream console;

    @BeforeEach
    void listen() {
        console = System.err;
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(console);
    }

    private String yaml(ScriptedUpstream upstream) throws Exception {
        String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                .digest(CLIENT_KEY.getBytes(StandardCharsets.UTF_8)));
        return """
                server: {admin: {token: "${env:TOKEN}"}, forward-other: true}
                log: {level: debug}
                scheduler: {wait: {timeout: 0s}}
                failover: {cool-down: {first: 10ms, unknown-max: 10ms, max: 10ms, unauthorized: 10ms, quota: 10ms, model-unserved: 10ms}}
                usage: {path: "%s"}
                state: {path: "%s"}
                accounts:
                  - {name: a, base-url: "%s", api-key: "${env:KEY_A}", headers: {X-Fixed: "${env:FIXED}"}}
                  - {name: b, base-url: "http://127.0.0.1:1/v1", api-key: "${env:KEY_B}", proxy: "http://${env:PROXY}@127.0.0.1:1", tier: 1}
                clients:
                  - {name: c, key-sha256: %s, diagnostics: true}
                  - {name: d, key: "${file:client.key}", requests-per-minute: 1}
                """.formatted(folder.resolve("usage"), folder.resolve("state"), upstream.uri(), hash);
    }

    /** What an upstream says that names its key, as OpenAI does in part and proxies do in whole. */
    private static String refusal(int status) {
        String body = "{\"error\":{\"message\":\"Incorrect API key provided: " + ENVIRONMENT.get("KEY_A") + " of fixed "
                + ENVIRONMENT.get("FIXED") + "\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}}";
        return "HTTP/1.1 " + status + " No\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The same told by an answer that was accepted: as JSON, and in the midst of a stream, at once or behind a long beginning. */
    private static List<String> failures() {
        String error = "{\"code\":\"c\",\"message\":\"Incorrect API key provided: " + ENVIRONMENT.get("KEY_A") + "\"}";
        String failed = "{\"id\":\"resp_attack\",\"object\":\"response\",\"status\":\"failed\",\"error\":" + error + ",\"output\":[]}";
        String created = "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_attack\"}}\n\n"
                + "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"x\"}\n\n";
        String event = "data: {\"type\":\"response.failed\",\"sequence_number\":2,\"response\":" + failed + "}\n\n";
        String cut = error.replace("Incorrect", "Incorrect " + "long ".repeat(20));
        return List.of(answer("application/json", failed), answer("text/event-stream", created + event),
                answer("text/event-stream", created + "data: {\"error\":" + error + "}\n\n"),
                answer("text/event-stream", created + event.replace(error, cut)));
    }

    private static String answer(String type, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void call(GatewayProcess gateway, String method, String path, String body, String... headers) throws IOException {
        try (TestClient client = new TestClient(gateway.port())) {
            keep(client.send(method, path, body.getBytes(StandardCharsets.UTF_8), headers));
        }
    }

    private void keep(TestClient.Answer answer) {
        answers.append(answer.status()).append('\n');
        for (int i = 0; i < answer.headers().size(); i++) {
            answers.append(answer.headers().name(i)).append(": ").append(answer.headers().value(i)).append('\n');
        }
        answers.append(answer.text()).append('\n');
    }

    @Test
    void areNowhereInWhatTheGatewaySays() throws Exception {
        Files.writeString(folder.resolve("client.key"), OTHER_KEY + "\n");
        ConfigurationLoader loader = new ConfigurationLoader(ENVIRONMENT, Runtime.getRuntime().maxMemory());
        Path file = folder.resolve("sluice.yaml");
        String body = "{\"model\":\"m\",\"store\":false,\"input\":\"attack\"}";
        try (ScriptedUpstream upstream = new ScriptedUpstream("", "", ScriptedUpstream.Then.STAY)) {
            Files.writeString(file, yaml(upstream));
            LoadResult.Loaded loaded = (LoadResult.Loaded) loader.load(file);
            answers.append(loaded.problems()).append(loaded.effective().render()).append(loaded.configuration());
            try (GatewayProcess gateway =
                    GatewayProcess.start(loaded.configuration(), new PrintStream(requests, true, StandardCharsets.UTF_8))) {
                Reloader reloader = new Reloader(file, loader, loaded, gateway, line -> answers.append(line).append('\n'));
                for (String script : List.of(refusal(400), refusal(401), refusal(403), refusal(402), refusal(500),
                        "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
                        ScriptedUpstream.good("x"))) {
                    upstream.play(script.getBytes(StandardCharsets.ISO_8859_1), ScriptedUpstream.Then.CLOSE);
                    call(gateway, "POST", "/v1/responses", body, "Authorization", "Bearer " + CLIENT_KEY, "x-sluice-explain", "1",
                            "Cookie", "session=" + STRANGE_KEY);
                    call(gateway, "POST", "/v1/responses", body, "x-api-key", OTHER_KEY);
                    call(gateway, "GET", "/v1/responses/resp_attack", "", "x-api-key", CLIENT_KEY);
                    call(gateway, "GET", "/v1/models", "", "x-api-key", CLIENT_KEY);
                    call(gateway, "POST", "/v1/attack", body, "x-api-key", CLIENT_KEY);
                }
                for (String script : failures()) {
                    for (String stream : List.of("true", "false")) {
                        upstream.play(script.getBytes(StandardCharsets.ISO_8859_1), ScriptedUpstream.Then.CLOSE);
                        call(gateway, "POST", "/v1/responses", body.replace("}", ",\"stream\":" + stream + "}"), "x-api-key", CLIENT_KEY);
                        call(gateway, "POST", "/v1/attack", body, "x-api-key", CLIENT_KEY);
                    }
                }
                call(gateway, "POST", "/v1/responses", body, "Authorization", "Bearer " + STRANGE_KEY);
                call(gateway, "POST", "/v1/responses", "{\"model\":\"" + "x".repeat(300) + "\"", "x-api-key", CLIENT_KEY);
                call(gateway, "GET", "/v1/responses", "", "x-api-key", CLIENT_KEY);
                Files.writeString(file, yaml(upstream) + "nonsense: true\n");
                reloader.reload();
                Files.writeString(file, yaml(upstream).replace("${env:KEY_B}", "${env:KEY_A}"));
                reloader.reload();
                admin(gateway);
            }
        }
        assertTrue(answers.toString().contains("\"invalid_api_key\"") && answers.toString().contains("_limit_"),
                "the traffic has met what it was meant to meet");
        String said = answers + "\n" + requests.toString(StandardCharsets.UTF_8) + "\n" + errors.toString(StandardCharsets.UTF_8)
                + Files.readString(folder.resolve("usage")) + new String(Files.readAllBytes(folder.resolve("state")),
                        StandardCharsets.ISO_8859_1);
        for (String secret : List.of(CLIENT_KEY, OTHER_KEY, STRANGE_KEY, ENVIRONMENT.get("KEY_A"), ENVIRONMENT.get("KEY_B"),
                ENVIRONMENT.get("TOKEN"), ENVIRONMENT.get("FIXED"), "proxypass-M3xe6",
                Base64.getEncoder().encodeToString(ENVIRONMENT.get("PROXY").getBytes(StandardCharsets.UTF_8)))) {
            int at = said.indexOf(secret);
            assertFalse(at >= 0, () -> secret + " in: …" + said.substring(Math.max(0, at - 300), Math.min(said.length(), at + 100)));
        }
    }

    private void admin(GatewayProcess gateway) throws IOException {
        for (String path : PATHS) {
            for (String token : List.of(ENVIRONMENT.get("TOKEN"), STRANGE_KEY, "")) {
                try (TestClient client = new TestClient(gateway.adminPort())) {
                    String[] headers = token.isEmpty() ? new String[0] : new String[] {"Authorization", "Bearer " + token};
                    TestClient.Answer answer = client.send("GET", path, new byte[0], headers);
                    boolean guarded = path.startsWith("/admin") || path.equals("/metrics");
                    boolean known = token.equals(ENVIRONMENT.get("TOKEN"));
                    assertEquals(guarded && !known ? 401 : 200, answer.status(), path + " " + answer.text());
                    keep(answer);
                }
            }
        }
    }
}
