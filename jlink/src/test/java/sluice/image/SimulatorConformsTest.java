package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.image.Asking.Heard;
import sluice.simulator.SimulatedUpstream;

/** Everything that the simulated upstream says is something that OpenAI's document knows. */
class SimulatorConformsTest {
    private static final String TOOLS = "\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\","
            + "\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}},{\"type\":\"custom\",\"name\":\"apply_patch\"}]";

    private SimulatedUpstream upstream;
    private Asking asking;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        asking = new Asking(new OpenAiSchemas(), upstream.baseUri(), "sk-a");
    }

    @AfterEach
    void stop() {
        asking.close();
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"input\":\"hi\"", "\"input\":\"hi [[sim:reasoning;deltas=3]]\"", "\"input\":\"hi [[sim:incomplete]]\"",
            "\"input\":\"hi [[sim:fail=server_error]]\"", "\"input\":\"hi [[sim:fail=rate_limit_exceeded;failat=2]]\"",
            "\"input\":\"hi [[sim:fail=server_error;failas=both]]\"", "\"input\":\"hi [[sim:fail=server_error;failfirst]]\"",
            "\"input\":\"hi [[sim:tier=flex;cached=1;cachewrite=1]]\"", "\"input\":\"weather\"," + TOOLS,
            "\"input\":\"x\",\"tool_choice\":\"required\"," + TOOLS,
            "\"input\":\"x\",\"tool_choice\":{\"type\":\"custom\",\"name\":\"apply_patch\"}," + TOOLS,
            "\"input\":\"x\",\"background\":true", "\"input\":\"x\",\"generate\":false",
            "\"input\":\"x\",\"service_tier\":\"priority\",\"store\":false,\"temperature\":0.5,\"top_p\":0.1,\"truncation\":\"auto\","
                    + "\"metadata\":{\"a\":\"b\"},\"reasoning\":{\"effort\":\"low\"},\"text\":{\"verbosity\":\"low\"},\"user\":\"u\"",
            "\"input\":[{\"role\":\"user\",\"content\":\"x\"}],\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":"
                    + "\"n\",\"strict\":true,"
                    + "\"schema\":{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}}}"})
    void responsesWholeAsStreamAndOnASocket(String members) throws Exception {
        String body = "{\"model\":\"gpt-5.1\"," + members;

        assertEquals(List.of(), asking.post("/responses", body + "}").faults());
        Heard stream = asking.post("/responses", body + ",\"stream\":true}");
        assertEquals(List.of(), stream.faults());
        assertTrue(stream.types().size() > 0, stream.body());
        assertEquals(List.of(), asking.turn("{\"type\":\"response.create\"," + body.substring(1) + "}").faults());
    }

    @Test
    void storedResponsesAndTheOtherRoutes() throws Exception {
        String input = "\"input\":[{\"role\":\"user\",\"content\":\"x\"},{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"output_text\",\"text\":\"y\"}]},{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\","
                + "\"arguments\":\"{}\"},{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"1\"}]";
        String made = asking.post("/responses", "{\"model\":\"gpt-5.1\",\"background\":true," + input + "}").body();
        String path = "/responses/" + made.replaceAll(".*?\"id\":\"(resp_[^\"]*).*", "$1");

        assertEquals(List.of(), asking.send("GET", path, "").faults());
        assertEquals(List.of(), asking.send("GET", path + "?stream=true&starting_after=1", "").faults());
        assertEquals(List.of(), asking.send("GET", path + "/input_items", "").faults());
        assertEquals(List.of(), asking.post(path + "/cancel", "").faults());
        assertEquals(List.of(), asking.post("/responses/compact", "{\"model\":\"gpt-5.1\"," + input + "}").faults());
        assertEquals(List.of(), asking.post("/responses/input_tokens", "{\"model\":\"gpt-5.1\"," + input + "}").faults());
        assertEquals(List.of(), asking.send("GET", "/models", "").faults());
        assertEquals(List.of(), asking.send("GET", "/models/gpt-5.1", "").faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"input\":\"x\"}", "{\"model\":\"sim-status-400\"}", "{\"model\":\"sim-status-400-code-null\"}",
            "{\"model\":\"sim-status-401\"}", "{\"model\":\"sim-status-403\"}", "{\"model\":\"sim-status-404\"}",
            "{\"model\":\"sim-status-429-type-usage_limit_reached-code-null-resets_at-60-resets_in-null-plan-plus\"}",
            "{\"model\":\"sim-status-500\"}", "{\"model\":\"sim-status-503\"}", "{\"model\":\"sim-nonsense\"}",
            "{\"model\":\"m\",\"previous_response_id\":\"resp_none\"}", "{\"model\":\"m\",\"conversation\":\"conv_none\"}",
            "{\"model\":\"m\",\"tool_choice\":{\"type\":\"function\",\"name\":\"none\"}}",
            "{\"model\":\"m\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"1\"}]}"})
    void errors(String body) throws Exception {
        Heard answer = asking.post("/responses", body);
        assertTrue(answer.status() >= 400, answer.body());
        assertEquals(List.of(), answer.faults());
        Heard turn = asking.turn(body.equals("{") ? body : "{\"type\":\"response.create\"," + body.substring(1));
        assertEquals(List.of("error"), turn.types());
        assertEquals(List.of(), turn.faults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"background\":true", "\"stream_id\":\"\"", "\"stream_id\":\"a b\"", "\"stream_id\":7"})
    void refusesOnASocketWhatItDoesNotKnow(String member) throws Exception {
        Heard turn = asking.turn("{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"x\"," + member + "}");

        assertEquals(List.of("error"), turn.types());
        assertEquals(List.of(), turn.faults());
    }

    @Test
    void unknownRoutes() throws Exception {
        assertEquals(List.of(), asking.send("GET", "/nothing", "").faults());
        assertEquals(List.of(), asking.send("GET", "/responses/resp_none", "").faults());
        assertEquals(List.of(), asking.send("DELETE", "/models/gpt-5.1", "").faults());
        assertEquals(List.of(), asking.send("GET", "/models/none", "").faults());
    }
}
