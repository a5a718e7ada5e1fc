package sluice.wspool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.testkit.HandSweeper;
import sluice.websocket.WebSocketConnection;

class ClientBindingTest {
    private final AtomicLong clock = new AtomicLong();
    private final HandSweeper sweeper = new HandSweeper();
    private final TurnPool pool = new WebSocketProvider().create(new UpstreamSettings(
            new UpstreamSettings.Idle(12, 100, Duration.ofMinutes(1)), 64 * 1024, Duration.ofSeconds(1), Optional.empty(), sweeper,
            clock::get));

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void aClientsTurnsGoUpAndEventsComeDownOnOneConnection() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); TurnPool.Binding binding = pool.bind(new Heard())) {
            assertEquals("", binding.account());
            for (int turn = 0; turn < 3; turn++) {
                String events = whole(binding.turn(request(upstream.account(), "team", 7), "", true));
                assertTrue(events.contains("response.created"));
                assertTrue(events.contains("delta\":\"26\""));
                assertTrue(events.contains("response.completed"));
                assertEquals("main", binding.account());
                assertEquals(1, pool.counts("main").pinned());
            }
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void theHandshakePassesTheClientsHeadersWithTheAccountsKeyAndFixedHeaders() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); TurnPool.Binding binding = pool.bind(new Heard())) {
            Account account = withHeaders(upstream.account(), 4, Map.of("OpenAI-Project", "p", "Originator", "operator"));
            Headers headers = Headers.of("originator", "codex_exec", "user-agent", "codex/1", "session-id", "s",
                    "x-codex-window-id", "w", "openai_project", "client's",
                    "Content-Type", "application/json", "Sec-WebSocket-Extensions", "deflate");
            whole(binding.turn(request(account, "/responses?a=b", headers, "team", 7, new Cancellation()), "", true));
            var head = upstream.handshake();
            assertEquals("/v1/responses?a=b", head.target());
            assertEquals("operator", head.headers().first("originator").orElseThrow());
            assertEquals("p", head.headers().first("openai-project").orElseThrow());
            assertEquals("codex/1", head.headers().first("user-agent").orElseThrow());
            assertEquals("s", head.headers().first("session-id").orElseThrow());
            assertEquals("w", head.headers().first("x-codex-window-id").orElseThrow());
            assertEquals("Bearer key", head.headers().first("authorization").orElseThrow());
            assertEquals(head.headers().find("authorization"), lastOf(head.headers(), "authorization"));
            assertFalse(head.headers().has("sec-websocket-extensions"));
            assertFalse(head.headers().has("openai_project"), "some servers read underscores as hyphens");
            assertFalse(head.headers().has("content-type"));
        }
    }

    @Test
    void theSessionsNextClientGetsTheConnectionAndNobodyElse() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            turnAndLeave(upstream, "team", 7);
            turnAndLeave(upstream, "team", 8);
            turnAndLeave(upstream, "other", 7);
            assertEquals(3, upstream.connections());
            turnAndLeave(upstream, "team", 7);
            assertEquals(3, upstream.connections());
        }
    }

    @Test
    void withoutASessionAConnectionIsNeverReused() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            turnAndLeave(upstream, "team", 0);
            upstream.end();
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void aTurnThatIsBrokenOffTakesItsConnectionWithItAndTheNextOneDials() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText("{\"type\":\"response.created\"}"));
                TurnPool.Binding binding = pool.bind(new Heard())) {
            UpstreamResult.Answered begun = answered(binding.turn(request(upstream.account(), "team", 7), "", true));
            begun.body().close();
            upstream.end();
            assertEquals(0, pool.counts("main").seats());
            assertEquals("", binding.account());
            answered(binding.turn(request(upstream.account(), "team", 7), "", true)).body().close();
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void afterAnErrorTheClientKeepsItsConnectionButNobodyGetsItNext() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText("{\"type\":\"error\",\"status\":400,\"error\":{\"code\":\"previous_response_not_found\"}}"))) {
            try (TurnPool.Binding binding = pool.bind(new Heard())) {
                for (int turn = 0; turn < 2; turn++) {
                    UpstreamResult.Answered refused = answered(binding.turn(request(upstream.account(), "team", 7), "", true));
                    assertEquals(400, refused.status());
                    assertEquals("{\"error\":{\"code\":\"previous_response_not_found\"}}", text(refused.body()));
                }
                assertEquals(1, upstream.connections());
            }
            assertEquals(1000, upstream.end().code());
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void aConnectionThatEndedBetweenTwoTurnsIsReplacedUnseen() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); TurnPool.Binding binding = pool.bind(new Heard())) {
            whole(binding.turn(request(upstream.account(), "team", 7), "", true));
            upstream.socket().sendClose(1012, "restart");
            upstream.end();
            assertTrue(whole(binding.turn(request(upstream.account(), "team", 7), "", true)).contains("response.completed"));
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void aTurnThatFindsItsConnectionTooOldIsSentOnOneThatIsNot() throws Exception {
        AtomicReference<FakeUpstream> self = new AtomicReference<>();
        AtomicBoolean later = new AtomicBoolean();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText(later.get() && self.get().connections() < 3
                ? "{\"type\":\"error\",\"status\":400,\"error\":{\"code\":\"websocket_connection_limit_reached\"}}"
                : "{\"type\":\"response.completed\",\"response\":{}}"))) {
            self.set(upstream);
            try (TurnPool.Binding one = pool.bind(new Heard()); TurnPool.Binding two = pool.bind(new Heard())) {
                whole(one.turn(request(upstream.account(), "team", 7), "", true));
                whole(two.turn(request(upstream.account(), "team", 7), "", true));
            }
            assertEquals(2, upstream.connections(), "which wait for the session's next client");
            later.set(true);
            try (TurnPool.Binding next = pool.bind(new Heard())) {
                UpstreamResult.Answered answer = answered(next.turn(request(upstream.account(), "team", 7), "", true));
                assertEquals(200, answer.status());
                assertFalse(answer.resent(), "who is too old refuses");
                answer.body().close();
                assertEquals(3, upstream.connections());
            }
        }
    }

    @Test
    void aTurnThatRefersToItsConnectionIsNotSentOnAnother() throws Exception {
        AtomicBoolean later = new AtomicBoolean();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (later.get()) {
                socket.close();
            } else {
                socket.sendText("{\"type\":\"response.completed\",\"response\":{}}");
            }
        }); TurnPool.Binding binding = pool.bind(new Heard())) {
            whole(binding.turn(request(upstream.account(), "team", 7), "", true));
            later.set(true);
            UpstreamResult.Unreachable gone = assertInstanceOf(UpstreamResult.Unreachable.class,
                    binding.turn(request(upstream.account(), "team", 7), "", false));
            assertTrue(gone.requestSent());
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void aCloseForItsSizeIsToldApartFromACut() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendClose(1009, "too big"));
                TurnPool.Binding binding = pool.bind(new Heard())) {
            UpstreamResult.Unreachable unreached = assertInstanceOf(UpstreamResult.Unreachable.class,
                    binding.turn(request(upstream.account(), "team", 7), "", true));
            assertEquals(UpstreamResult.Kind.TOO_LARGE, unreached.kind());
        }
    }

    @Test
    void turnStateOfAHandshakeIsGivenBackInTheSessionsNextOne() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText("{\"type\":\"response.created\"}"))) {
            upstream.handshakeHeaders(Headers.of("x-codex-turn-state", "sticky"));
            for (long session : new long[] {7, 8, 7}) {
                try (TurnPool.Binding binding = pool.bind(new Heard())) {
                    answered(binding.turn(request(upstream.account(), "team", session), "", true)).body().close();
                }
            }
            assertFalse(upstream.handshake().headers().has("x-codex-turn-state"));
            assertFalse(upstream.handshake().headers().has("x-codex-turn-state"), "another session");
            assertEquals("sticky", upstream.handshake().headers().first("x-codex-turn-state").orElseThrow());
        }
    }

    @Test
    void atTheCapAPausedConnectionGivesUpItsSeat() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging();
                TurnPool.Binding paused = pool.bind(new Heard());
                TurnPool.Binding second = pool.bind(new Heard());
                TurnPool.Binding third = pool.bind(new Heard())) {
            Account two = withHeaders(upstream.account(), 1, Map.of());
            for (TurnPool.Binding binding : List.of(paused, second, third)) {
                assertTrue(whole(binding.turn(request(two, "team", 7 + upstream.connections()), "", true)).contains("completed"));
            }
            assertEquals(2, pool.counts("main").seats());
            assertEquals(3, upstream.connections());
        }
    }

    @Test
    void aRefusedHandshakeIsAnAnswerIfItTellsOfTheAccount() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); TurnPool.Binding binding = pool.bind(new Heard())) {
            upstream.refuse("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n4\r\nnope\r\n0\r\n\r\n");
            UpstreamResult.Answered refused = answered(binding.turn(request(upstream.account(), "team", 7), "", true));
            assertEquals(403, refused.status());
            assertEquals("b", refused.headers().first("x-a").orElseThrow());
            assertEquals("nope", text(refused.body()));
        }
    }

    @Test
    void anAddressWithoutWebSocketIsToldAsSuch() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); TurnPool.Binding binding = pool.bind(new Heard())) {
            upstream.refuse("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            UpstreamResult.Unreachable unreached = assertInstanceOf(UpstreamResult.Unreachable.class,
                    binding.turn(request(upstream.account(), "team", 7), "", true));
            assertEquals(UpstreamResult.Kind.NO_WEBSOCKET, unreached.kind());
            assertFalse(unreached.requestSent());
        }
    }

    @Test
    void anUpstreamThatIsNotThereIsUnreachable() throws Exception {
        Account account;
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            account = upstream.account();
        }
        try (TurnPool.Binding binding = pool.bind(new Heard())) {
            assertInstanceOf(UpstreamResult.Unreachable.class, binding.turn(request(account, "team", 7), "", true));
        }
        assertEquals(0, pool.counts("main").seats());
    }

    @Test
    void aThousandClientsThatVanishLeaveNoSeatTakenAndNoConnectionOpen() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText("{\"type\":\"response.created\"}"))) {
            for (int i = 0; i < 1000; i++) {
                try (TurnPool.Binding binding = pool.bind(new Heard())) {
                    answered(binding.turn(request(upstream.account(), "team", 1 + i % 3), "", true));
                }
            }
            assertEquals(0, pool.counts("main").seats());
            for (int i = 0; i < 1000; i++) {
                upstream.end();
            }
        }
    }

    @Test
    void turnsOfSeveralStreamsShareTheConnectionAndStayApartByTheirId() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream(ClientBindingTest::answerStream); TurnPool.Binding binding = pool.bind(new Heard())) {
            Thread[] streams = new Thread[4];
            BlockingQueue<String> wrong = new LinkedBlockingQueue<>();
            for (int i = 0; i < streams.length; i++) {
                String id = "s" + i;
                streams[i] = Thread.ofVirtual().start(() -> {
                    for (int turn = 0; turn < 25; turn++) {
                        String events = whole(binding.turn(request(upstream.account(), "team", 7, id), id, true));
                        if (events.split("\"" + id + "\"").length != 4) {
                            wrong.add(id + ": " + events);
                        }
                    }
                });
            }
            for (Thread stream : streams) {
                stream.join();
            }
            assertEquals(List.of(), List.copyOf(wrong));
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void whatBelongsToNoTurnGoesToTheClientButNeverASecondEnd() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging(); Heard heard = new Heard(); TurnPool.Binding binding = pool.bind(heard)) {
            whole(binding.turn(request(upstream.account(), "team", 7), "", true));
            WebSocketConnection account = upstream.socket();
            account.sendText("{\"type\":\"response.failed\"}");
            account.sendText("{\"type\":\"codex.rate_limits\"}");
            assertEquals("{\"type\":\"codex.rate_limits\"}", heard.events.take());
        }
    }

    /** Three events for a message of the form {@code {"stream_id":"s1"}}. */
    private static void answerStream(WebSocketConnection socket, String message) throws IOException {
        String id = message.replaceAll(".*\"stream_id\":\"(\\w+)\".*", "$1");
        for (String type : List.of("response.created", "response.output_text.delta", "response.completed")) {
            socket.sendText("{\"type\":\"" + type + "\",\"stream_id\":\"" + id + "\"}");
        }
    }

    private void turnAndLeave(FakeUpstream upstream, String client, long session) {
        try (TurnPool.Binding binding = pool.bind(new Heard())) {
            whole(binding.turn(request(upstream.account(), client, session), "", true));
        }
    }

    /** With one slot there are two seats. */
    private static Account withHeaders(Account account, int concurrency, Map<String, String> headers) {
        return new Account(account.name(), new Account.Endpoint(account.endpoint().baseUrl(), account.endpoint().apiKey(), headers,
                Optional.empty(), Account.Timeouts.DEFAULT), new Account.Rank(0, 0, 1, concurrency),
                new Account.Offer(List.of(), "org", Account.WebSocketUse.ON), Account.Edits.NONE);
    }

    private static UpstreamRequest request(Account account, String client, long session) {
        return request(account, "/responses", Headers.EMPTY, client, session, new Cancellation());
    }

    private static UpstreamRequest request(Account account, String client, long session, String streamId) {
        return new UpstreamRequest(account, "POST", "/responses", Headers.EMPTY,
                BridgeTest.body("{\"type\":\"response.create\",\"stream_id\":\"" + streamId + "\"}"), 0, 0, client, session,
                new Cancellation());
    }

    private static UpstreamRequest request(Account account, String target, Headers headers, String client, long session,
            Cancellation cancellation) {
        return new UpstreamRequest(account, "POST", target, headers, BridgeTest.body("{\"type\":\"response.create\"}"), 0, 0, client,
                session, cancellation);
    }

    private static UpstreamResult.Answered answered(UpstreamResult result) {
        return assertInstanceOf(UpstreamResult.Answered.class, result);
    }

    /** All events of an answer, to its end. */
    private static String whole(UpstreamResult result) {
        return text(answered(result).body());
    }

    private static String text(ByteSource source) {
        StringBuilder all = new StringBuilder();
        byte[] some = new byte[4096];
        try (source) {
            for (int count = source.read(some, 0, some.length); count >= 0; count = source.read(some, 0, some.length)) {
                all.append(new String(some, 0, count, UTF_8));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all.toString();
    }

    private static int lastOf(Headers headers, String name) {
        int last = -1;
        for (int i = headers.find(name); i >= 0; i = headers.find(name, i + 1)) {
            last = i;
        }
        return last;
    }

    /** What belongs to no turn. */
    private static final class Heard implements TurnPool.Strays, AutoCloseable {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void quiet() {
            // each message is looked at by itself
        }

        @Override
        public void message(byte[] buffer, int offset, int length) {
            events.add(new String(buffer, offset, length, UTF_8));
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
