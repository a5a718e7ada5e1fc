package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

/** Anybody may ask whether the gateway is well. Who the accounts are is for those who show a token. */
class HealthTest {
    private static final String YAML = "accounts: [{name: acme-main, base-url: \"%s\", api-key: k}, {name: acme-spare, base-url: \"%s\", "
            + "api-key: k}]\nclients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex() + "\"}]\n";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready"})
    void theAdminPortNamesAccountsToThoseWithTheTokenOnly(String path) throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of(YAML.formatted(upstream.baseUri(), upstream.baseUri())
                        + "server: {admin: {token: \"the admin token of this test\"}}\n");
                TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            for (String key : new String[] {"", "Bearer wrong", "Bearer k1"}) {
                TestClient.Answer answer = key.isEmpty() ? admin.send("GET", path, new byte[0])
                        : admin.send("GET", path, new byte[0], "Authorization", key);
                assertEquals(200, answer.status());
                assertFalse(answer.text().contains("acme"), answer.text());
            }
            TestClient.Answer known = admin.send("GET", path, new byte[0], "Authorization", "Bearer the admin token of this test");
            assertEquals(!path.endsWith("live"), known.text().contains("acme-main"), known.text());
        }
    }

    @Test
    void theDataPortNamesNobody() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.of(YAML.formatted(upstream.baseUri(), upstream.baseUri())
                        + "server: {" + Door.settings(authority) + "}\n")) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
                    for (String path : new String[] {"/health", "/health/live", "/health/ready"}) {
                        for (String key : new String[] {"nobody", "k1"}) {
                            String said = door.send("GET", path, "", "x-api-key", key).body();
                            assertTrue(said.contains("\"UP\"") && !said.contains("acme"), said);
                        }
                    }
                }
            }
        }
    }
}
