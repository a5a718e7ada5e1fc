package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.SimulatedUpstream;

/** What one client made does not exist for another, whatever the route and however it is spelled. */
class TenantsTest {
    private static final String CLIENTS = "clients: [{name: one, key-sha256: \"" + sluice.config.KeyHash.of("k1").hex()
            + "\"}, {name: two, key-sha256: \"" + sluice.config.KeyHash.of("k2").hex() + "\"}]\n";

    @TempDir
    private Path folder;
    private SimulatedUpstream upstream;
    private String response;
    private String conversation;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private static String id(String prefix, String text) {
        Matcher found = Pattern.compile("\"(" + prefix + "[^\"]+)\"").matcher(text);
        assertTrue(found.find(), text);
        return found.group(1);
    }

    private RunningGateway gateway() throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 2, CLIENTS + "server: {forward-other: true}\nstate: {path: \""
                + folder.resolve("state") + "\"}\n");
    }

    /** Method, path and body of every way to name what client one has made. */
    private List<String[]> routes() {
        String escaped = "resp\\u005f" + response.substring("resp_".length());
        return List.of(
                new String[] {"GET", "/v1/responses/" + response, ""},
                new String[] {"GET", "/responses/" + response, ""},
                new String[] {"GET", "/v1/responses/" + response + "?stream=true&starting_after=1", ""},
                new String[] {"GET", "/v1/responses/" + response + "/input_items", ""},
                new String[] {"POST", "/v1/responses/" + response + "/cancel", ""},
                new String[] {"DELETE", "/v1/responses/" + response, ""},
                new String[] {"DELETE", "/responses/" + response, ""},
                new String[] {"GET", "/v1/responses/" + response.replace("_", "%5f"), ""},
                new String[] {"GET", "/v1/responses//" + response, ""},
                new String[] {"GET", "/v1/responses/./" + response, ""},
                new String[] {"GET", "/v1/responses/" + response + "/", ""},
                new String[] {"DELETE", "/v1/%72esponses/" + response, ""},
                new String[] {"GET", "/v1/responses/" + response + "%2Finput_items", ""},
                new String[] {"GET", "/v1/responses/%zz" + response, ""},
                new String[] {"GET", "/v1/conversations/" + conversation + "/items", ""},
                new String[] {"DELETE", "/v1/conversations/" + conversation, ""},
                new String[] {"POST", "/v1/responses", body("\"previous_response_id\":\"" + response + "\"")},
                new String[] {"POST", "/v1/responses", body("\"stream\":true,\"previous_response_id\":\"" + response + "\"")},
                new String[] {"POST", "/v1/responses", body("\"previous_response_id\":\"" + escaped + "\"")},
                new String[] {"POST", "/v1/responses", body("\"previous_response\\u005fid\":\"" + response + "\"")},
                new String[] {"POST", "/v1/responses", body("\"conversation\":\"" + conversation + "\"")},
                new String[] {"POST", "/v1/responses", body("\"conversation\":{\"x\":1,\"id\":\"" + conversation + "\"}")},
                new String[] {"POST", "/v1/responses", body("\"conversation\":null,\"previous_response_id\":\"" + response + "\"")},
                new String[] {"POST", "/v1/responses/compact", body("\"previous_response_id\":\"" + response + "\"")},
                new String[] {"POST", "/responses/input_tokens", body("\"previous_response_id\":\"" + response + "\"")});
    }

    private static String body(String member) {
        return "{\"model\":\"gpt-5.1\",\"input\":\"next\"," + member + "}";
    }

    private static TestClient.Answer send(RunningGateway gateway, String[] route, String key) throws IOException {
        try (TestClient client = gateway.client()) {
            return client.send(route[0], route[1], route[2].getBytes(StandardCharsets.UTF_8), "x-api-key", key);
        }
    }

    @Test
    void nobodySeesContinuesOrEndsWhatAnotherHasMade() throws IOException {
        try (RunningGateway gateway = gateway()) {
            conversation = id("conv_", send(gateway, new String[] {"POST", "/v1/conversations", "{}"}, "k1").text());
            String made = send(gateway, new String[] {"POST", "/v1/responses", body("\"conversation\":\"" + conversation + "\"")},
                    "k1").text();
            response = id("resp_", made);
            staysClosed(gateway);
        }
        try (RunningGateway restarted = gateway()) {
            staysClosed(restarted);
        }
    }

    /** For readers that ignore case this is the member; for others there is none. */
    @Test
    void aMemberInAnotherSpellingIsRefusedThoughItStandsAlone() throws IOException {
        try (RunningGateway gateway = gateway()) {
            response = id("resp_", send(gateway, new String[] {"POST", "/v1/responses", body("\"store\":true")}, "k1").text());
            long before = upstream.log().total();
            for (String name : List.of("Previous_response_id", "PREVIOUS_RESPONSE_ID", "previou\u017f_response_id",
                    "previou\\u017f_respon\\u017fe_id")) {
                String text = body("\"" + name + "\":\"" + response + "\"");
                for (String path : List.of("/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens",
                        "/v1/chat/completions")) {
                    TestClient.Answer answer = send(gateway, new String[] {"POST", path, text}, "k2");
                    assertEquals(400, answer.status(), answer.text());
                    assertTrue(answer.text().contains("\"duplicate_member\""), answer.text());
                }
            }
            for (String member : List.of("\"Background\":true", "\"STREAM\":true", "\"Conversation\":\"conv_1\"",
                    "\"Prompt\":{\"id\":\"p\"}")) {
                assertEquals(400, send(gateway, new String[] {"POST", "/v1/responses", body(member)}, "k2").status(), member);
            }
            assertEquals(before, upstream.log().total());
        }
    }

    @Test
    void noAnswerRepeatsALongText() throws IOException {
        String large = "y".repeat(1_000_000);
        try (RunningGateway gateway = gateway()) {
            for (String member : List.of("\"previous_response_id\":\"resp_" + large + "\"", "\"conversation\":\"" + large + "\"",
                    "\"conversation\":{\"id\":\"" + large + "\"}", "\"stream\":\"" + large + "\"", "\"" + large + "\":1,\"Model\":1")) {
                TestClient.Answer answer = send(gateway, new String[] {"POST", "/v1/responses", body(member)}, "k2");
                assertTrue(answer.status() >= 400 && answer.text().length() < 1000, () -> answer.status() + " " + answer.text().length());
            }
        }
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, CLIENTS)) {
            for (String path : List.of("/" + "y".repeat(9000), "/v1/responses/" + "y".repeat(9000), "/v1/models/" + "y".repeat(9000))) {
                TestClient.Answer answer = send(gateway, new String[] {"GET", path, ""}, "k2");
                assertTrue(answer.status() >= 400 && answer.text().length() < 2000, () -> path.substring(0, 20) + answer.text().length());
            }
        }
    }

    /** One reader takes the first of two ids, another the last. */
    @Test
    void aConversationHasOneId() throws IOException {
        try (RunningGateway gateway = gateway()) {
            for (String conversation : List.of("{\"id\":\"conv_a\",\"id\":\"conv_b\"}", "{\"ID\":\"conv_a\",\"id\":\"conv_b\"}",
                    "{\"id\":\"conv_a\",\"i\\u0064\":\"conv_b\"}")) {
                String text = body("\"conversation\":" + conversation);
                for (String path : List.of("/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens")) {
                    TestClient.Answer answer = send(gateway, new String[] {"POST", path, text}, "k2");
                    assertEquals(400, answer.status(), answer.text());
                    assertTrue(answer.text().contains("\"duplicate_member\""), answer.text());
                }
                try (TestWebSocket socket = TestWebSocket.open(gateway.port(), "authorization", "Bearer k2")) {
                    if (socket.head().status() == 101) {
                        String said = socket.turn("{\"type\":\"response.create\"," + text.substring(1)).getLast();
                        assertTrue(said.contains("\"duplicate_member\""), said);
                    }
                }
            }
            assertEquals(0, upstream.log().total());
        }
    }

    private void staysClosed(RunningGateway gateway) throws IOException {
        long before = upstream.log().total();
        for (String[] route : routes()) {
            TestClient.Answer answer = send(gateway, route, "k2");
            boolean odd = route[1].contains("%") || route[1].contains("//") || route[1].contains("/./") || route[1].endsWith("/");
            assertEquals(odd ? 400 : 404, answer.status(), () -> String.join(" ", route) + "\n" + answer.text());
            assertEquals("gateway", answer.headers().first("x-sluice-error").orElseThrow());
        }
        assertEquals(before, upstream.log().total());
        for (String[] route : routes().subList(0, 4)) {
            assertEquals(200, send(gateway, route, "k1").status(), () -> String.join(" ", route));
        }
        assertEquals(200, send(gateway, routes().get(16), "k1").status());
        assertEquals(200, send(gateway, routes().get(20), "k1").status());
    }

    @Test
    void explainsNothingOfAnothersResponses() throws IOException {
        try (RunningGateway gateway = gateway(); TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            response = id("resp_", send(gateway, new String[] {"POST", "/v1/responses", body("\"store\":true")}, "k1").text());
            String asked = body("\"previous_response_id\":\"" + response + "\"");
            assertTrue(admin.post("/admin/explain?client=two", asked).text().contains("\"response_not_found\""));
            assertTrue(admin.post("/admin/explain?client=one", asked).text().contains("\"response_owner\""));
        }
    }
}
