package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.UsageRecord;
import sluice.simulator.SimulatedUpstream;

/**
 * A request is recorded from its first byte on, so those that are refused before anything is known of them are recorded too,
 * each once, with why (optimisation 5). A record that is opened when the body has been read would miss nearly all of these.
 */
class EarlyRefusalsTest {
    private static final String KEY = "Authorization";
    private static final String GOOD = "Bearer key-a";
    private static final String BODY = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private final List<String> told = new ArrayList<>();

    private void refused(TestClient client, int status, String code, String method, String path, String body, String... headers)
            throws IOException {
        TestClient.Answer answer = client.send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
        assertEquals(status, answer.status(), answer.text());
        assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer.text());
        told.add(status + " " + code);
    }

    private static String configuration() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest("key-a".getBytes(StandardCharsets.UTF_8));
        return "limits: {body: 1MiB}\nclients: [{name: a, key-sha256: " + HexFormat.of().formatHex(hash) + ", models: [\"gpt-5*\"]}]\n";
    }

    @Test
    void areRecordedOnceEachHoweverEarlyTheyAre() throws Exception {
        Witness witness = new Witness();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of("accounts: [{name: up, base-url: \"" + upstream.baseUri()
                        + "\", api-key: sk-up}]\n" + configuration(), witness::watch)) {
            try (TestClient client = gateway.client()) {
                refused(client, 401, "invalid_api_key", "POST", "/v1/responses", BODY);
                refused(client, 401, "invalid_api_key", "POST", "/v1/responses", BODY, KEY, "Bearer another");
                refused(client, 404, "unknown_path", "GET", "/v1/nothing", "", KEY, GOOD);
                refused(client, 405, "method_not_allowed", "PUT", "/v1/responses", "", KEY, GOOD);
                refused(client, 426, "websocket_unavailable", "GET", "/v1/responses", "", KEY, GOOD);
                refused(client, 413, "body_too_large", "POST", "/v1/responses", " ".repeat(2 << 20), KEY, GOOD);
                refused(client, 415, "unsupported_content_encoding", "POST", "/v1/responses", BODY, KEY, GOOD, "Content-Encoding", "br");
                refused(client, 400, "corrupt_content_encoding", "POST", "/v1/responses", BODY, KEY, GOOD, "Content-Encoding", "gzip");
                refused(client, 400, "invalid_json", "POST", "/v1/responses", "{\"model\":", KEY, GOOD);
                refused(client, 400, "duplicate_member", "POST", "/v1/responses", "{\"model\":\"m\",\"model\":\"n\"}", KEY, GOOD);
                refused(client, 400, "model_required", "POST", "/v1/responses", "{}", KEY, GOOD);
                refused(client, 403, "model_not_allowed", "POST", "/v1/responses", BODY.replace("gpt-5.1", "other"), KEY, GOOD);
            }
            try (TestClient client = gateway.client()) {
                client.raw("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
                assertEquals(400, client.answer("POST").status());
                told.add("400 bad_request_framing");
            }
            gateway.process().gateway().drain();
            try (TestClient client = gateway.client()) {
                refused(client, 503, "draining", "POST", "/v1/responses", BODY, KEY, GOOD);
            }
            witness.awaitEnd(told.size());

            // Sorted, for a record is handed out after its answer, and connections do not wait for each other.
            assertEquals(told.stream().sorted().toList(),
                    witness.records().stream().map(record -> record.status() + " " + record.errorCode()).sorted().toList());
            assertEquals(told.size(), witness.records().stream().map(UsageRecord::requestId).distinct().count());
            assertTrue(witness.records().stream().allMatch(record -> record.attempts() == 0 && record.durationNanos() > 0
                    && record.account().isEmpty() && !record.route().isEmpty()), witness.records().toString());
            assertEquals(0, witness.leases());
            assertEquals(0, upstream.log().total());
        }
    }
}
