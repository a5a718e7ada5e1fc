package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

class ServerTimingTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String PLAIN = "{\"model\":\"gpt-5\",\"store\":false,\"input\":\"[[sim:headers=40ms]]\"}";
    private static final String STREAM =
            "{\"model\":\"gpt-5\",\"stream\":true,\"store\":false,\"input\":\"[[sim:deltas=20;interval=2ms]]\"}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    private RunningGateway gateway(String more) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 1, more);
    }

    /** The parts by their order: their sum is the last one, the total. */
    private static List<BigDecimal> parts(String value) {
        List<BigDecimal> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String part : value.split(", ")) {
            names.add(part.substring(0, part.indexOf(";dur=")));
            parts.add(new BigDecimal(part.substring(part.indexOf("=") + 1)));
        }
        assertEquals(List.of("auth", "body", "scan", "queue", "schedule", "retry", "connect", "upstream", "relay", "total"), names);
        assertEquals(parts.getLast(), parts.subList(0, parts.size() - 1).stream().reduce(BigDecimal.ZERO, BigDecimal::add), value);
        return parts;
    }

    @Test
    void tellsWhereTheTimeWentAndItAddsUp() throws IOException {
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            List<BigDecimal> parts = parts(client.post(PLAIN).headers().first("server-timing").orElseThrow());
            assertTrue(parts.get(7).doubleValue() >= 40, "the upstream took 40 ms: " + parts);
            assertTrue(parts.get(7).doubleValue() > parts.get(9).doubleValue() / 2, parts.toString());
            parts(client.post("{").headers().first("server-timing").orElseThrow());
        }
    }

    @Test
    void endsAStreamWithTheTimesIfAskedTo() throws IOException {
        try (RunningGateway gateway = gateway("stream: {server-timing: true}"); TestClient client = gateway.client()) {
            String text = client.post(STREAM).text();
            int comment = text.lastIndexOf("\n\n: server-timing ");
            assertTrue(comment > text.indexOf("event: response.completed"), text);
            List<BigDecimal> parts = parts(text.substring(comment + 18).strip());
            assertTrue(parts.get(8).doubleValue() >= 19 * 2, "relaying took the time of the deltas: " + parts);
        }
        try (RunningGateway gateway = gateway(""); TestClient client = gateway.client()) {
            assertFalse(client.post(STREAM).text().contains("server-timing"), "nobody asked for it");
        }
    }

    @Test
    void tellsClientsWithDiagnosticsOnly() throws IOException {
        String clients = "clients: [{name: plain, key-sha256: \"" + KeyHash.of("plain").hex() + "\"}, {name: curious, key-sha256: \""
                + KeyHash.of("curious").hex() + "\", diagnostics: true}]\nstream: {server-timing: true}\n";
        try (RunningGateway gateway = gateway(clients); TestClient client = gateway.client()) {
            TestClient.Answer plain = client.post("/v1/responses", STREAM, "authorization", "Bearer plain");
            assertFalse(plain.headers().has("server-timing"));
            assertFalse(plain.text().contains("server-timing"));
            assertTrue(client.post("/v1/responses", STREAM, "authorization", "Bearer curious").headers().has("server-timing"));
            assertFalse(client.post("/v1/responses", STREAM, "authorization", "Bearer plain").headers().has("server-timing"),
                    "nothing is left of the request before on the same connection");
        }
    }

    @Test
    void passesTraceparentOnAndLogsIt() throws IOException {
        for (String form : List.of("json", "text")) {
            try (RunningGateway gateway = gateway("log: {requests: " + form + "}"); TestClient client = gateway.client()) {
                TestClient.Answer answer = client.post("/v1/responses", STREAM, "traceparent", PARENT, "tracestate", "a=b",
                        "x-client-request-id", "mine");
                assertEquals(PARENT, upstream.log().last().headers().first("traceparent").orElseThrow());
                assertEquals("a=b", upstream.log().last().headers().first("tracestate").orElseThrow());
                client.post("{");
                String log = gateway.log();
                assertTrue(log.contains(PARENT), log);
                assertTrue(log.contains(answer.headers().first("x-sluice-request-id").orElseThrow()), log);
            }
        }
    }
}
