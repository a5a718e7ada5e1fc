package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

/** A stream that is taken up again behind an event, by its client and by nobody else, through each door. */
class ResumeTest {
    private static final String CLIENTS = "clients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex()
            + "\"}, {name: two, key-sha256: \"" + KeyHash.of("k2").hex() + "\"}]\n";
    private static final String STORED = "{\"model\":\"gpt-5.1\",\"store\":true,\"background\":true,\"stream\":true,\"input\":\"hi\"}";
    private static final Pattern ID = Pattern.compile("\"(resp_[^\"]+)\"");
    private static final Pattern NUMBER = Pattern.compile("\"sequence_number\":(\\d+)");

    @TempDir
    private Path folder;

    private RunningGateway gateway(SimulatedUpstream upstream, TestAuthority authority, int accounts) throws Exception {
        return RunningGateway.accounts(upstream.baseUri(), accounts, CLIENTS + "server: {" + Door.settings(authority) + "}\n");
    }

    private TestAuthority authority() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        return authority;
    }

    private static String made(HttpDoor door) throws Exception {
        Matcher id = ID.matcher(door.send("POST", "/v1/responses", STORED, "x-api-key", "k1").body());
        assertTrue(id.find());
        return id.group(1);
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void goesOnBehindTheEventThatIsNamed(HttpClient.Version version) throws Exception {
        TestAuthority authority = authority();
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, authority, 3);
                HttpDoor door = new HttpDoor(gateway, authority, version)) {
            String path = "/v1/responses/" + made(door) + "?stream=true&starting_after=";
            HttpResponse<String> resumed = door.send("GET", path + "1", "", "x-api-key", "k1");
            assertEquals(200, resumed.statusCode(), resumed.body());
            assertTrue(resumed.headers().firstValue("content-type").orElseThrow().startsWith("text/event-stream"));
            Matcher number = NUMBER.matcher(resumed.body());
            assertTrue(number.find() && Integer.parseInt(number.group(1)) == 2, resumed.body());
            assertTrue(resumed.body().contains("response.completed"), resumed.body());
            HttpResponse<String> behind = door.send("GET", path + "100000", "", "x-api-key", "k1");
            assertEquals(200, behind.statusCode(), behind.body());
            assertFalse(behind.body().contains("response.failed"), behind.body());
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void isNotThereForAnotherClient(HttpClient.Version version) throws Exception {
        TestAuthority authority = authority();
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, authority, 3);
                HttpDoor door = new HttpDoor(gateway, authority, version)) {
            String id = made(door);
            long before = upstream.log().total();
            for (String path : List.of("/v1/responses/", "/responses/", "/openai/v1/responses/")) {
                for (String query : List.of("?stream=true&starting_after=1", "?starting_after=1&stream=true", "?stream=true", "")) {
                    HttpResponse<String> refused = door.send("GET", path + id + query, "", "x-api-key", "k2");
                    assertEquals(404, refused.statusCode(), refused.body());
                    assertTrue(refused.body().contains("\"response_not_found\""), refused.body());
                }
            }
            assertEquals(before, upstream.log().total());
        }
    }

    /** A WebSocket has no such request: to go on is to name the response in a turn. */
    @Test
    void aTurnGoesOnWithItsOwnClientsResponseOnly() throws Exception {
        TestAuthority authority = authority();
        try (SayingUpstream upstream = new SayingUpstream();
                RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1, CLIENTS + "server: {" + Door.settings(authority)
                        + "}\n");
                Door.Visitor own = Door.WEBSOCKET.enter(gateway, authority, "k1");
                Door.Visitor other = Door.WEBSOCKET.enter(gateway, authority, "k2")) {
            assertTrue(own.ask("{\"model\":\"m\",\"input\":\"hi\"}").well());
            String next = "{\"model\":\"m\",\"previous_response_id\":\"resp_1\",\"input\":\"on\"}";
            Heard refused = other.ask(next);
            assertEquals(List.of(404, "response_not_found"), List.of(refused.status(), refused.code()), refused::text);
            assertEquals(1, upstream.asked("sk-a").size());
            assertTrue(own.ask(next).well());
        }
    }
}
