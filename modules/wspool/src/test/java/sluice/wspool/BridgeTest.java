package sluice.wspool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.testkit.HandSweeper;

class BridgeTest {
    private static final long SECOND = 1_000_000_000;
    private static final String BODY = " {\"model\":\"gpt-5\", \"stream\":true}";
    private static final String COMPLETED = "{\"type\":\"response.completed\",\"response\":{}}";

    private final AtomicLong clock = new AtomicLong();
    private final HandSweeper sweeper = new HandSweeper();
    private final TurnPool pool = new WebSocketProvider().create(settings());

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Test
    void anHttpRequestIsServedAsServerSentEvents() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(200, answer.status());
            assertEquals("text/event-stream", answer.headers().first("content-type").orElseThrow());
            String message = upstream.message();
            assertEquals(" {\"type\":\"response.create\",\"model\":\"gpt-5\", \"stream\":true}", message);
            assertEquals("""
                    event: response.created
                    data: {"type":"response.created","response":{"id":"resp_1"}}

                    event: response.output_text.delta
                    data: {"type":"response.output_text.delta","delta":"LENGTH"}

                    event: response.completed
                    data: {"type":"response.completed","response":{"id":"resp_1"}}

                    """.replace("LENGTH", Integer.toString(message.length())), text(answer));
        }
    }

    @Test
    void theHandshakeCarriesTheAccountsKeyAndNothingOfTheClientButItsBeta() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            Headers headers = upstream.handshake().headers();
            assertEquals("Bearer key", headers.first("authorization").orElseThrow());
            assertEquals("responses_websockets=1", headers.first("openai-beta").orElseThrow());
            assertFalse(headers.has("session-id"));
            assertFalse(headers.has("sec-websocket-extensions"));
        }
    }

    @Test
    void turnsOfOneClientShareAConnectionAndThoseOfAnotherDoNot() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            for (int i = 0; i < 20; i++) {
                text(answered(pool.send(request(upstream.account(), "team", i))));
            }
            assertEquals(1, upstream.connections());
            assertEquals(19, pool.counts("main").reuses());
            text(answered(pool.send(request(upstream.account(), "other", 1))));
            assertEquals(2, upstream.connections());
            assertEquals(0, pool.counts("main").busy());
        }
    }

    @Test
    void anErrorWithAStatusBeforeAnyOtherEventIsAnHttpAnswer() throws Exception {
        String error = "{\"type\":\"error\",\"status\":429,\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"},"
                + "\"headers\":{\"retry-after\":\"7\",\"bad name\":\"x\",\"content-length\":\"5\"}}";
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText(error))) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(429, answer.status());
            assertEquals("7", answer.headers().first("retry-after").orElseThrow());
            assertEquals(3, answer.headers().size());
            assertEquals("{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}", text(answer));
            assertEquals(0, pool.counts("main").seats(), "a connection that saw an error is not kept for others");
        }
    }

    @Test
    void aTurnThatFindsItsConnectionTooOldIsSentOnceMore() throws Exception {
        String error = "{\"type\":\"error\",\"status\":400,\"error\":{\"type\":\"invalid_request_error\","
                + "\"code\":\"websocket_connection_limit_reached\",\"message\":\"60 minutes\"}}";
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText(turns.incrementAndGet() == 2 ? error : COMPLETED))) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            UpstreamResult.Answered second = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(200, second.status());
            assertFalse(second.resent(), "the first was refused, so it has not run");
            assertEquals("event: response.completed\ndata: " + COMPLETED + "\n\n", text(second));
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void aTurnThatFindsNoConnectionYoungEnoughIsNotSentForEver() throws Exception {
        String error = "{\"type\":\"error\",\"status\":400,\"error\":{\"code\":\"websocket_connection_limit_reached\"}}";
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText(error))) {
            assertEquals(400, answered(pool.send(request(upstream.account(), "team", 7))).status());
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void anErrorBehindAnotherEventStaysAnEventAndHarmsTheConnection() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            socket.sendText("{\"type\":\"response.created\"}");
            socket.sendText("{\"type\":\"error\",\"status\":500,\"error\":{}}");
        })) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(200, answer.status());
            assertTrue(text(answer).endsWith("event: error\ndata: {\"type\":\"error\",\"status\":500,\"error\":{}}\n\n"));
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {
        "~{\"type\":\"error\",\"status\":503,\"error\":{\"type\":\"t\",\"code\":\"server_is_overloaded\",\"message\":\"m\"}}~,"
                + " server_is_overloaded, m, 3, ~,\"status\":503~",
        "~{\"type\":\"error\",\"sequence_number\":7,\"error\":{\"type\":\"rate_limit_error\",\"code\":null,\"message\":\"m\"}}~,"
                + " rate_limit_error, m, 7, ~~",
        "~{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":null}~, c, m, 3, ~~",
        "~{\"type\":\"error\",\"detail\":\"d\"}~, server_error, d, 3, ~~",
        "~{\"type\":\"error\",\"detail\":{\"code\":\"c\",\"message\":\"m\"}}~, c, m, 3, ~~",
        "~{\"type\":\"error\"}~, server_error, ~~, 3, ~~"})
    void anErrorInTheMiddleOfAResponseEndsTheStreamAsAResponseThatFailed(String error, String code, String words, int number, String more)
            throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            socket.sendText("{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\","
                    + "\"status\":\"in_progress\",\"error\":null,\"output\":[]}}");
            socket.sendText("{\"type\":\"response.output_item.done\",\"sequence_number\":2,\"item\":{\"id\":\"msg_1\"}}");
            socket.sendText(error);
        })) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            String text = text(answer);
            assertTrue(text.endsWith("event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":" + number
                    + ",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"" + code + "\",\"message\":\"" + words
                    + "\"},\"incomplete_details\":null,\"output\":[{\"id\":\"msg_1\"}],\"usage\":null}" + more + "}\n\n"), text);
        }
    }

    @Test
    void anErrorMayStandAtTheTopOfItsMessage() throws Exception {
        String error = "{\"type\":\"error\",\"status\":400,\"code\":\"previous_response_not_found\",\"message\":\"gone\",\"headers\":{}}";
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendText(error))) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(400, answer.status());
            assertEquals("{\"error\":{\"code\":\"previous_response_not_found\",\"message\":\"gone\"}}", text(answer));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 403 No\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: other\r\n\r\n"})
    void aWayStationThatLetsNoWebSocketThroughIsAnAddressWithoutOne(String answer) throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.refuse(answer);
            assertEquals(UpstreamResult.Kind.NO_WEBSOCKET, unreachable(pool.send(request(upstream.account(), "team", 7))).kind());
        }
    }

    @Test
    void whereThereWasAWebSocketSilenceIsNoAddressWithoutOne() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.standStill(true);
            assertEquals(UpstreamResult.Kind.NO_WEBSOCKET, late(upstream).kind());
            upstream.standStill(false);
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            upstream.handshake();
            upstream.cutAll();
            untilSeats(0);
            upstream.standStill(true);
            assertEquals(UpstreamResult.Kind.CONNECT, late(upstream).kind());
        }
    }

    /** A request whose handshake is not answered within its time. */
    private UpstreamResult.Unreachable late(FakeUpstream upstream) throws Exception {
        CompletableFuture<UpstreamResult> result = CompletableFuture.supplyAsync(() -> pool.send(request(upstream.account(), "team", 7)));
        upstream.handshake();
        sweeper.sweep(clock.addAndGet(90 * SECOND));
        return unreachable(result.get());
    }

    @Test
    void aServerErrorToAHandshakeMayPass() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.refuse("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n{}");
            UpstreamResult.Unreachable none = unreachable(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(UpstreamResult.Kind.RESET, none.kind());
            assertFalse(none.requestSent());
        }
    }

    @Test
    void aConnectionClosedForItsAgeIsReplaced() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() == 2) {
                socket.sendClose(1008, "websocket_connection_limit_reached");
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            assertEquals("event: response.completed\ndata: " + COMPLETED + "\n\n", text(answered(pool.send(request(upstream.account(),
                    "team", 7)))));
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void aRefusedHandshakeThatTellsOfTheAccountIsTheAnswer() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            upstream.refuse("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nX-Request-Id: r\r\n\r\n{}");
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(401, answer.status());
            assertEquals("{}", text(answer));
            upstream.refuse("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n");
            UpstreamResult.Unreachable unreached = unreachable(pool.send(request(upstream.account(), "team", 7)));
            assertFalse(unreached.requestSent());
            assertTrue(unreached.detail().contains("426"), unreached.detail());
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void aStreamThatBreaksIsACutAfterWhatHadCome() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            socket.sendText("{\"type\":\"response.created\"}");
            socket.close();
        })) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            byte[] buffer = new byte[1000];
            int count = answer.body().read(buffer, 0, buffer.length);
            assertEquals("event: response.created\ndata: {\"type\":\"response.created\"}\n\n",
                    new String(buffer, 0, count, UTF_8));
            ByteSource.Broken cut = assertThrows(ByteSource.Broken.class, () -> answer.body().read(buffer, 0, buffer.length));
            assertEquals(ByteSource.Broken.Cause.CUT, cut.how());
            answer.body().close();
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void aFreshConnectionThatEndsWithoutAnEventIsReportedAsSent() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> socket.sendClose(1011, "oops"))) {
            UpstreamResult.Unreachable unreached = unreachable(pool.send(request(upstream.account(), "team", 7)));
            assertTrue(unreached.requestSent());
            assertEquals(UpstreamResult.Kind.RESET, unreached.kind());
            assertTrue(unreached.detail().contains("1011: oops"), unreached.detail());
        }
    }

    @Test
    void aReusedConnectionThatHadGoneStaleIsReplacedOnce() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() == 2) {
                socket.close();
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            assertFalse(text(answered(pool.send(request(upstream.account(), "team", 7)))).isEmpty());
            UpstreamResult.Answered second = answered(pool.send(request(upstream.account(), "team", 7)));
            assertTrue(second.resent());
            assertEquals("event: response.completed\ndata: " + COMPLETED + "\n\n", text(second));
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void howLongATurnTookToSendSaysNothingOfWhetherItsConnectionWasStale() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() == 2) {
                socket.close();
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            UpstreamRequest usual = request(upstream.account(), "team", 7);
            assertTrue(answered(pool.send(new UpstreamRequest(usual.account(), usual.method(), usual.target(), usual.headers(),
                    slow(usual.body()), usual.headersNanos(), usual.idleNanos(), usual.client(), usual.sessionKey(),
                    usual.cancellation()))).resent());
            assertEquals(2, upstream.connections());
        }
    }

    /** A body whose sending takes longer than a stale connection may. */
    private OutboundBody slow(OutboundBody body) {
        return new OutboundBody() {
            @Override
            public long length() {
                return body.length();
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                body.writeTo(out);
                clock.addAndGet(90 * SECOND);
            }

            @Override
            public List<Splice> splices() {
                return body.splices();
            }
        };
    }

    /** However soon the connection ends: the account may have read the turn. */
    @Test
    void whatMustNotRunTwiceIsSentOnceThoughItsConnectionWasKept() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() == 2) {
                socket.close();
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            UpstreamRequest usual = request(upstream.account(), "team", 7);
            UpstreamResult.Unreachable none = unreachable(pool.send(new UpstreamRequest(usual.account(), usual.method(), usual.target(),
                    usual.headers(), usual.body(), usual.headersNanos(), usual.idleNanos(), usual.client(), usual.sessionKey(),
                    usual.cancellation(), false)));
            assertTrue(none.requestSent());
            assertFalse(none.resent());
            assertEquals(2, turns.get());
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void aStaleConnectionThatCannotBeReplacedMayHaveServedTheRequest() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        AtomicReference<FakeUpstream> self = new AtomicReference<>();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() == 2) {
                self.get().refuse("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n");
                socket.close();
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            self.set(upstream);
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            UpstreamResult.Unreachable unreached = (UpstreamResult.Unreachable) pool.send(request(upstream.account(), "team", 7));
            assertTrue(unreached.requestSent());
            assertFalse(unreached.resent());
            assertEquals(UpstreamResult.Kind.RESET, unreached.kind());
            assertTrue(unreached.detail().contains("426"), unreached.detail());
        }
    }

    @Test
    void tellsThatItSentTwiceAlsoWhereBothFailed() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            if (turns.incrementAndGet() > 1) {
                socket.close();
            } else {
                socket.sendText(COMPLETED);
            }
        })) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            UpstreamResult.Unreachable unreached = (UpstreamResult.Unreachable) pool.send(request(upstream.account(), "team", 7));
            assertTrue(unreached.requestSent());
            assertTrue(unreached.resent());
        }
    }

    @Test
    void aConnectionThatWasIdleForNinetySecondsIsUsedAgainIfItAnswersAPing() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            clock.addAndGet(90 * SECOND);
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            assertEquals(1, upstream.connections());
        }
    }

    @Test
    void aConnectionThatDoesNotAnswerThePingIsReplaced() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger turns = new AtomicInteger();
        TurnPool.Settings usual = TurnPool.Settings.DEFAULT;
        TurnPool.Settings impatient = new TurnPool.Settings(usual.seatsPerSlot(), usual.maxSeats(), usual.minIdle(),
                usual.maxIdle(), usual.targetUtilisation(), usual.maxWaiters(), usual.seatWait(), usual.idleKeep(),
                usual.retireAfter(), usual.pingAfter(), Duration.ofMillis(20), usual.maxMessageBytes());
        try (TurnPool quick = new WebSocketProvider().create(settings(), impatient);
                FakeUpstream upstream = new FakeUpstream((socket, message) -> {
                    socket.sendText(COMPLETED);
                    if (turns.incrementAndGet() == 1) {
                        await(over);
                    }
                })) {
            text(answered(quick.send(request(upstream.account(), "team", 7))));
            clock.addAndGet(90 * SECOND);
            text(answered(quick.send(request(upstream.account(), "team", 7))));
            assertEquals(2, upstream.connections());
            assertEquals(1, quick.counts("main").seats());
            over.countDown();
        }
    }

    @Test
    void aConnectionThatEndsWhileIdleFreesItsSeatByItself() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            assertEquals(1, pool.counts("main").seats());
            upstream.cutAll();
            untilSeats(0);
            assertEquals(200, answered(pool.send(request(upstream.account(), "team", 7))).status());
            assertEquals(2, upstream.connections());
        }
    }

    @Test
    void pingsAreAnsweredWhileNobodyUsesTheConnection() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            upstream.message();
            upstream.socket().ping("alive?".getBytes(UTF_8));
            assertEquals("pong", upstream.message());
        }
    }

    @Test
    void anEventThatNobodyAskedForEndsTheConnection() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            socket.sendText(COMPLETED);
            socket.sendText("{\"type\":\"response.output_text.delta\",\"delta\":\"of whom?\"}");
        })) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            untilSeats(0);
        }
    }

    @Test
    void aSilentUpstreamIsGivenUpBeforeTheFirstEventAndBetweenTwo() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            seen.add(message);
            if (seen.size() == 2) {
                socket.sendText("{\"type\":\"response.created\"}");
            }
        })) {
            Thread late = visiting();
            UpstreamResult.Unreachable unreached = unreachable(pool.send(request(upstream.account(), "team", 7)));
            assertEquals(UpstreamResult.Kind.TIMEOUT, unreached.kind());
            assertTrue(unreached.requestSent());
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            byte[] buffer = new byte[1000];
            ByteSource.Broken idle = assertThrows(ByteSource.Broken.class, () -> {
                while (answer.body().read(buffer, 0, buffer.length) > 0) {
                    seen.add("event");
                }
            });
            assertEquals(ByteSource.Broken.Cause.IDLE, idle.how());
            late.interrupt();
            late.join();
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void aCancelledRequestEndsItsConnection() throws Exception {
        Cancellation cancellation = new Cancellation();
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> cancellation.cancel())) {
            UpstreamResult.Unreachable unreached = unreachable(pool.send(request(upstream.account(), "team", 7, cancellation)));
            assertEquals(UpstreamResult.Kind.CANCELLED, unreached.kind());
            upstream.end();
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void anAbortedAnswerWakesItsReader() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText("{\"type\":\"response.created\"}"))) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            Thread.ofVirtual().start(answer.body()::abort);
            ByteSource.Broken aborted = assertThrows(ByteSource.Broken.class, () -> text(answer));
            assertEquals(ByteSource.Broken.Cause.CANCELLED, aborted.how());
            upstream.end();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheUpstreamBack() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        String event = "{\"type\":\"response.output_text.delta\",\"delta\":\"" + "x".repeat(1 << 16) + "\"}";
        try (FakeUpstream upstream = new FakeUpstream((socket, message) -> {
            for (int i = 0; i < 1000; i++) {
                socket.sendText(event);
                sent.incrementAndGet();
            }
            socket.sendText(COMPLETED);
        })) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            int before = -1;
            while (sent.get() != before) {
                before = sent.get();
                LockSupport.parkNanos(20_000_000);
            }
            assertTrue(before < 1000, "all was taken in");
            assertEquals(1000L * (event.length() + "event: response.output_text.delta\ndata: \n\n".length())
                    + "event: response.completed\ndata: \n\n".length() + COMPLETED.length(), text(answer).length());
        }
    }

    @Test
    void lineBreaksInAnEventDoNotBreakItsLine() throws Exception {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText("{\n  \"type\": \"response.completed\",\r\n\"a\":1}"))) {
            UpstreamResult.Answered answer = answered(pool.send(request(upstream.account(), "team", 7)));
            assertEquals("event: response.completed\ndata: {   \"type\": \"response.completed\",  \"a\":1}\n\n", text(answer));
        }
    }

    @Test
    void anAccountThatIsTakenAwayLosesItsIdleConnections() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            pool.apply(List.of(upstream.account()));
            assertEquals(1, pool.counts("main").seats());
            pool.apply(List.of());
            assertEquals(1001, upstream.end().code());
        }
    }

    @Test
    void theJanitorClosesWhatIsIdleForTooLong() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            text(answered(pool.send(request(upstream.account(), "team", 7))));
            clock.addAndGet(Duration.ofMinutes(5).toNanos());
            sweeper.sweep(clock.get());
            assertEquals(1000, upstream.end().code());
            assertEquals(0, pool.counts("main").seats());
        }
    }

    @Test
    void onlyPostsOfResponsesAreBridged() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.obliging()) {
            UpstreamRequest request = new UpstreamRequest(upstream.account(), "GET", "/responses/r", Headers.EMPTY,
                    OutboundBody.EMPTY, 0, 0, "team", 0, new Cancellation());
            assertThrows(IllegalArgumentException.class, () -> pool.send(request));
        }
    }

    private UpstreamSettings settings() {
        return new UpstreamSettings(new UpstreamSettings.Idle(12, 100, Duration.ofMinutes(1)), 64 * 1024,
                Duration.ofSeconds(1), Optional.empty(), sweeper, clock::get);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Time passes, and the sweeper visits, until interrupted. */
    private Thread visiting() {
        return Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                sweeper.sweep(clock.addAndGet(SECOND));
                LockSupport.parkNanos(10_000_000);
            }
        });
    }

    private void untilSeats(int count) {
        while (pool.counts("main").seats() != count) {
            LockSupport.parkNanos(100_000);
        }
    }

    private static UpstreamRequest request(Account account, String client, long sessionKey) {
        return request(account, client, sessionKey, new Cancellation());
    }

    private static UpstreamRequest request(Account account, String client, long sessionKey, Cancellation cancellation) {
        return new UpstreamRequest(account, "POST", "/responses", Headers.of("OpenAI-Beta", "responses_websockets=1",
                "session-id", "s", "Content-Type", "application/json"), body(BODY), 30 * SECOND, 30 * SECOND,
                client, sessionKey, cancellation);
    }

    private static UpstreamResult.Answered answered(UpstreamResult result) {
        return assertInstanceOf(UpstreamResult.Answered.class, result);
    }

    private static UpstreamResult.Unreachable unreachable(UpstreamResult result) {
        return assertInstanceOf(UpstreamResult.Unreachable.class, result);
    }

    /** Reads to the end and closes. */
    private static String text(UpstreamResult.Answered answer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int count = answer.body().read(buffer, 0, buffer.length); count >= 0;
                count = answer.body().read(buffer, 0, buffer.length)) {
            all.write(buffer, 0, count);
        }
        answer.body().close();
        return all.toString(UTF_8);
    }

    static OutboundBody body(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return OutboundBody.of(bytes, 0, bytes.length);
    }
}
