package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

/** What a key must not reach: by naming nothing, by asking after a restart, or by a method that nobody needs. */
class WallsTest {
    private static final Pattern ID = Pattern.compile("\"(resp_[^\"]+)\"");
    private static final String TWO_CLIENTS = "clients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex()
            + "\"}, {name: two, key-sha256: \"" + KeyHash.of("k2").hex() + "\", models: [\"gpt-5*\"]}]\n";
    private static final String STORED = "{\"model\":\"gpt-5.1\",\"store\":true,\"input\":\"hi\"}";

    @TempDir
    private Path folder;
    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private static TestClient.Answer send(RunningGateway gateway, String method, String path, String body, String key)
            throws IOException {
        try (TestClient client = gateway.client()) {
            return client.send(method, path, body.getBytes(StandardCharsets.UTF_8), "x-api-key", key);
        }
    }

    /** A response that the account of {@code key} keeps, and of which the gateway knows nothing. */
    private String stored(String key) throws IOException {
        try (TestClient direct = new TestClient(upstream.port())) {
            Matcher id = ID.matcher(direct.post("/v1/responses", STORED, "Authorization", "Bearer " + key).text());
            assertTrue(id.find());
            return id.group(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/responses", "/v1/responses/input_tokens"})
    void aKeyWithAListOfModelsNamesOne(String path) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, TWO_CLIENTS)) {
            TestClient.Answer answer = send(gateway, "POST", path, "{\"prompt\":{\"id\":\"pmpt_1\"},\"input\":\"hi\"}", "k2");
            assertEquals(403, answer.status(), answer.text());
            assertTrue(answer.text().contains("\"model_not_allowed\""), answer.text());
            assertEquals(0, upstream.log().total());
        }
    }

    @Test
    void whatNobodyRemembersDoesNotExistForOneOfSeveralClients() throws IOException {
        String id = stored("sk-a");
        long before = upstream.log().total();
        String next = "{\"model\":\"gpt-5.1\",\"input\":\"hi\",\"previous_response_id\":\"" + id + "\"}";
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, TWO_CLIENTS)) {
            assertEquals(404, send(gateway, "GET", "/v1/responses/" + id, "", "k1").status());
            assertEquals(404, send(gateway, "DELETE", "/v1/responses/" + id, "", "k1").status());
            assertEquals(404, send(gateway, "POST", "/v1/responses", next, "k1").status());
            assertEquals(before, upstream.log().total());
        }
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, TWO_CLIENTS + "state: {unknown-owner: allow}\n")) {
            assertEquals(200, send(gateway, "GET", "/v1/responses/" + id, "", "k1").status());
        }
    }

    @Test
    void theSearchForWhatASingleClientKeepsGoesThroughAllAccounts() throws IOException {
        String id = stored("sk-h");
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 8, "")) {
            TestClient.Answer answer = send(gateway, "GET", "/v1/responses/" + id, "", "");
            assertEquals(200, answer.status(), answer.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "OPTIONS", "PROPFIND"})
    void methodsThatNobodyNeedsAreNotPassedOn(String method) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, TWO_CLIENTS + "server: {forward-other: true}\n")) {
            TestClient.Answer answer = send(gateway, method, "/v1/anything", "", "k1");
            assertEquals(405, answer.status(), answer.text());
            assertEquals(0, upstream.log().total());
        }
    }

    @Test
    void checkRefusesAModuleThatServeWouldRefuse() throws IOException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, "accounts: [{name: a, base-url: \"http://127.0.0.1:1/v1\", api-key: k}]\nmodules: {body: nosuch}\n");
        StringWriter said = new StringWriter();
        int exit = new CommandLine(new CheckCommand()).setErr(new PrintWriter(said, true)).execute("--config", file.toString());
        assertNotEquals(0, exit);
        assertTrue(said.toString().contains("modules.body: there is no provider 'nosuch'"), said.toString());
    }
}
