package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.KeyHash;
import sluice.simulator.SimulatedUpstream;

/** Clients that are made while the gateway runs, through every door. */
class ClientKeysTest {
    private static final String ASK = "{\"model\":\"gpt-5\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path certificates;
    private static TestAuthority authority;
    private static String doors;

    @TempDir
    private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private SimulatedUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates);
        authority.issue("doors", "EC");
        doors = Door.settings(authority);
    }

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
        http.shutdownNow();
    }

    private RunningGateway gateway(String more) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 1, "server: {" + doors + "}\nstate: {path: " + folder.resolve("state")
                + "}\nteams: [{name: research, requests-per-minute: 2}]\n" + more);
    }

    private static String fileClient(String name) {
        return "clients: [{name: " + name + ", key-sha256: \"" + KeyHash.of("of-the-file").hex() + "\"}]\n";
    }

    private JsonNode post(int status, RunningGateway gateway, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(gateway.adminUri() + "/admin/clients" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(status, answer.statusCode(), answer::body);
        return JSON.readTree(answer.body());
    }

    private String add(RunningGateway gateway, String members) throws Exception {
        return post(201, gateway, "", "{" + members + "}").get("key").asText();
    }

    private JsonNode client(RunningGateway gateway, String name) throws Exception {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(gateway.adminUri() + "/admin/clients")).build(),
                HttpResponse.BodyHandlers.ofString());
        for (JsonNode client : JSON.readTree(answer.body()).get("clients")) {
            if (client.get("name").asText().equals(name)) {
                return client;
            }
        }
        throw new AssertionError("no client " + name + " in " + answer.body());
    }

    private int status(RunningGateway gateway, Door door, String key) throws Exception {
        try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
            return visitor.ask(ASK).status();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeyIsValidFromItsIssueToItsRevocationAndTwoAreWhileItIsRotated(Door door) throws Exception {
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            String first = add(gateway, "\"name\":\"ci\"");
            assertEquals(200, status(gateway, door, first));
            String second = post(201, gateway, "/ci/rotate", "{}").get("key").asText();
            assertEquals(List.of(200, 200), List.of(status(gateway, door, first), status(gateway, door, second)));
            String third = post(201, gateway, "/ci/rotate", "{}").get("key").asText();
            assertEquals(List.of(401, 200, 200), List.of(status(gateway, door, first), status(gateway, door, second),
                    status(gateway, door, third)), "never more than two");
            String fourth = post(201, gateway, "/ci/rotate", "{\"overlap_seconds\":0}").get("key").asText();
            assertEquals(List.of(401, 401, 200), List.of(status(gateway, door, second), status(gateway, door, third),
                    status(gateway, door, fourth)), "no overlap");
            assertEquals(1, post(200, gateway, "/ci/revoke", "{\"key\":\"" + KeyHash.of(fourth).hex().substring(0, 12) + "\"}")
                    .get("revoked").asInt());
            assertEquals(401, status(gateway, door, fourth));
            assertEquals(200, status(gateway, door, "of-the-file"));
        }
    }

    @Test
    void twoProcessesThatHandOverHaveTheSameKeysAndTheLastToEndTakesNoRevocationBack() throws Exception {
        String late;
        String revoked;
        try (RunningGateway first = gateway(fileClient("other"))) {
            revoked = add(first, "\"name\":\"gone\"");
            try (RunningGateway second = gateway(fileClient("other"))) {
                late = add(second, "\"name\":\"late\"");
                while (status(first, Door.HTTP_1, late) != 200) {
                    Thread.onSpinWait();
                }
                post(200, second, "/gone/revoke", "");
                while (status(first, Door.HTTP_1, revoked) != 401) {
                    Thread.onSpinWait();
                }
                add(first, "\"name\":\"later\"");
                assertEquals(409, http.send(HttpRequest.newBuilder(URI.create(second.adminUri() + "/admin/clients"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"later\"}")).build(),
                        HttpResponse.BodyHandlers.ofString()).statusCode(), "a name is taken for both at once");
            }
        }
        try (RunningGateway third = gateway(fileClient("other"))) {
            assertEquals(List.of(200, 401), List.of(status(third, Door.HTTP_1, late), status(third, Door.HTTP_1, revoked)));
            assertEquals(1, client(third, "later").get("keys").size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void keysAndRevocationsOutliveAKilledProcessAndOnlyHashesAreKept(Door door) throws Exception {
        String kept;
        String revoked;
        Path file = folder.resolve("state.clients");
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            kept = add(gateway, "\"name\":\"ci\",\"team\":\"research\",\"models\":[\"gpt-5\"],\"requests_per_minute\":7");
            revoked = add(gateway, "\"name\":\"gone\"");
            post(200, gateway, "/gone/revoke", "");
            String text = Files.readString(file);
            assertTrue(text.contains(KeyHash.of(kept).hex()), "it is on the disk before it is told, whenever the process is killed");
            assertFalse(text.contains(kept), "the key itself is nowhere");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertEquals(200, status(gateway, door, kept));
        }
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            assertEquals(401, status(gateway, door, revoked));
            assertEquals(200, status(gateway, door, kept));
            assertEquals(200, status(gateway, door, kept));
            assertEquals(429, status(gateway, door, kept), "the team's limit holds");
            JsonNode ci = client(gateway, "ci");
            assertEquals("state", ci.get("from").asText());
            assertEquals(7, ci.get("requests_per_minute").asInt());
            assertFalse(ci.get("keys").get(0).get("last_used").isNull());
            assertEquals(0, client(gateway, "gone").get("keys").size());
        }
    }

    @Test
    void whenAKeyWasUsedLastOutlivesTheProcess() throws Exception {
        String used;
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            used = add(gateway, "\"name\":\"ci\"");
            assertTrue(client(gateway, "ci").get("keys").get(0).get("last_used").isNull());
            assertEquals(200, status(gateway, Door.HTTP_1, used));
        }
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            assertFalse(client(gateway, "ci").get("keys").get(0).get("last_used").isNull());
        }
    }

    @Test
    void aRevokedKeyEndsItsOpenWebSocketsAndAnotherKeyOfItsClientDoesNot() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "state: {path: " + folder.resolve("state") + "}\n"
                + fileClient("other"))) {
            String former = add(gateway, "\"name\":\"ci\"");
            String next = post(201, gateway, "/ci/rotate", "{}").get("key").asText();
            try (TestWebSocket old = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + former);
                    TestWebSocket fresh = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + next)) {
                String turn = "{\"type\":\"response.create\",\"model\":\"gpt-5\",\"store\":false,\"input\":\"hi\"}";
                assertTrue(old.turn(turn).getLast().contains("response.completed"));
                assertTrue(fresh.turn(turn).getLast().contains("response.completed"));
                post(200, gateway, "/ci/revoke", "{\"key\":\"" + KeyHash.of(former).hex().substring(0, 12) + "\"}");
                assertEquals("close 1008", old.next());
                assertTrue(fresh.turn(turn).getLast().contains("response.completed"));
                assertEquals(2 + 3, upstream.log().total(), "two handshakes and three turns: nothing of the revoked key came");
            }
        }
    }

    /** A body that its client draws out does not keep a key alive. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/responses", "/v1/embeddings"})
    void aRevokedKeyEndsRequestsWhoseBodyStillComes(String path) throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "server: {" + doors + ", forward-other: true}\n"
                + "state: {path: " + folder.resolve("state") + "}\n" + fileClient("other"));
                TestClient one = new TestClient(authority.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(),
                        gateway.port()));
                Http2Peer two = new Http2Peer(gateway.port(), authority.trusting()).greet()) {
            String key = add(gateway, "\"name\":\"ci\"");
            one.sendHead("POST", path, ASK.length(), "x-api-key", key);
            one.raw(ASK.substring(0, 5));
            two.send(Frames.HEADERS, Frames.END_HEADERS, 1, Http2Peer.block(":method", "POST", ":scheme", "https", ":path", path,
                    ":authority", "localhost", "x-api-key", key));
            two.send(Frames.DATA, 0, 1, ASK.substring(0, 5).getBytes(StandardCharsets.UTF_8));
            while (client(gateway, "ci").get("in_flight").asInt() < 2) {
                Thread.onSpinWait();
            }
            post(200, gateway, "/ci/revoke", "");
            one.raw(ASK.substring(5));
            two.send(Frames.DATA, Frames.END_STREAM, 1, ASK.substring(5).getBytes(StandardCharsets.UTF_8));
            assertEquals(401, one.answer("POST").status());
            assertTrue(two.body(1).contains("invalid_api_key"));
            assertEquals(0, upstream.log().total(), "nothing of the revoked key came");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anExpiredKeyIsRefused(Door door) throws Exception {
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            String expired = add(gateway, "\"name\":\"ci\",\"expires\":\"2020-01-01T00:00:00Z\"");
            assertEquals(401, status(gateway, door, expired));
            String valid = add(gateway, "\"name\":\"cd\",\"expires\":\"2999-01-01T00:00:00Z\"");
            assertEquals(200, status(gateway, door, valid));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstClientEndsServingWithoutKeysForGood(Door door) throws Exception {
        try (RunningGateway gateway = gateway("")) {
            assertEquals(200, status(gateway, door, ""));
            String key = add(gateway, "\"name\":\"ci\"");
            assertEquals(List.of(401, 200), List.of(status(gateway, door, ""), status(gateway, door, key)));
            post(200, gateway, "/ci/revoke", "");
            assertEquals(List.of(401, 401), List.of(status(gateway, door, ""), status(gateway, door, key)), "nothing opens again");
        }
        try (RunningGateway gateway = gateway("")) {
            assertEquals(401, status(gateway, door, ""));
        }
    }

    @Test
    void clientsOfTheFileWin() throws Exception {
        String key;
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            assertEquals("client_of_file", post(409, gateway, "", "{\"name\":\"other\"}").at("/error/code").asText());
            assertEquals("client_of_file", post(409, gateway, "/other/revoke", "").at("/error/code").asText());
            assertEquals("unknown_client", post(404, gateway, "/nobody/rotate", "").at("/error/code").asText());
            key = add(gateway, "\"name\":\"ci\"");
            assertEquals("client_exists", post(409, gateway, "", "{\"name\":\"ci\"}").at("/error/code").asText());
            assertEquals(200, status(gateway, Door.HTTP_1, key));
        }
        try (RunningGateway gateway = gateway(fileClient("ci"))) {
            assertEquals(List.of(401, 200), List.of(status(gateway, Door.HTTP_1, key), status(gateway, Door.HTTP_1, "of-the-file")));
            assertEquals("file", client(gateway, "ci").get("from").asText());
        }
    }

    @Test
    void aClientWhoseTeamIsGoneIsRefusedAndNotWithoutTheTeamsLimits() throws Exception {
        String key;
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            assertEquals("bad_client", post(400, gateway, "", "{\"name\":\"ci\",\"team\":\"sales\"}").at("/error/code").asText());
            assertEquals("bad_client", post(400, gateway, "", "{\"name\":\"ci\",\"budget_usd\":{\"day\":5}}").at("/error/code").asText());
            key = add(gateway, "\"name\":\"ci\",\"team\":\"research\"");
        }
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "server: {" + doors + "}\nstate: {path: "
                + folder.resolve("state") + "}\n" + fileClient("other"))) {
            assertEquals(401, status(gateway, Door.HTTP_1, key));
        }
    }

    @Test
    void withoutAStateNothingIsMadeAndTheReasonIsTold() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, fileClient("other"))) {
            JsonNode error = post(409, gateway, "", "{\"name\":\"ci\"}").get("error");
            assertEquals("no_state", error.get("code").asText());
            assertTrue(error.get("message").asText().contains("set state.path"), error::toString);
        }
    }

    @Test
    void aDamagedFileOfClientsEndsTheStartInsteadOfOpeningTheGateway() throws Exception {
        Files.writeString(folder.resolve("state.clients"), "sluice clients 1\nclient\tci\n");
        IOException told = org.junit.jupiter.api.Assertions.assertThrows(IOException.class, () -> gateway(""));
        assertTrue(told.getMessage().contains("state.clients is damaged"), told::getMessage);
    }

    @Test
    void whatAReloadChangesKeepsTheClients() throws Exception {
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            String key = add(gateway, "\"name\":\"ci\"");
            gateway.process().apply(gateway.process().configuration());
            assertEquals(200, status(gateway, Door.HTTP_1, key));
        }
    }

    @Test
    void theCommandMakesAKeyThatWorksAndTheLogDoesNotHaveIt() throws Exception {
        try (RunningGateway gateway = gateway(fileClient("other"))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
            assertEquals(0, Main.run(new String[] {"client", "add", "ci", "--admin", gateway.adminUri().toString()}, to, to));
            String key = out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("key:")).findFirst().orElseThrow()
                    .substring(4).strip();
            assertEquals(200, status(gateway, Door.HTTP_1, key));
            assertFalse(gateway.log().contains(key));
            assertEquals(0, Main.run(new String[] {"client", "list", "--admin", gateway.adminUri().toString()}, to, to));
            assertTrue(out.toString(StandardCharsets.UTF_8).contains(KeyHash.of(key).hex().substring(0, 12)), out::toString);
            assertEquals(0, Main.run(new String[] {"client", "revoke", "ci", "--admin", gateway.adminUri().toString()}, to, to));
            assertEquals(401, status(gateway, Door.HTTP_1, key));
        }
    }

    @Test
    void checkSaysForHowLongUsageIsKept() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), "accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k}]\nusage: {path: \"" + folder.resolve("usage") + "\"}\n");
        try (RunningGateway gateway = RunningGateway.of(Files.readString(file)); TestClient client = gateway.client()) {
            assertEquals(200, client.post(ASK).status());
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertEquals(0, Main.run(new String[] {"check", "--config", file.toString()}, new PrintStream(OutputStream.nullOutputStream()),
                new PrintStream(err, true, StandardCharsets.UTF_8)));
        assertTrue(err.toString(StandardCharsets.UTF_8).matches(
                "(?s).*note: at the rate of the last day, usage is kept for [0-9.]+ days.*"), err::toString);
    }
}
