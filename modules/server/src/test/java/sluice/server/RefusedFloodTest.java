package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.UsageRecord;
import sluice.ledger.LogSinkFactory;

/** Thousands of requests without a key, beside one that costs money: what they leave in the ledger. */
class RefusedFloodTest {
    private static final int REQUESTS = 6000;
    private static final int AT_ONCE = 500;
    private static final String REFUSED = "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void whatCostsNothingDrivesOutNothing(@TempDir Path folder) throws IOException {
        Path ledger = folder.resolve("usage.jsonl");
        try (SayingUpstream upstream = new SayingUpstream()) {
            try (RunningGateway gateway = RunningGateway.of("accounts: [{name: one, base-url: '" + upstream.uri() + "', api-key: k}]\n"
                    + "clients: [{name: team, key: secret}]\nusage: {path: '" + ledger + "', rotate: 300KiB, keep: 3}\n")) {
                ask(gateway);
                try (TestClient nobody = gateway.client()) {
                    for (int i = 0; i < REQUESTS; i += AT_ONCE) {
                        nobody.raw(REFUSED.repeat(AT_ONCE));
                        for (int answer = 0; answer < AT_ONCE; answer++) {
                            assertEquals(401, nobody.answer("GET").status());
                        }
                    }
                }
                ask(gateway);
            }
        }
        List<UsageRecord> kept = new ArrayList<>();
        new LogSinkFactory().read(Map.of("path", ledger.toString()), 0, Long.MAX_VALUE, kept::add);
        assertEquals(2, kept.stream().filter(record -> record.client().equals("team")).count(), "those that an account answered");
        assertTrue(kept.size() < REQUESTS / 2, () -> kept.size() + " records");
    }

    private static void ask(RunningGateway gateway) throws IOException {
        try (TestClient client = gateway.client()) {
            String body = "{\"model\":\"m\",\"input\":\"hi\"}";
            assertEquals(200, client.post("/v1/responses", body, "Authorization", "Bearer secret").status());
        }
    }
}
