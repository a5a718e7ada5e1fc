package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedUpstreamTest {
    private SimulatedUpstream upstream;
    private Calls calls;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        calls = new Calls(upstream);
    }

    @AfterEach
    void stop() {
        calls.close();
        upstream.close();
    }

    @Test
    void tellsTheWholeEventSequenceWithNumbers() throws Exception {
        HttpResponse<String> answer = calls.stream("sk-a", "deltas=2;reasoning");

        assertEquals(200, answer.statusCode());
        assertEquals(List.of("response.created", "response.in_progress", "response.output_item.added",
                "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed"), Calls.events(answer.body()));
        List<String> data = answer.body().lines().filter(line -> line.startsWith("data: ")).toList();
        for (int i = 0; i < data.size(); i++) {
            assertTrue(data.get(i).contains("\"sequence_number\":" + i + ","), data.get(i));
        }
        assertTrue(data.getLast().contains("\"output_tokens\":66,\"output_tokens_details\":{\"reasoning_tokens\":64}"));
    }

    @Test
    void everyEventIsJson() throws Exception {
        String body = "{\n \"model\":\"gpt-5.1\",\r\n\"stream\":true,\"metadata\":{\n\"a\":\"b\"},\"instructions\":\"x\\ny\","
                + "\"input\":\"hi [[sim:tool=exec_command;reasoning;codex_rl;args_b64=eyJjbWQiOiJscyAtbGEgL3RtcCJ9]]\"}";

        String stream = calls.post("sk-a", body).body();

        for (String line : stream.lines().filter(l -> !l.isEmpty()).toList()) {
            assertTrue(line.startsWith("event: ") || line.startsWith("data: "), line);
            if (line.startsWith("data: ")) {
                ResponseRequestReader.read(line.substring(6).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertTrue(stream.contains("\"arguments\":\"{\\\"cmd\\\":\\\"ls -la /tmp\\\"}\""));
    }

    @Test
    void answersWithTextWhenTheInputEndsWithAToolsOutput() throws Exception {
        String body = "{\"model\":\"m\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"input_text\",\"text\":\"hi [[mock:tool=f]]\"}]},{\"type\":\"function_call\",\"call_id\":\"c\","
                + "\"name\":\"f\",\"arguments\":\"{}\"},"
                + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"1\"}]}";

        String stream = calls.post("sk-a", body).body();

        assertFalse(stream.contains("function_call_arguments"));
        assertTrue(stream.contains("response.output_text.done"));
    }

    @Test
    void logsWhatItReceivedByteForByte() throws Exception {
        String body = " {\"model\" : \"gpt-5.1\", \"x\":1e400, \"big\":12345678901234567890123, \"\\u0061\":\"🙂\",\"x\":2}";

        calls.post("sk-a", body);

        ReceivedRequest received = upstream.log().last();
        assertArrayEquals(body.getBytes(StandardCharsets.UTF_8), received.body());
        assertEquals("sk-a", received.accountKey());
        assertEquals("/v1/responses", received.target());
        assertEquals(ReceivedRequest.Ending.ANSWERED, received.awaitEnd());
        assertEquals(200, received.status());
        assertTrue(received.firstByteNanos().orElseThrow() >= received.arrivedNanos());
        assertEquals(0, upstream.activeRequests());
        assertEquals(1, upstream.openConnections());
    }

    @Test
    void keepsResponsesForTheirAccountOnly() throws Exception {
        String id = Calls.member(calls.post("sk-a", Calls.json("deltas=3")).body(), "id");

        assertEquals(200, calls.get("/responses/" + id, "sk-a").statusCode());
        assertEquals(404, calls.get("/responses/" + id, "sk-b").statusCode());
        assertTrue(calls.get("/responses/" + id + "/input_items", "sk-a").body().contains("deltas=3"));
        HttpResponse<String> rest = calls.get("/responses/" + id + "?stream=true&starting_after=4", "sk-a");
        assertTrue(rest.body().startsWith("event: response.output_text.delta"));
        assertTrue(rest.body().contains("\"sequence_number\":5,"));
        assertEquals(400, calls.post("/responses/" + id + "/cancel", "sk-a", "").statusCode());
        assertEquals(200, calls.delete("/responses/" + id, "sk-a").statusCode());
        assertEquals(404, calls.get("/responses/" + id, "sk-a").statusCode());
    }

    @Test
    void doesNotKeepWhatMayNotBeStored() throws Exception {
        String id = Calls.member(calls.post("sk-a", "{\"model\":\"m\",\"input\":\"x\",\"store\":false}").body(), "id");

        HttpResponse<String> next = calls.post("sk-a",
                "{\"model\":\"m\",\"input\":\"x\",\"previous_response_id\":\"" + id + "\"}");

        assertEquals(400, next.statusCode());
        assertEquals("previous_response_not_found", Calls.member(next.body(), "code"));
    }

    @Test
    void backgroundResponsesCanBeCancelled() throws Exception {
        String body = "{\"model\":\"m\",\"background\":true,\"input\":\"x [[sim:first=9m]]\"}";
        String made = calls.post("sk-a", body).body();
        assertTrue(made.contains("\"status\":\"queued\""));

        HttpResponse<String> cancelled = calls.post("/responses/" + Calls.member(made, "id") + "/cancel", "sk-a", "");

        assertEquals("cancelled", Calls.member(cancelled.body(), "status"));
    }

    @Test
    void cachesPromptsByKeyAndAccount() throws Exception {
        String body = "{\"model\":\"m\",\"prompt_cache_key\":\"s\",\"input\":\"" + "x".repeat(8000) + "\"}";
        assertTrue(calls.post("sk-a", body).body().contains("\"cached_tokens\":0"));

        assertTrue(calls.post("sk-a", body).body().contains("\"cached_tokens\":1920"));
        assertTrue(calls.post("sk-b", body).body().contains("\"cached_tokens\":0"));
    }

    @Test
    void refusesReasoningOfAnotherOrganisation() throws Exception {
        String answer = calls.post("sk-sim-org-one-id-a", Calls.json("reasoning")).body();
        String next = "{\"model\":\"m\",\"input\":[{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\""
                + Calls.member(answer, "encrypted_content") + "\"}]}";

        assertEquals(200, calls.post("sk-sim-org-one-id-b", next).statusCode());
        HttpResponse<String> foreign = calls.post("sk-sim-org-two", next);
        assertEquals(400, foreign.statusCode());
        assertEquals("invalid_encrypted_content", Calls.member(foreign.body(), "code"));
    }

    @Test
    void conversationsBelongToTheirAccount() throws Exception {
        String id = Calls.member(calls.post("/conversations", "sk-a", "{}").body(), "id");
        String body = "{\"model\":\"m\",\"input\":\"x\",\"conversation\":{\"id\":\"" + id + "\"}}";

        assertTrue(calls.post("sk-a", body).body().contains("\"conversation\":{\"id\":\"" + id + "\"}"));
        assertEquals(404, calls.post("sk-b", body).statusCode());
    }

    @Test
    void servesTheOtherRoutes() throws Exception {
        assertTrue(calls.get("/models", "sk-a").body().contains("\"id\":\"gpt-5.1\""));
        assertEquals(200, calls.get("/models/gpt-5.1", "sk-a").statusCode());
        assertEquals(404, calls.get("/models/none", "sk-a").statusCode());
        assertTrue(calls.post("/responses/input_tokens", "sk-a", Calls.json("deltas=1")).body().contains("input_tokens\":"));
        assertTrue(calls.post("/responses/compact", "sk-a", Calls.json("deltas=1")).body().contains("\"compaction\""));
        assertEquals("unknown_url", Calls.member(calls.get("/nothing", "sk-a").body(), "code"));
        assertEquals(400, calls.post("sk-a", "{\"model\":").statusCode());
        assertEquals(400, calls.post("sk-a", "{\"input\":\"x\"}").statusCode());
        assertEquals(1, upstream.acceptedConnections());
    }

    @Test
    void acceptsOnlyItsKeysIfItHasSome() throws Exception {
        SimulatorSettings settings = SimulatorSettings.DEFAULT.withKeys(Set.of("sk-good"))
                .withOrganizations(Map.of("sk-good", "org-x"));
        try (SimulatedUpstream strict = SimulatedUpstream.start(settings); Calls strictly = new Calls(strict)) {
            assertEquals(401, strictly.post("sk-bad", Calls.json("deltas=1")).statusCode());
            HttpResponse<String> good = strictly.post("sk-good", Calls.json("deltas=1"));
            assertEquals(200, good.statusCode());
            assertEquals("org-x", good.headers().firstValue("openai-organization").orElseThrow());
        }
    }
}
