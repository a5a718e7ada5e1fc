package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/** Two gateways that differ only in {@code modules:}, and must not differ in anything that a client or an upstream sees. */
class ProvidersAgreeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ALL_NEW = "modules: {body: splice, collector: sized, relay: batching, answer: streaming, "
            + "scheduler: layered, upstream: direct, streams: loop, seats: lean}\n";
    private static final String ALL_BASELINE = "modules: {body: tree, collector: growing, relay: per-line, answer: buffered, "
            + "scheduler: decoding, upstream: webclient, streams: shared, seats: sweeping}\n";
    /** The first account edits nothing, the second one has rules of every kind; each model is served by one of them only. */
    private static final String ACCOUNTS = """
            accounts:
              - {name: a, base-url: "UPSTREAM", api-key: sk-a, models: [{from: "gpt-5*"}, {from: "sim-*"}, {from: fast, to: gpt-5-mini}]}
              - name: b
                base-url: "UPSTREAM"
                api-key: sk-b
                models: [{from: edited, to: gpt-5-nano}]
                remove: [store, metadata.secret]
                set: {service_tier: flex, text.verbosity: low}
                replace: {reasoning.effort: {minimal: low, medium: high}}
                input: [drop-item-ids, drop-encrypted-reasoning, drop-item-references]
              - {name: c, base-url: "UPSTREAM", api-key: sk-c, models: [{from: over-websocket, to: gpt-5.1}], websocket: prefer}
            """;
    /** Without 103 Early Hints, which Helidon's WebClient takes for the answer and waits on for ever. */
    private static final List<String> WORKING = List.of("gpt-5.1", "fast", "edited", "over-websocket", "sim-status-400",
            "sim-status-422", "sim-incomplete", "sim-huge-100000", "sim-eol-crlf", "sim-split-7", "sim-comments-2", "sim-after-done",
            "sim-reasoning", "sim-tool-weather", "sim-deltas-300");
    /** Each has an account of its own for each kind of answer: a failure rests accounts, longer with some schedulers. */
    private static final List<String> FAILING = List.of("sim-overloaded", "sim-ratelimited", "sim-fail-context_length_exceeded",
            "sim-failat-3-fail-server_error", "sim-status-404", "sim-status-429-retry-7", "sim-status-401", "sim-status-402",
            "sim-status-500", "sim-status-503-body-html", "sim-swap", "sim-drop-rst");

    @TempDir
    private Path folder;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A gateway, its upstream, and all that a client can see of them. */
    private final class Side implements AutoCloseable {
        private final SimulatedUpstream upstream;
        private final RunningImage gateway;

        Side(String modules) throws IOException {
            this(ACCOUNTS + failing(), modules);
        }

        Side(String accounts, String modules) throws IOException {
            upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")));
            gateway = RunningImage.of(Image.BUILT, folder, "",
                    accounts.replace("UPSTREAM", upstream.baseUri().toString()) + modules);
        }

        Answer send(String method, String path, String body) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.uri() + path)).header("content-type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.headers().firstValue("content-type"),
                    response.headers().firstValue("x-sluice-error"), comparable(response.body()));
        }

        /**
         * The status, what came until the end, and whether that was a break. By the old client of the JDK: the new one forgets what
         * came before an answer was broken off, if that was not read yet.
         */
        List<Object> ends(String[] request) throws IOException {
            HttpURLConnection call = (HttpURLConnection) URI.create(gateway.uri() + request[1]).toURL().openConnection();
            call.setRequestMethod(request[0]);
            call.setRequestProperty("content-type", "application/json");
            call.setDoOutput(true);
            call.getOutputStream().write(request[2].getBytes(StandardCharsets.UTF_8));
            int status = call.getResponseCode();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            boolean broken = false;
            try (InputStream in = status >= 400 ? call.getErrorStream() : call.getInputStream()) {
                in.transferTo(body);
            } catch (IOException e) {
                broken = true;
            }
            // A tree spells characters as it likes, and half an object is none to compare.
            String text = withoutIds(body.toByteArray()).replace("\\uD83D\\uDE42", "\uD83D\uDE42");
            return List.of(status, broken ? text : comparable(text.getBytes(StandardCharsets.UTF_8)), broken);
        }

        /** What the upstream got since the last call. */
        List<Received> received() throws IOException {
            List<Received> all = new ArrayList<>();
            for (ReceivedRequest request : upstream.log().all()) {
                byte[] body = request.body();
                all.add(new Received(request.accountKey(), request.method(), request.target(),
                        body.length == 0 ? MAPPER.nullNode() : MAPPER.readTree(body)));
            }
            upstream.log().clear();
            return all;
        }

        @Override
        public void close() {
            gateway.close();
            upstream.close();
        }
    }

    /** Without retry-after, for each scheduler rests accounts for its own time. */
    private record Answer(int status, Optional<String> type, Optional<String> error, Object body) { }

    private record Received(String key, String method, String target, JsonNode body) { }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void treeAndSpliceSendTheSameJsonForAllCaptures(boolean edited) throws Exception {
        try (Side tree = new Side("modules: {body: tree}\n"); Side splice = new Side("modules: {body: splice}\n")) {
            for (Map.Entry<String, String> capture : Captures.all().entrySet()) {
                String body = capture.getValue();
                if (edited) {
                    body = body.replaceFirst("\"model\":\"[^\"]*\"", "\"model\":\"edited\"");
                }
                tree.send("POST", "/responses", body);
                splice.send("POST", "/responses", body);
                List<Received> sent = tree.received();
                assertEquals(sent, splice.received(), capture.getKey());
                assertEquals(edited ? "gpt-5-nano" : MAPPER.readTree(body).get("model").asText(),
                        sent.getFirst().body().get("model").asText(), capture.getKey());
                assertEquals(!edited, MAPPER.readTree(body).equals(sent.getFirst().body()), capture.getKey());
            }
        }
    }

    @Test
    void allBaselineProvidersAnswerLikeAllNewOnes() throws Exception {
        try (Side before = new Side(ALL_BASELINE); Side after = new Side(ALL_NEW)) {
            List<String> differences = new ArrayList<>();
            for (String[] request : requests()) {
                Answer expected = before.send(request[0], request[1], request[2]);
                Answer answer = after.send(request[0], request[1], request[2]);
                List<Received> sent = before.received();
                List<Received> sentNow = after.received();
                // What an account says behind its end passes for as long as it is awaited, which the line by line relay does not.
                boolean behindTheEnd = request[2].contains("sim-after-done");
                if (!behindTheEnd && !expected.equals(answer) || !sent.equals(sentNow)) {
                    differences.add(String.join(" ", request) + "\n" + sent + "\n" + sentNow + "\n" + expected + "\n" + answer);
                }
            }
            assertEquals(List.of(), differences);
        }
    }

    /** Where an upstream breaks off, says nothing more, or resets the connection, both end alike: each stream once, by a legal end. */
    @ParameterizedTest
    @ValueSource(strings = {"sim-deltas-20-cutafter-3", "sim-deltas-20-cutafter-12", "sim-deltas-20-cut-2500", "sim-noend",
        "sim-deltas-20-stall-4", "sim-deltas-20-rst-2500", "sim-drop-fin", "sim-drop-rst"})
    void brokenUpstreamsEndAlike(String fault) throws Exception {
        String accounts = "accounts: [{name: a, base-url: \"UPSTREAM\", api-key: sk-a}]\nstream: {idle-timeout: 2s}\n";
        try (Side before = new Side(accounts, ALL_BASELINE); Side after = new Side(accounts, ALL_NEW)) {
            for (boolean stream : new boolean[] {true, false}) {
                String[] request = post(fault, stream);
                assertEquals(before.ends(request), after.ends(request), fault + (stream ? " as a stream" : " whole"));
            }
        }
    }

    private static List<String[]> requests() throws IOException {
        List<String[]> all = new ArrayList<>();
        Captures.all().values().forEach(body -> all.add(new String[] {"POST", "/responses", body}));
        for (String model : WORKING) {
            all.add(post(model, false));
            all.add(post(model, true));
        }
        all.add(post("served-by-none", true));
        for (String bad : List.of("{\"model\":", "", "[]", "{}", "{\"model\":1}", "{\"model\":\"m\",\"model\":\"m\"}",
                "{\"model\":\"gpt-5.1\",\"stream\":1}", "{\"model\":\"gpt-5.1\",\"previous_response_id\":\"resp_none\"}")) {
            all.add(post(bad));
        }
        all.add(new String[] {"GET", "/models", ""});
        all.add(new String[] {"GET", "/nothing", ""});
        all.add(new String[] {"PUT", "/responses", ""});
        all.add(new String[] {"POST", "/responses/input_tokens", "{\"model\":\"gpt-5.1\",\"input\":\"count me\"}"});
        // Last, for a resting account is a reason for others to be told so.
        for (int i = 0; i < FAILING.size(); i++) {
            all.add(post("failing-json-" + i, false));
            all.add(post("failing-stream-" + i, true));
        }
        return all;
    }

    private static String failing() {
        StringBuilder accounts = new StringBuilder();
        for (int i = 0; i < FAILING.size(); i++) {
            for (String kind : List.of("json", "stream")) {
                String name = "failing-" + kind + "-" + i;
                accounts.append("  - {name: ").append(name).append(", base-url: \"UPSTREAM\", api-key: k-").append(name)
                        .append(", models: [{from: ").append(name).append(", to: ").append(FAILING.get(i)).append("}]}\n");
            }
        }
        return accounts.toString();
    }

    private static String[] post(String model, boolean stream) {
        return post("{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"store\":false,\"input\":\"say model\"}");
    }

    private static String[] post(String body) {
        return new String[] {"POST", "/responses", body};
    }

    private static String withoutIds(byte[] body) {
        return new String(body, StandardCharsets.UTF_8)
                .replaceAll("\\b(resp|msg|rs|fc|call|req|ws)_[0-9A-Za-z_]{6,}", "$1_x")
                .replaceAll("\"(created|completed|resets)_at\":\\d+", "\"$1_at\":0")
                .replaceAll("\"encrypted_content\":\"[^\"]*\"", "\"encrypted_content\":\"\"")
                .replaceAll("(\\d)\\.0(?=[,}\\]])", "$1"); // a tree spells 1.0 as it likes
    }

    /** A body without what differs from answer to answer; of an error, the words are free, its fields are not. */
    private static Object comparable(byte[] body) throws IOException {
        String text = withoutIds(body);
        if (!text.startsWith("{")) {
            return text;
        }
        JsonNode json = MAPPER.readTree(text);
        if (json.path("error").path("code").asText().equals("invalid_json")) {
            ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("error")).put("message", "");
        }
        return json;
    }
}
