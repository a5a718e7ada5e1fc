package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Clients that speak WebSocket to the gateway. */
class WebSocketModeTest {
    private static final String TURN = "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private RunningGateway gateway(int accounts, String more) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), accounts, more);
    }

    private static String after(String responseId) {
        return TURN.replace("\"input\"", "\"previous_response_id\":\"" + responseId + "\",\"input\"");
    }

    private static void assertCompleted(List<String> messages) {
        assertEquals("response.completed", TestWebSocket.type(messages.getLast()), messages.toString());
    }

    private List<ReceivedRequest> turns() {
        return upstream.log().all().stream().filter(request -> request.method().equals("WEBSOCKET")).toList();
    }

    @Test
    void passesTurnsOnByteForByteOverOneConnection() throws IOException {
        try (RunningGateway gateway = gateway(2, ""); TestWebSocket client = TestWebSocket.open(gateway.port(), "session-id", "s1",
                "openai-beta", "responses_websockets=2026-02-06", "sec-websocket-extensions", "permessage-deflate")) {
            assertEquals(101, client.head().status());
            assertFalse(client.head().headers().has("sec-websocket-extensions"));
            String odd = "{ \"x\" : 1e400, \"type\":\"response.create\",\"model\" :\"gpt-5.1\", \"store\":false,"
                    + "\n\"input\":\"\\u0061 🙂\"}";
            List<String> first = client.turn(odd);
            assertEquals("response.created", TestWebSocket.type(first.getFirst()));
            assertCompleted(first);
            List<String> second = client.turn(after(TestWebSocket.responseId(first.getLast())));
            assertCompleted(second);
            assertEquals(odd, new String(turns().getFirst().body(), StandardCharsets.UTF_8));
            assertEquals(2, turns().size());
            assertEquals(turns().getFirst().connection(), turns().getLast().connection());
            assertEquals("Bearer sk-a", turns().getFirst().headers().first("authorization").orElseThrow());
            assertEquals("s1", turns().getFirst().headers().first("session-id").orElseThrow());
            assertEquals("responses_websockets=2026-02-06", turns().getFirst().headers().first("openai-beta").orElseThrow());
        }
    }

    /** Once over a WebSocket of the account, once over a stream. */
    @ParameterizedTest
    @CsvSource({"on", "off"})
    void aBurstOfEventsIsAFewWrites(String use) throws IOException, InterruptedException {
        try (RunningGateway gateway = RunningGateway.of("log: {requests: json}\naccounts:\n  - {name: a, base-url: \""
                + upstream.baseUri() + "\", api-key: sk-a, tier: 1, websocket: " + use + "}\n  - {name: b, base-url: \""
                + upstream.baseUri() + "\", api-key: sk-b, tier: 0}\n"); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            upstream.always("sk-b", Fault.of("status=429;retry=60"));
            List<String> messages = client.turn(TURN.replace("hi", "[[sim:deltas=200;interval=0ms]]"));
            assertCompleted(messages);
            gateway.awaitLog("\"status\":200");
            Matcher flushes = Pattern.compile("\"flushes\":([1-9]\\d*)").matcher(gateway.log());
            assertTrue(flushes.find());
            int writes = Integer.parseInt(flushes.group(1));
            assertTrue(writes >= 2 && writes < messages.size() / 4, writes + " writes of " + messages.size() + " events");
        }
    }

    @Test
    void theSessionsNextClientGetsTheConnectionOfOneThatLeftRightBehindItsLastEvent() throws IOException {
        try (RunningGateway gateway = gateway(1, "")) {
            for (int i = 0; i < 20; i++) {
                try (TestWebSocket client = TestWebSocket.open(gateway.port(), "session-id", "s1")) {
                    assertCompleted(client.turn(TURN));
                }
                while (gateway.process().gateway().openWebSockets() > 0) {
                    Thread.onSpinWait();
                }
            }
            assertEquals(1, Set.copyOf(turns().stream().map(ReceivedRequest::connection).toList()).size());
        }
    }

    @Test
    void keepsAWarmUpAndWhatFollowsOnOneConnection() throws IOException {
        try (RunningGateway gateway = gateway(2, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            List<String> warm = client.turn(TURN.replace("\"store\"", "\"generate\":false,\"store\""));
            assertCompleted(warm);
            assertCompleted(client.turn(after(TestWebSocket.responseId(warm.getLast()))));
            assertEquals(1, Set.copyOf(turns().stream().map(ReceivedRequest::connection).toList()).size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"response.cancel", "response.processed", "response.inject"})
    void whatIsSaidOfATurnReachesItsAccountByteForByte(String type) throws IOException {
        String word = "{ \"type\":\"" + type + "\", \"response_id\":\"resp_1\",\n\"input\":"
                + "[{\"role\":\"user\",\"content\":\"\\u0061lso\"}]}";
        try (SayingUpstream said = new SayingUpstream(); RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \""
                + said.uri() + "\", api-key: k, websocket: on}]"); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            said.account("k", asked -> asked.body().contains("response.create")
                    ? new SayingUpstream.Say.Part(List.of(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x")))
                    : SayingUpstream.events(SayingUpstream.end("response.completed", "completed", "gpt-5.1", SayingUpstream.usage())));
            client.send(TURN);
            assertEquals("response.created", TestWebSocket.type(client.next()));
            client.send(word);
            assertCompleted(client.rest());
            assertEquals(List.of(TURN, word), said.asked("k").stream().map(SayingUpstream.Asked::body).toList());
        }
    }

    @Test
    void restoresAMappedModel() throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k, models: [{from: fast, to: gpt-5-mini}]}]");
                TestWebSocket client = TestWebSocket.open(gateway.port())) {
            String text = client.turn(TURN.replace("gpt-5.1", "fast")).toString();
            assertTrue(text.contains("\"model\":\"fast\""), text);
            assertFalse(text.contains("gpt-5-mini"), text);
            assertEquals(TURN.replace("gpt-5.1", "gpt-5-mini"), new String(turns().getFirst().body(), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {
        "~{\"type\":~, 400, invalid_json", "~[]~, 400, invalid_json", "~{\"type\":\"response.create\"}~, 400, model_required",
        "~{\"type\":\"response.create\",\"model\":\"m\",\"model\":\"n\"}~, 400, duplicate_member",
        "~{\"type\":\"other\",\"model\":\"m\"}~, 400, invalid_type",
    })
    void refusesBadMessagesInBandAndServesTheNext(String message, int status, String code) throws IOException {
        try (RunningGateway gateway = gateway(1, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            String error = client.turn(message).getLast();
            assertTrue(error.startsWith("{\"type\":\"error\",\"status\":" + status + ",\"error\":{"), error);
            assertTrue(error.contains("\"code\":\"" + code + "\""), error);
            assertCompleted(client.turn(TURN));
        }
    }

    @Test
    void letsNobodyInWithoutAKey() throws IOException {
        String clients = "clients: [{name: team, key-sha256: \"" + sluice.config.KeyHash.of("secret-1").hex()
                + "\", models: [\"gpt-5*\"]}]";
        try (RunningGateway gateway = gateway(1, clients)) {
            try (TestWebSocket nobody = TestWebSocket.open(gateway.port())) {
                assertEquals(401, nobody.head().status());
            }
            try (TestWebSocket known = TestWebSocket.open(gateway.port(), "Authorization", "Bearer secret-1")) {
                assertEquals(101, known.head().status());
                assertCompleted(known.turn(TURN));
                String error = known.turn(TURN.replace("gpt-5.1", "o9")).getLast();
                assertTrue(error.contains("\"status\":403") && error.contains("model_not_allowed"), error);
            }
        }
    }

    @Test
    void asksForHttpWhereNoAccountHasAWebSocket() throws IOException {
        try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: k, websocket: off}]")) {
            try (TestWebSocket client = TestWebSocket.open(gateway.port())) {
                assertEquals(426, client.head().status());
                assertEquals("gateway", client.head().headers().first("x-sluice-error").orElseThrow());
            }
        }
    }

    @Test
    void asksTheSessionForHttpOnceTheAccountHasRefusedItsHandshake() throws IOException {
        upstream.always("sk-a", Fault.of("handshake=404"));
        try (RunningGateway gateway = gateway(1, "")) {
            try (TestWebSocket client = TestWebSocket.open(gateway.port(), "session-id", "s1")) {
                assertEquals(101, client.head().status());
                String error = client.turn(TURN).getLast();
                assertTrue(error.contains("\"status\":503") && error.contains("websocket_unavailable"), error);
                assertEquals("close 1013", client.next());
            }
            try (TestWebSocket client = TestWebSocket.open(gateway.port(), "session-id", "s1")) {
                assertEquals(426, client.head().status());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"status=429;retry=7, first-event", "status=500, first-event", "overloaded, first-output", "ratelimited, first-output",
        "drop=fin, first-event", "drop=rst, first-event", "cutafter=2, first-output", "handshake=429, first-event",
        "handshake=503, first-event", "handshake=404, first-event"})
    void movesAFirstTurnToAnotherAccountUnseen(String fault, String commit) throws IOException {
        if (fault.startsWith("handshake")) {
            upstream.always("sk-a", Fault.of(fault));
        } else {
            upstream.script("sk-a", Fault.of(fault));
        }
        try (RunningGateway gateway = gateway(2, "failover: {commit: " + commit + "}");
                TestWebSocket client = TestWebSocket.open(gateway.port())) {
            List<String> messages = client.turn(TURN);
            assertEquals("response.created", TestWebSocket.type(messages.getFirst()), messages.toString());
            assertCompleted(messages);
            assertEquals("sk-b", upstream.log().last().accountKey());
            assertCompleted(client.turn(after(TestWebSocket.responseId(messages.getLast()))));
            assertEquals("sk-b", upstream.log().last().accountKey());
        }
    }

    @Test
    void servesATurnByHttpWhereTheOnlyHandshakeMetAServerError() throws IOException {
        upstream.always("sk-a", Fault.of("handshake=503"));
        try (RunningGateway gateway = gateway(1, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            assertCompleted(client.turn(TURN));
            assertEquals("POST", upstream.log().last().method());
            upstream.always("sk-a", Fault.NONE);
            assertCompleted(client.turn(TURN));
            assertEquals("WEBSOCKET", upstream.log().last().method());
        }
    }

    @Test
    void aTurnBoundToAResponseOfNobodyAsksAllAccounts() throws IOException {
        try (SayingUpstream said = new SayingUpstream()) {
            StringBuilder accounts = new StringBuilder("accounts:\n");
            for (char name = 'a'; name <= 'f'; name++) {
                accounts.append("  - {name: ").append(name).append(", base-url: \"").append(said.uri()).append("\", api-key: sk-")
                        .append(name).append(", websocket: on, tier: ").append(name - 'a').append("}\n");
                said.account("sk-" + name, name == 'f' ? SayingUpstream::well : asked -> SayingUpstream.status(400,
                        "{\"error\":{\"code\":\"previous_response_not_found\",\"message\":\"not found\"}}"));
            }
            String bound = TURN.replace("\"model\"", "\"previous_response_id\":\"resp_9\",\"model\"");
            try (RunningGateway gateway = RunningGateway.of(accounts.toString());
                    TestWebSocket client = TestWebSocket.open(gateway.port())) {
                assertCompleted(client.turn(bound));
                assertCompleted(client.turn(bound.replace("resp_9", "resp_1")));
                assertEquals(List.of(1, 1, 1, 1, 1, 2), Stream.of("a", "b", "c", "d", "e", "f").map(name -> said.asked("sk-" + name).size())
                        .toList());
            }
        }
    }

    @Test
    void keepsWhatAnAccountTellsOfItsLimitsBetweenTwoTurns() throws IOException {
        String limits = "{\"type\":\"codex.rate_limits\",\"rate_limits\":{\"primary\":{\"used_percent\":80,\"window_minutes\":300,"
                + "\"reset_after_seconds\":600}}}";
        try (SayingUpstream said = new SayingUpstream()) {
            said.account("sk-a", asked -> new SayingUpstream.Say.Part(List.of(SayingUpstream.created("gpt-5.1"),
                    SayingUpstream.delta(1, "well"), SayingUpstream.end("response.completed", "completed", "gpt-5.1",
                            SayingUpstream.usage()), limits)));
            try (RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + said.uri()
                    + "\", api-key: sk-a, websocket: on}]\n"); TestWebSocket client = TestWebSocket.open(gateway.port())) {
                assertCompleted(client.turn(TURN));
                assertEquals(limits, client.next(), "it passes as it came");
                assertEquals(List.of("primary"), gateway.account("a").limits().quotas().stream().map(quota -> quota.window()).toList());
            }
        }
    }

    private RunningGateway mixed() throws IOException {
        return RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri() + "\", api-key: sk-a, tier: 0}\n"
                + "  - {name: b, base-url: \"" + upstream.baseUri() + "\", api-key: sk-b, tier: 1, websocket: off, "
                + "models: [{from: \"gpt-5*\", to: gpt-5-mini}]}\n");
    }

    @Test
    void servesATurnByHttpWhereOnlyThatIsLeft() throws IOException {
        try (RunningGateway gateway = mixed(); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            upstream.script("sk-a", Fault.of("status=429;retry=60"));
            List<String> messages = client.turn(TURN);
            assertEquals("response.created", TestWebSocket.type(messages.getFirst()), messages.toString());
            assertCompleted(messages);
            assertFalse(messages.toString().contains("gpt-5-mini"), messages.toString());
            ReceivedRequest sent = upstream.log().last();
            assertEquals("POST", sent.method());
            assertEquals("sk-b", sent.accountKey());
            assertFalse(sent.headers().has("sec-websocket-key") || sent.headers().has("upgrade"));
            String body = new String(sent.body(), StandardCharsets.UTF_8);
            assertTrue(body.contains("\"stream\":true") && !body.contains("response.create"), body);
        }
    }

    @Test
    void endsAnAnswerByHttpThatBreaksWithOneFailure() throws IOException {
        try (RunningGateway gateway = mixed(); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            upstream.script("sk-a", Fault.of("status=429;retry=60"));
            upstream.script("sk-b", Fault.of("deltas=20;cut=5000"));
            List<String> messages = client.turn(TURN);
            assertEquals("response.failed", TestWebSocket.type(messages.getLast()), messages.toString());
            assertTrue(messages.getLast().contains("upstream_stream_broken"), messages.getLast());
            assertCompleted(client.turn(TURN));
        }
    }

    @Test
    void saysThatTheHistoryIsGoneWhereABoundTurnCouldGoOnElsewhere() throws IOException {
        try (RunningGateway gateway = gateway(2, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            List<String> first = client.turn(TURN);
            upstream.script("sk-a", Fault.of("status=429;retry=60"));
            String error = client.turn(after(TestWebSocket.responseId(first.getLast()))).getLast();
            assertTrue(error.contains("\"status\":400") && error.contains("previous_response_not_found"), error);
            assertCompleted(client.turn(TURN));
            assertEquals("sk-b", upstream.log().last().accountKey());
        }
    }

    @Test
    void saysWhenToComeBackWhereThereIsNoOtherAccount() throws IOException {
        try (RunningGateway gateway = gateway(1, "scheduler: {wait: {timeout: 0s}}");
                TestWebSocket client = TestWebSocket.open(gateway.port())) {
            List<String> first = client.turn(TURN);
            upstream.script("sk-a", Fault.of("status=429;retry=60"));
            String error = client.turn(after(TestWebSocket.responseId(first.getLast()))).getLast();
            assertTrue(error.contains("\"status\":429") && error.contains("\"retry-after\":\""), error);
            assertFalse(error.contains("sk-"), error);
        }
    }

    @Test
    void endsABrokenAnswerWithOneFailureAndGoesOn() throws IOException {
        try (RunningGateway gateway = gateway(1, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            upstream.script("sk-a", Fault.of("cutafter=4"));
            List<String> messages = client.turn(TURN);
            String last = messages.getLast();
            assertEquals("response.failed", TestWebSocket.type(last));
            assertTrue(last.contains("upstream_stream_broken"), last);
            assertEquals(TestWebSocket.responseId(messages.getFirst()), TestWebSocket.responseId(last));
            assertCompleted(client.turn(TURN));
        }
    }

    @Test
    void opensAnotherConnectionWhenTheAccountClosedItBetweenTurns() throws IOException {
        try (RunningGateway gateway = gateway(1, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            upstream.script("sk-a", Fault.NONE, Fault.of("ws_limit"));
            List<String> first = client.turn(TURN);
            assertCompleted(first);
            assertCompleted(client.turn(TURN));
            String bound = client.turn(after(TestWebSocket.responseId(first.getLast()))).getLast();
            assertTrue(bound.contains("previous_response_not_found"), bound);
        }
    }

    @Test
    void runsStreamsSideBySideOnOneConnectionAndTheirTurnsInOrder() throws IOException {
        try (RunningGateway gateway = gateway(2, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            String slow = TURN.replace("\"hi\"", "\"hi [[sim:first=300ms]]\"");
            client.send(slow.replace("\"store\"", "\"stream_id\":\"one\",\"store\""));
            client.send(TURN.replace("\"store\"", "\"stream_id\":\"one\",\"store\""));
            client.send(TURN.replace("\"store\"", "\"stream_id\":\"two\",\"store\""));
            StringBuilder order = new StringBuilder();
            for (int done = 0; done < 3;) {
                String message = client.next();
                assertTrue(message.contains("\"stream_id\":\""), message);
                if (TestWebSocket.type(message).equals("response.completed")) {
                    order.append(message.contains("\"stream_id\":\"one\"") ? "1" : "2");
                    done++;
                }
            }
            assertEquals("211", order.toString());
            assertEquals(1, Set.copyOf(turns().stream().map(ReceivedRequest::connection).toList()).size());
        }
    }

    @Test
    void freesSlotAndConnectionOfAClientThatVanishes() throws Exception {
        try (RunningGateway gateway = gateway(1, "")) {
            TestWebSocket client = TestWebSocket.open(gateway.port());
            client.send(TURN.replace("\"hi\"", "\"hi [[sim:stall=3]]\""));
            client.next();
            client.vanish();
            assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd());
            while (gateway.process().gateway().inFlight() + gateway.process().gateway().openWebSockets() > 0) {
                Thread.onSpinWait();
            }
            gateway.awaitLog("client_gone");
        }
    }

    @Test
    void readsOnForTheUsageOfAClientThatVanishesIfToldSo() throws Exception {
        try (RunningGateway gateway = gateway(1, "stream: {on-disconnect: drain}")) {
            TestWebSocket client = TestWebSocket.open(gateway.port());
            client.send(TURN.replace("\"hi\"", "\"hi [[sim:first=300ms]]\""));
            client.next();
            client.vanish();
            assertEquals(ReceivedRequest.Ending.ANSWERED, upstream.log().last().awaitEnd());
            gateway.awaitLog(" 200 WEBSOCKET /v1/responses ");
            assertTrue(gateway.log().contains(" tokens=") && !gateway.log().contains("~"), gateway.log());
        }
    }

    @Test
    void recordsEachTurnOnce() throws Exception {
        try (RunningGateway gateway = gateway(1, ""); TestWebSocket client = TestWebSocket.open(gateway.port())) {
            assertCompleted(client.turn(TURN));
            assertCompleted(client.turn(TURN));
            client.turn("{");
            client.sendClose(1000);
            assertEquals("close 1000", client.next());
            // A turn's line may come behind the next one's: it is written when its client has the end already.
            while (gateway.log().lines().count() < 4) {
                Thread.onSpinWait();
            }
            List<String> lines = gateway.log().lines().toList();
            assertEquals(4, lines.size(), gateway.log());
            Set<String> ids = new HashSet<>();
            lines.forEach(line -> ids.add(line.replaceAll(".* id=", "")));
            assertEquals(4, ids.size(), gateway.log());
            long served = lines.stream().filter(line -> line.contains(" 200 WEBSOCKET /v1/responses ")
                    && line.matches(".* tokens=[0-9]+/0/[1-9].*")).count();
            assertEquals(2, served, gateway.log());
        }
    }

    @Test
    void saysGoodbyeAtADrainOnceTheTurnIsOver() throws Exception {
        try (RunningGateway gateway = gateway(1, "")) {
            TestWebSocket idle = TestWebSocket.open(gateway.port());
            TestWebSocket busy = TestWebSocket.open(gateway.port());
            busy.send(TURN.replace("\"hi\"", "\"hi [[sim:first=400ms]]\""));
            busy.next();
            Thread drain = Thread.startVirtualThread(() -> gateway.process().drain(() -> { }));
            assertEquals("close 1001", idle.next());
            idle.close();
            assertCompleted(busy.rest());
            assertEquals("close 1001", busy.next());
            busy.close();
            drain.join();
        }
    }

    @Test
    void limitsAClientToHalfOfAllConnections() throws Exception {
        List<TestWebSocket> open = new ArrayList<>();
        try (RunningGateway gateway = gateway(1, "limits: {connections: 8}")) {
            for (int i = 0; i < 4; i++) {
                open.add(TestWebSocket.open(gateway.port()));
                assertEquals(101, open.getLast().head().status());
            }
            try (TestWebSocket more = TestWebSocket.open(gateway.port())) {
                assertEquals(429, more.head().status());
            }
        } finally {
            for (TestWebSocket one : open) {
                one.close();
            }
        }
    }

    @Test
    void limitsTheOpenConnectionsOfAClient() throws Exception {
        try (RunningGateway gateway = gateway(1, "websocket: {client-connections: 1}")) {
            try (TestWebSocket first = TestWebSocket.open(gateway.port());
                    TestWebSocket second = TestWebSocket.open(gateway.port())) {
                assertEquals(101, first.head().status());
                assertEquals(429, second.head().status());
            }
        }
    }
}
