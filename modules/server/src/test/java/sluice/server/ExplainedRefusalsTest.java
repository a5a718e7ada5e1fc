package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.config.KeyHash;

/** What is explained is refused for exactly what a request is refused for, in the same words. */
class ExplainedRefusalsTest {
    private static final String SETTINGS = "clients: [{name: one, key-sha256: " + KeyHash.of("k1").hex() + ", other-paths: true},"
            + " {name: two, key-sha256: " + KeyHash.of("k2").hex() + ", models: [\"gpt-5*\"]}]\nserver: {forward-other: true}\n";

    /** A body of client two, and the code that it is refused by; empty where it is not. */
    private record Asked(String code, String body) { }

    private static Asked refused(String code, String members) {
        return new Asked(code, "{\"model\":\"gpt-5.1\",\"input\":\"hi\"" + members + "}");
    }

    private static Asked whole(String code, String body) {
        return new Asked(code, body);
    }

    private static String items(int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"type\":\"item_reference\",\"id\":\"msg_" + i + "\"}")
                .collect(Collectors.joining(",", ",\"input\":[", "]"));
    }

    private static String files(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"file-" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static List<Asked> table() {
        return List.of(
                whole("invalid_json", ""), whole("invalid_json", "{\"model\":\"gpt-5.1\""), whole("invalid_json", "[]"),
                refused("duplicate_member", ",\"stream\":true,\"stream\":false"),
                refused("duplicate_member", ",\"Previous_Response_Id\":\"resp_one\""),
                refused("duplicate_member", ",\"conversation\":{\"id\":\"conv_a\",\"id\":\"conv_b\"}"),
                refused("duplicate_member", ",\"conversation\":{\"id\":\"conv_a\",\"ID\":\"conv_b\"}"),
                whole("model_required", "{\"input\":\"hi\"}"), whole("model_required", "{\"model\":5}"),
                whole("model_required", "{\"model\":\"" + "m".repeat(300) + "\"}"),
                refused("invalid_type", ",\"previous_response_id\":1"), refused("invalid_type", ",\"conversation\":[]"),
                refused("invalid_type", ",\"stream\":\"yes\""),
                whole("model_not_allowed", "{\"model\":\"o3\",\"input\":\"hi\"}"),
                whole("model_not_allowed", "{\"prompt\":{\"id\":\"p\"}}"),
                refused("response_not_found", ",\"previous_response_id\":\"resp_one\""),
                refused("response_not_found", ",\"previous_response_id\":\"resp_of_nobody\""),
                refused("response_not_found", ",\"conversation\":\"conv_one\""),
                refused("response_not_found", ",\"conversation\":{\"id\":\"conv_one\"}"),
                refused("response_not_found", ",\"previous_response_id\":\"resp_two\",\"conversation\":\"conv_one\""),
                refused("response_not_found", ",\"previous_response_id\":\"resp_" + "y".repeat(400) + "\""),
                refused("response_not_found", ",\"tools\":[{\"type\":\"code_interpreter\",\"container\":\"cntr_of_nobody\"}]"),
                refused("response_not_found", ",\"metadata\":{\"x\":\"file-one\"}"),
                whole("response_not_found", "{\"model\":\"gpt-5.1\"" + items(1) + "}"),
                whole("too_many_ids", "{\"model\":\"gpt-5.1\"" + items(10_001) + "}"),
                refused("too_many_ids", ",\"metadata\":" + files(1001)),
                refused("", ""), refused("", ",\"previous_response_id\":\"resp_two\""),
                refused("", ",\"metadata\":{\"x\":\"file-of-the-operator\"}"));
    }

    /** An account that names what it makes after who asks for it. */
    private static SayingUpstream.Say answer(SayingUpstream.Asked asked) {
        if (!asked.path().endsWith("/responses")) {
            return SayingUpstream.status(200, "{\"id\":\"" + (asked.path().endsWith("/files") ? "file-one" : "conv_one") + "\"}");
        }
        String id = asked.body().contains("by one") ? "resp_one" : "resp_two";
        return SayingUpstream.status(200, SayingUpstream.response("completed", asked.model(), SayingUpstream.usage())
                .replace("resp_1", id));
    }

    private static void make(TestClient client, String path, String body, String key) throws IOException {
        TestClient.Answer answer = client.post(path, body, "x-api-key", key);
        assertEquals(200, answer.status(), answer.text());
    }

    @Test
    void explainsTheRefusalsOfRequests() throws Exception {
        List<String> codes = new ArrayList<>();
        try (SayingUpstream upstream = new SayingUpstream()) {
            upstream.account("sk-a", ExplainedRefusalsTest::answer);
            try (RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, SETTINGS); TestClient client = gateway.client();
                    TestClient admin = new TestClient(gateway.adminUri().getPort())) {
                make(client, "/v1/conversations", "{}", "k1");
                make(client, "/v1/files", "{}", "k1");
                make(client, "/v1/responses", "{\"model\":\"gpt-5.1\",\"store\":true,\"input\":\"by one\"}", "k1");
                make(client, "/v1/responses", "{\"model\":\"gpt-5.1\",\"store\":true,\"input\":\"by two\"}", "k2");
                for (Asked asked : table()) {
                    String where = asked.body().substring(0, Math.min(200, asked.body().length()));
                    JsonNode told = Heard.json(admin.post("/admin/explain?client=two", asked.body()).text());
                    TestClient.Answer answer = client.post("/v1/responses", asked.body(), "x-api-key", "k2");
                    if (asked.code().isEmpty()) {
                        assertEquals(200, answer.status(), where + answer.text());
                        assertFalse(told.has("refused"), where + told);
                        assertEquals("a", told.at("/decision/account").asText(), where + told);
                        continue;
                    }
                    JsonNode error = Heard.json(answer.text()).path("error");
                    assertEquals(asked.code(), error.path("code").asText(), where + answer.text());
                    assertEquals(answer.status() + " " + error.path("code").asText() + " " + error.path("message").asText(),
                            told.at("/refused/status").asText() + " " + told.at("/refused/code").asText() + " "
                                    + told.at("/refused/message").asText(), where + told);
                    codes.add(asked.code());
                }
            }
        }
        assertTrue(codes.size() > 20, codes.toString());
    }
}
