package sluice.wspool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.TurnPool;
import sluice.api.TurnPool.Opening;
import sluice.api.UpstreamSettings;
import sluice.testkit.HandSweeper;
import sluice.websocket.WebSocketConnection;

class BoundConnectionTest {
    private final AtomicLong clock = new AtomicLong();
    private final HandSweeper sweeper = new HandSweeper();
    private final TurnPool pool = new WebSocketProvider().create(new UpstreamSettings(
            new UpstreamSettings.Idle(12, 100, Duration.ofMinutes(1)), 64 * 1024, Duration.ofSeconds(1),
            Optional.empty(), sweeper, clock::get));

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void aClientsMessagesGoUpAndEventsComeDownOnOneConnection() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            Heard heard = new Heard();
            Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 7), heard));
            assertFalse(opened.reused());
            for (int turn = 0; turn < 3; turn++) {
                send(opened.connection(), "{\"type\":\"response.create\"}");
                assertTrue(heard.events.take().contains("response.created"));
                assertTrue(heard.events.take().contains("delta\":\"26\""));
                assertTrue(heard.events.take().contains("response.completed"));
                opened.connection().pause();
                assertEquals(1, pool.counts("main").pinned());
            }
            assertEquals("ws_main_1", opened.connection().id());
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void theHandshakePassesTheClientsHeadersWithTheAccountsKeyAndFixedHeaders() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            Account plain = upstream.account();
            Account account = new Account(plain.name(), plain.baseUrl(), plain.apiKey(), 0, 0, 1, 4, "org", false, List.of(),
                    List.of(), Map.of(), Map.of(), Set.of(), Account.WebSocketUse.ON,
                    Map.of("OpenAI-Project", "p", "Originator", "operator"), Optional.empty(), Account.Timeouts.DEFAULT);
            Headers headers = Headers.of("originator", "codex_exec", "user-agent", "codex/1", "session-id", "s",
                    "x-codex-window-id", "w", "Authorization", "Bearer client", "Sec-WebSocket-Extensions", "deflate");
            opened(pool.open(new TurnPool.Request(account, "/responses?a=b", headers, "team", 7, new Cancellation()),
                    new Heard()));
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
        }
    }

    @Test
    void theSessionsNextClientGetsTheConnectionAndNobodyElse() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            String first = turnAndLeave(upstream, "team", 7);
            assertNotEquals(first, turnAndLeave(upstream, "team", 8));
            assertNotEquals(first, turnAndLeave(upstream, "other", 7));
            Opening.Opened again = opened(pool.open(request(upstream.account(), "team", 7), new Heard()));
            assertEquals(first, again.connection().id());
            assertTrue(again.reused());
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
    void aClientThatLeavesInMidTurnTakesItsConnectionWithIt() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 7), new Heard()));
            send(opened.connection(), "{}");
            opened.connection().close();
            upstream.end();
            assertEquals(0, pool.counts("main").seats());
            assertThrows(IOException.class, () -> send(opened.connection(), "{}"));
        }
    }

    @Test
    void afterAnErrorTheClientKeepsItsConnectionButNobodyGetsItNext() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText("{\"type\":\"error\",\"status\":400,\"error\":{\"code\":\"previous_response_not_found\"}}"))) {
            Heard heard = new Heard();
            Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 7), heard));
            send(opened.connection(), "one");
            heard.events.take();
            opened.connection().pause();
            send(opened.connection(), "two");
            heard.events.take();
            opened.connection().pause();
            opened.connection().close();
            assertEquals(1000, upstream.end().code());
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void theListenerHearsOfTheEndAndTheSeatIsFreeByThen() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            Heard heard = new Heard();
            Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 7), heard));
            upstream.socket().sendClose(1012, "restart");
            assertEquals("closed 1012 restart", heard.events.take());
            assertEquals(0, pool.counts("main").seats());
            assertThrows(IOException.class, () -> send(opened.connection(), "{}"));
        }
    }

    @Test
    void turnStateOfAHandshakeIsGivenBackInTheSessionsNextOne() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.handshakeHeaders(Headers.of("x-codex-turn-state", "sticky"));
            Opening.Opened first = opened(pool.open(request(upstream.account(), "team", 7), new Heard()));
            first.connection().close();
            opened(pool.open(request(upstream.account(), "team", 8), new Heard()));
            opened(pool.open(request(upstream.account(), "team", 7), new Heard()));
            assertFalse(upstream.handshake().headers().has("x-codex-turn-state"));
            assertFalse(upstream.handshake().headers().has("x-codex-turn-state"), "another session");
            assertEquals("sticky", upstream.handshake().headers().first("x-codex-turn-state").orElseThrow());
        }
    }

    @Test
    void atTheCapAPausedConnectionGivesUpItsSeat() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            Account two = twoSeats(upstream.account());
            Heard heard = new Heard();
            Opening.Opened paused = opened(pool.open(request(two, "team", 7), heard));
            paused.connection().pause();
            opened(pool.open(request(two, "team", 9), new Heard()));
            Opening.Opened next = opened(pool.open(request(two, "team", 8), new Heard()));
            assertThrows(IOException.class, () -> send(paused.connection(), "{}"));
            assertTrue(heard.events.take().startsWith("closed "));
            assertEquals(2, pool.counts("main").seats());
            send(next.connection(), "{}");
        }
    }

    @Test
    void aRefusedHandshakeIsReportedWithItsBody() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.refuse("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n4\r\nnope\r\n0\r\n\r\n");
            Opening.Refused refused = assertInstanceOf(Opening.Refused.class,
                    pool.open(request(upstream.account(), "team", 7), new Heard()));
            assertEquals(403, refused.status());
            assertEquals("b", refused.headers().first("x-a").orElseThrow());
            assertEquals("nope", new String(refused.body(), UTF_8));
        }
    }

    @Test
    void anUpstreamThatIsNotThereIsUnreachable() throws Exception {
        Account account;
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            account = upstream.account();
        }
        assertInstanceOf(Opening.Unreachable.class, pool.open(request(account, "team", 7), new Heard()));
        assertEquals(0, pool.counts("main").seats());
    }

    @Test
    void aThousandClientsThatVanishLeaveNoSeatTakenAndNoConnectionOpen() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            for (int i = 0; i < 1000; i++) {
                Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 1 + i % 3), new Heard()));
                send(opened.connection(), "{}");
                opened.connection().close();
            }
            assertEquals(0, pool.counts("main").seats());
            for (int i = 0; i < 1000; i++) {
                upstream.end();
            }
        }
    }

    @Test
    void parallelStreamsShareTheConnectionAndStayApartByTheirId() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream(BoundConnectionTest::echoStream)) {
            Heard heard = new Heard();
            Opening.Opened opened = opened(pool.open(request(upstream.account(), "team", 7), heard));
            Thread one = Thread.ofVirtual().start(() -> sendMany(opened.connection(), "one"));
            Thread two = Thread.ofVirtual().start(() -> sendMany(opened.connection(), "two"));
            one.join();
            two.join();
            int next = 0;
            for (int i = 0; i < 400; i++) {
                String event = heard.events.take();
                if (event.contains("\"one\"")) {
                    assertTrue(event.endsWith("," + next++ + "]"), event);
                }
            }
            assertEquals(200, next);
        }
    }

    private static void echoStream(WebSocketConnection socket, String message) throws IOException {
        socket.sendText(message);
    }

    private static void sendMany(TurnPool.Connection connection, String stream) {
        for (int i = 0; i < 200; i++) {
            try {
                send(connection, "[\"" + stream + "\"," + i + "]");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String turnAndLeave(FakeUpstream upstream, String client, long session) throws Exception {
        Heard heard = new Heard();
        Opening.Opened opened = opened(pool.open(request(upstream.account(), client, session), heard));
        send(opened.connection(), "{}");
        while (!heard.events.take().contains("response.completed")) {
            LockSupport.parkNanos(1);
        }
        opened.connection().pause();
        opened.connection().close();
        return opened.connection().id();
    }

    /** One slot, and so two seats. */
    private static Account twoSeats(Account account) {
        return new Account(account.name(), account.baseUrl(), account.apiKey(), 0, 0, 1, 1, "org", false,
                List.of(), List.of(), Map.of(), Map.of(), Set.of(), Account.WebSocketUse.ON, Map.of(), Optional.empty(),
                Account.Timeouts.DEFAULT);
    }

    private static TurnPool.Request request(Account account, String client, long session) {
        return new TurnPool.Request(account, "/responses", Headers.EMPTY, client, session, new Cancellation());
    }

    private static void send(TurnPool.Connection connection, String message) throws IOException {
        connection.send(BridgeTest.body(message));
    }

    private static Opening.Opened opened(Opening opening) {
        return assertInstanceOf(Opening.Opened.class, opening);
    }

    private static int lastOf(Headers headers, String name) {
        int last = -1;
        for (int i = headers.find(name); i >= 0; i = headers.find(name, i + 1)) {
            last = i;
        }
        return last;
    }

    /** What a client's side hears. */
    private static final class Heard implements TurnPool.Listener {
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
        public void closed(int code, String reason) {
            events.add("closed " + code + " " + reason);
        }
    }
}
