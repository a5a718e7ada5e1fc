package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.image.Asking.Heard;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/** What the gateway says itself, error bodies, made ends of streams and errors on sockets, is what OpenAI's document knows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayConformsTest {
    private static final String CONFIGURATION = """
            clients:
              - {name: all, key-sha256: ALL}
              - {name: few, key-sha256: FEW, models: [gpt-5.1], requests-per-minute: 1}
            accounts:
              - {name: a, base-url: "UPSTREAM", api-key: sk-a, models: [{from: "gpt-5*"}, {from: "sim-*"}], websocket: on}
              - {name: b, base-url: "UPSTREAM", api-key: sk-sim-500, models: [{from: broken}], websocket: on}
              - {name: c, base-url: "UPSTREAM", api-key: sk-sim-429-retry-60, models: [{from: limited}], websocket: on}
              - {name: d, base-url: "http://127.0.0.1:1/v1", api-key: sk-d, models: [{from: unreachable}]}
              - {name: e, base-url: "UPSTREAM", api-key: sk-sim-401, models: [{from: unauthorized}]}
            limits: {body: 64KiB}
            stream: {first-output-timeout: 2s, idle-timeout: 3s}
            failover: {max-attempts: 1, breaker: {failures: 1000}}
            """;

    private SimulatedUpstream upstream;
    private RunningImage gateway;
    private OpenAiSchemas schemas;
    private Asking asking;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        schemas = new OpenAiSchemas();
        upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")));
        gateway = RunningImage.of(Image.BUILT, folder, "", CONFIGURATION.replace("UPSTREAM", upstream.baseUri().toString())
                .replace("ALL", hash("sk-all")).replace("FEW", hash("sk-few")));
        asking = new Asking(schemas, gateway.uri(), "sk-all");
    }

    @AfterAll
    void stop() {
        asking.close();
        gateway.close();
        upstream.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"POST|/responses|{", "POST|/responses|{\"input\":\"x\"}",
            "POST|/responses|{\"model\":\"gpt-5.1\",\"model\":\"gpt-5.1\"}",
            "POST|/responses|{\"model\":\"gpt-5.1\",\"stream\":7}", "GET|/responses/resp_none|''", "GET|/nothing|''",
            "PUT|/responses|''", "GET|/responses|''", "POST|/responses|{\"model\":\"nobodys\"}",
            "GET|/models/nobodys|''", "POST|/responses|{\"model\":\"unreachable\",\"stream\":true}",
            "POST|/responses|{\"model\":\"limited\"}", "POST|/responses|{\"model\":\"broken\"}",
            "POST|/responses|{\"model\":\"sim-status-400\"}", "POST|/responses|{\"model\":\"sim-status-500-body-html\"}",
            "POST|/responses|{\"model\":\"unauthorized\"}"})
    void errors(String method, String path, String body) throws Exception {
        Heard answer = asking.send(method, path, body);

        assertTrue(answer.status() >= 400, answer.body());
        assertEquals(List.of(), answer.faults());
    }

    @Test
    void errorsOfSizeAndEncoding() throws Exception {
        String body = "{\"model\":\"gpt-5.1\",\"input\":\"" + "x".repeat(100_000) + "\"}";

        assertEquals(List.of(), asking.post("/responses", body).faults());
        Heard encoding = asking.send("POST", "/responses", "{}", "Content-Encoding", "br");
        assertEquals(415, encoding.status());
        assertEquals(List.of(), encoding.faults());
    }

    @Test
    void errorsOfAClientsRights() throws Exception {
        try (Asking few = new Asking(schemas, gateway.uri(), "sk-few"); Asking none = new Asking(schemas, gateway.uri(), "sk-no")) {
            Heard unknown = none.post("/responses", "{\"model\":\"gpt-5.1\"}");
            assertEquals(401, unknown.status());
            assertEquals(List.of(), unknown.faults());
            Heard model = few.post("/responses", "{\"model\":\"gpt-5-mini\"}");
            assertEquals(403, model.status());
            assertEquals(List.of(), model.faults());
            few.post("/responses", "{\"model\":\"gpt-5.1\"}");
            Heard often = few.post("/responses", "{\"model\":\"gpt-5.1\"}");
            assertEquals(429, often.status());
            assertEquals(List.of(), often.faults());
        }
    }

    /** Every place where an answer can break off behind its first event, up to its last event, and silence that lasts too long. */
    @ParameterizedTest
    @ValueSource(strings = {"cutafter-1", "cutafter-2", "cutafter-3", "cutafter-5", "cutafter-13", "cutafter-15", "noend", "stall-2",
            "stall-6", "reasoning-cutafter-9", "codex_rl-cutafter-1", "codex_rl-cutafter-4", "keepalives-2-cutafter-4",
            "tool-weather-cutafter-4", "failat-3-fail-server_error", "ratelimited"})
    void endsOfStreams(String fault) throws Exception {
        String model = "{\"model\":\"sim-" + fault + "\"";
        Heard stream = asking.post("/responses", model + ",\"input\":\"x\",\"stream\":true}");
        Heard turn = asking.turn("{\"type\":\"response.create\"," + model.substring(1) + ",\"input\":\"x\"}");

        assertEquals(List.of(), ownFaults(stream));
        assertEquals(List.of(), ownFaults(turn));
        assertTrue(stream.status() >= 400 || stream.types().getLast().matches("response\\.(failed|completed)"), stream.body());
    }

    /** SIGTERM while both are silent: whatever they are told by then, the document knows it. */
    @Test
    void theEndOfADrain(@TempDir Path folder) throws Exception {
        String model = "{\"model\":\"sim-stall-6\",\"input\":\"x\"";
        try (RunningImage ending = RunningImage.of(Image.BUILT, folder, "", "server: {drain: 100ms}\n"
                + RunningImage.account(upstream.baseUri()).replace("concurrency", "websocket: on, concurrency"));
                Asking there = new Asking(schemas, ending.uri(), "sk-all")) {
            int before = upstream.log().all().size();
            CompletableFuture<Heard> stream = heard(() -> there.post("/responses", model + ",\"stream\":true}"));
            CompletableFuture<Heard> turn = heard(() -> there.turn("{\"type\":\"response.create\"," + model.substring(1) + "}"));
            while (upstream.log().all().stream().skip(before).filter(asked -> !asked.method().equals("GET")).count() < 2) {
                Thread.onSpinWait();
            }
            ending.terminate();

            assertEquals(List.of(), stream.get().faults());
            assertEquals(List.of(), turn.get().faults());
            assertTrue(stream.get().body().contains("draining"), stream.get().body());
            assertTrue(turn.get().body().contains("draining"), turn.get().body());
        }
    }

    private static CompletableFuture<Heard> heard(Callable<Heard> asking) {
        CompletableFuture<Heard> heard = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                heard.complete(asking.call());
            } catch (Exception e) {
                heard.completeExceptionally(e);
            }
        });
        return heard;
    }

    @Test
    void wholeAnswersMadeOfStreams() throws Exception {
        Heard folded = asking.post("/responses", "{\"model\":\"sim-swap\",\"input\":\"x\"}");

        assertEquals(200, folded.status());
        assertEquals(List.of(), folded.faults());
    }

    @Test
    void aStreamMadeOfAWholeAnswer() throws Exception {
        Heard stream = asking.post("/responses", "{\"model\":\"sim-swap\",\"input\":\"x\",\"stream\":true}");

        assertEquals(List.of("response.completed"), stream.types());
        assertEquals(List.of(), stream.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/models", "/models/broken"})
    void listsOfModels(String path) throws Exception {
        Heard models = asking.send("GET", path, "");

        assertEquals(200, models.status());
        assertEquals(List.of(), models.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"type\":\"other\"}", "{\"type\":\"response.create\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"nobodys\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"unreachable\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"limited\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"broken\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"previous_response_id\":\"resp_none\",\"input\":\"x\"}",
            "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"stream_id\":\"s\",\"background\":true,\"input\":\"x\"}"})
    void errorsOnASocket(String message) throws Exception {
        Heard turn = asking.turn(message);

        assertEquals(List.of(), turn.faults());
        assertEquals(List.of("error"), turn.types());
    }

    /** Events of the upstream that the document does not know pass as they are. */
    private static List<String> ownFaults(Heard heard) {
        return heard.faults().stream()
                .filter(fault -> !fault.matches("(?s)no event of the API: \\{\"type\":\"(codex\\.rate_limits|keepalive)\".*")).toList();
    }

    private static String hash(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
