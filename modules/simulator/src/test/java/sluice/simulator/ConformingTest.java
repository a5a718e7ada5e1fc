package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the API does that a test tool is easily forgiven for leaving out, and clients are not. */
class ConformingTest {
    private static final String WEATHER = "{\"type\":\"function\",\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\","
            + "\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":[\"integer\",\"null\"]},"
            + "\"unit\":{\"enum\":[\"c\",\"f\"]},\"more\":{\"$ref\":\"#/$defs/more\"}},\"required\":[\"city\",\"days\",\"unit\",\"more\"],"
            + "\"$defs\":{\"more\":{\"type\":\"array\",\"items\":{\"type\":\"boolean\"}}}}}";

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
    void aResponseSaysWhenItWasCompletedAndWhatWasTakenForGranted() throws Exception {
        String answer = calls.post("sk-a", "{\"model\":\"m\",\"input\":\"x\",\"reasoning\":{\"effort\":\"low\"},\"tools\":[" + WEATHER
                + ",{\"type\":\"function\",\"name\":\"f\",\"strict\":false}]}").body();

        Map<String, Object> response = JsonTree.object(answer);
        assertEquals(response.get("created_at"), response.get("completed_at"));
        assertEquals(new JsonTree.Literal("0.0"), response.get("presence_penalty"));
        assertEquals(new JsonTree.Literal("0.0"), response.get("frequency_penalty"));
        List<?> tools = JsonTree.asArray(response.get("tools"));
        assertEquals(JsonTree.Literal.TRUE, JsonTree.asObject(tools.get(0)).get("strict"));
        assertEquals(new JsonTree.Literal("false"), JsonTree.asObject(tools.get(1)).get("strict"));
        assertEquals(JsonTree.Literal.NULL, JsonTree.asObject(tools.get(1)).get("parameters"));
        assertEquals("{\"summary\":null,\"effort\":\"low\"}", JsonTree.write(response.get("reasoning")));
        String running = calls.stream("sk-a", "deltas=1").body().lines().filter(line -> line.startsWith("data")).findFirst().orElseThrow();
        assertTrue(running.contains("\"completed_at\":null"), running);
    }

    @Test
    void callsTheToolThatTheUserSpeaksOf() throws Exception {
        String tools = ",\"tools\":[" + WEATHER + "]}";

        assertEquals("function_call", outputType("{\"model\":\"m\",\"input\":\"What's the weather like?\"" + tools));
        assertEquals("message", outputType("{\"model\":\"m\",\"input\":\"get well\"" + tools));
        assertEquals("message", outputType("{\"model\":\"m\",\"input\":\"weather\",\"tool_choice\":\"none\"" + tools));
        assertEquals("function_call", outputType("{\"model\":\"m\",\"input\":\"x\",\"tool_choice\":\"required\"" + tools));
        assertEquals("function_call", outputType("{\"model\":\"m\",\"input\":\"x\",\"tool_choice\":{\"type\":\"function\","
                + "\"name\":\"get_weather\"}" + tools));
        assertEquals("message", outputType("{\"model\":\"m\",\"input\":\"weather\",\"tool_choice\":{\"type\":\"allowed_tools\","
                + "\"mode\":\"auto\",\"tools\":[]}" + tools));
        HttpResponse<String> unknown = calls.post("sk-a", "{\"model\":\"m\",\"input\":\"x\",\"tool_choice\":{\"type\":\"function\","
                + "\"name\":\"other\"}" + tools);
        assertEquals(400, unknown.statusCode());
        assertEquals("tool_choice", Calls.member(unknown.body(), "param"));
    }

    @Test
    void argumentsFitTheToolsSchema() throws Exception {
        String stream = calls.post("sk-a", "{\"model\":\"m\",\"stream\":true,\"input\":\"weather\",\"tools\":[" + WEATHER + "]}").body();

        String done = stream.lines().filter(line -> line.contains("\"response.function_call_arguments.done\"")).findFirst().orElseThrow();
        Map<String, Object> event = JsonTree.object(done.substring(6));
        assertEquals("get_weather", event.get("name"));
        assertEquals("{\"city\":\"simulated\",\"days\":1,\"unit\":\"c\",\"more\":[true]}", event.get("arguments"));
    }

    @Test
    void aCustomToolIsCalledAsOne() throws Exception {
        String stream = calls.post("sk-a", "{\"model\":\"m\",\"stream\":true,\"input\":\"x\",\"tool_choice\":\"required\","
                + "\"tools\":[{\"type\":\"custom\",\"name\":\"patch\"}]}").body();

        assertEquals(List.of("response.created", "response.in_progress", "response.output_item.added",
                "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "response.output_item.done",
                "response.completed"), Calls.events(stream));
        assertTrue(stream.contains("\"type\":\"custom_tool_call\",\"status\":\"completed\",\"input\":\"simulated input\""), stream);
    }

    @Test
    void anAnswerHasTheShapeThatItIsAskedFor() throws Exception {
        String answer = calls.post("sk-a", "{\"model\":\"m\",\"input\":\"x\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\","
                + "\"schema\":{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"}},\"required\":[\"answer\"]}}}}").body();

        Map<String, Object> message = JsonTree.asObject(JsonTree.asArray(JsonTree.object(answer).get("output")).get(0));
        assertEquals("{\"answer\":\"simulated\"}", JsonTree.asObject(JsonTree.asArray(message.get("content")).get(0)).get("text"));
    }

    @Test
    void anOutputMustAnswerACall() throws Exception {
        String output = "{\"type\":\"function_call_output\",\"call_id\":\"%s\",\"output\":\"sunny\"}";
        HttpResponse<String> unknown = calls.post("sk-a", "{\"model\":\"m\",\"input\":[" + output.formatted("call_x") + "]}");
        assertEquals(400, unknown.statusCode());
        assertEquals("No tool call found for function call output with call_id call_x.", Calls.member(unknown.body(), "message"));

        String called = calls.post("sk-a", "{\"model\":\"m\",\"input\":\"weather\",\"tools\":[" + WEATHER + "]}").body();
        String next = calls.post("sk-a", "{\"model\":\"m\",\"previous_response_id\":\"" + Calls.member(called, "id") + "\",\"input\":["
                + output.formatted(Calls.member(called, "call_id")) + "],\"tools\":[" + WEATHER + "]}").body();

        assertEquals("message", JsonTree.asObject(JsonTree.asArray(JsonTree.object(next).get("output")).get(0)).get("type"));
    }

    @Test
    void compactionKeepsWhatTheUserSaidAsWholeMessages() throws Exception {
        String body = "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"two\"}]}";

        String answer = calls.post("/responses/compact", "sk-a", body).body();

        List<?> output = JsonTree.asArray(JsonTree.object(answer).get("output"));
        assertEquals(2, output.size());
        Map<String, Object> message = JsonTree.asObject(output.get(0));
        assertEquals("completed", message.get("status"));
        assertEquals("[{\"type\":\"input_text\",\"text\":\"one\"}]", JsonTree.write(message.get("content")).replace(
                "{\"text\":\"one\",\"type\":\"input_text\"}", "{\"type\":\"input_text\",\"text\":\"one\"}"));
        assertEquals("compaction", JsonTree.asObject(output.get(1)).get("type"));
        assertEquals(404, calls.get("/responses/" + Calls.member(answer, "id"), "sk-a").statusCode());
    }

    @Test
    void backgroundWorkIsQueuedThenInProgressThenDone() throws Exception {
        String body = "{\"model\":\"m\",\"background\":true,\"input\":\"x [[sim:polls=3]]\"}";
        String made = calls.post("sk-a", body).body();
        String path = "/responses/" + Calls.member(made, "id");

        assertEquals("queued", Calls.member(made, "status"));
        assertEquals("queued", Calls.member(calls.get(path, "sk-a").body(), "status"));
        assertEquals("in_progress", Calls.member(calls.get(path, "sk-a").body(), "status"));
        assertTrue(upstream.bill().lines().isEmpty());
        assertEquals("completed", Calls.member(calls.get(path, "sk-a").body(), "status"));
        assertEquals("completed", Calls.member(calls.post(path + "/cancel", "sk-a", "").body(), "status"));
        assertEquals(List.of("response.created", "response.queued", "response.in_progress"),
                Calls.events(calls.get(path + "?stream=true", "sk-a").body()).subList(0, 3));
        assertEquals(1, upstream.bill().lines().size());
    }

    @Test
    void resumingBehindTheEndIsAnEmptyStream() throws Exception {
        String id = Calls.member(calls.post("sk-a", Calls.json("deltas=1;codex_rl")).body(), "id");

        HttpResponse<String> rest = calls.get("/responses/" + id + "?stream=true&starting_after=99", "sk-a");

        assertEquals(200, rest.statusCode());
        assertEquals("", rest.body());
    }

    @Test
    void theBillHasEachResponseOnce() throws Exception {
        String body = "{\"model\":\"m\",\"service_tier\":\"flex\",\"input\":\"[[sim:cachewrite=2]]\"}";
        String id = Calls.member(calls.post("sk-a", body).body(), "id");
        calls.get("/responses/" + id, "sk-a");
        calls.get("/responses/" + id + "?stream=true", "sk-a");
        calls.post("sk-a", Calls.json("status=500"));
        calls.stream("sk-b", "tier=priority;deltas=5");
        calls.stream("sk-b", "overloaded");

        assertEquals(2, upstream.bill().lines().size());
        Bill.Line line = upstream.bill().of(id).orElseThrow();
        assertEquals("flex", line.serviceTier());
        assertEquals(2, line.tokens().cacheWrite());
        assertEquals(8, line.tokens().output());
        assertTrue(line.whole());
        assertEquals("priority", upstream.bill().ofAccount("sk-b").getFirst().serviceTier());
    }

    @Test
    void whoLeavesPaysForWhatWasMade() throws Exception {
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.streaming("text=one_two_three;stall=6")).readUntil("\"delta\":\" two\",\"logprobs\":[]}\n\n");
        }
        assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd());
        while (upstream.bill().lines().isEmpty()) {
            Thread.onSpinWait();
        }
        Bill.Line line = upstream.bill().lines().getFirst();
        assertFalse(line.whole());
        assertTrue(line.tokens().input() > 0);
        assertEquals(2, line.tokens().output());
    }

    private String outputType(String body) throws Exception {
        Map<String, Object> response = JsonTree.object(calls.post("sk-a", body).body());
        return JsonTree.asText(JsonTree.asObject(JsonTree.asArray(response.get("output")).get(0)).get("type"));
    }
}
