package sluice.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.Secret;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.http1.RequestHead;
import sluice.net.EventLoops;
import sluice.net.Link;
import sluice.net.StreamThreads;
import sluice.testkit.HandSweeper;

/** What is sent, which connection carries it, and when a connection ends. Time moves by hand. */
class DirectUpstreamTest {
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final HandSweeper sweeper = new HandSweeper();
    private long nowNanos = 1;
    private Upstream upstream = keeping(1);

    private Upstream keeping(int perAccount) {
        return new DirectUpstream.Factory().create(new UpstreamSettings(new UpstreamSettings.Idle(perAccount, 100, IDLE), 65_536,
                Duration.ofSeconds(1), Optional.empty(), sweeper, () -> nowNanos));
    }

    @AfterEach
    void nothingIsWatchedOnceItIsClosed() {
        upstream.close();
        assertEquals(0, sweeper.size());
    }

    private UpstreamResult send(Account account) {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        return upstream.send(new UpstreamRequest(account, "POST", "/responses?a=b", Headers.EMPTY,
                OutboundBody.of(body, 0, body.length), 0, 0, "me", 0, new Cancellation()));
    }

    private ByteSource open(Account account) {
        return assertInstanceOf(UpstreamResult.Answered.class, send(account)).body();
    }

    private String ask(Account account) throws IOException {
        try (ByteSource answer = open(account)) {
            byte[] some = new byte[1024];
            int length = 0;
            for (int read = 0; read >= 0; read = answer.read(some, length, some.length - length)) {
                length += read;
            }
            return new String(some, 0, length, StandardCharsets.UTF_8);
        }
    }

    @Test
    void addsPathHostKeyAndLength() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            assertEquals("hello", ask(other.account()));

            RequestHead head = other.head();
            assertEquals("/v1/responses?a=b", head.target());
            assertEquals(other.account().endpoint().baseUrl().getRawAuthority(), head.headers().first("host").orElseThrow());
            assertEquals("Bearer key", head.headers().first("authorization").orElseThrow());
            assertEquals(2, head.bodyBytes());
        }
    }

    @Test
    void keepsAConnectionWhoseAnswerWasReadToItsEnd() throws IOException {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            for (int i = 0; i < 3; i++) {
                assertEquals("hello", ask(other.account()));
            }
            assertEquals(1, other.connections());
        }
    }

    /** Whoever is served on an event loop takes a connection that waits there, though another was used later. */
    @Test
    void takesAKeptConnectionThatWaitsWhereTheCallerDoes() throws Exception {
        upstream.close();
        upstream = keeping(2);
        SynchronousQueue<String> steps = new SynchronousQueue<>();
        try (StreamThreads loops = new EventLoops.Factory().create(); CannedUpstream other = CannedUpstream.answering("hello");
                ServerSocketChannel port = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel _ = SocketChannel.open(port.getLocalAddress())) {
            loops.serve(loops.socket(port.accept()), () -> {
                try {
                    for (String step = steps.take(); !step.isEmpty(); step = steps.take()) {
                        ask(other.account());
                        steps.put("done");
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            ByteSource elsewhere = open(other.account());
            Link unlooped = other.asked();
            steps.put("ask");
            steps.take();
            Link looped = other.asked();
            while (elsewhere.read(new byte[9], 0, 9) >= 0) {
                // to its end
            }
            elsewhere.close();

            ask(other.account());
            assertSame(unlooped, other.asked());
            steps.put("ask");
            steps.take();
            assertSame(looped, other.asked());
            steps.put("");
        }
    }

    @Test
    void endsAConnectionWhoseAnswerWasLeft() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            open(other.account()).close();

            assertSame(other.connection(), other.ended());
        }
    }

    @Test
    void keepsNoMoreThanItMay() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("")) {
            ByteSource first = open(other.account());
            ByteSource second = open(other.account());
            Link firstLink = other.connection();
            Link secondLink = other.connection();
            assertEquals(-1, first.read(new byte[1], 0, 1));
            assertEquals(-1, second.read(new byte[1], 0, 1));
            second.close();
            first.close();

            assertSame(firstLink, other.ended());
            assertEquals("", ask(other.account()));
            assertEquals(0, other.connections(), "the second connection served again: " + secondLink);
        }
    }

    @Test
    void endsAConnectionThatWasIdleForTooLong() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            ask(other.account());
            sweeper.sweep(nowNanos + IDLE.toNanos());
            ask(other.account());
            assertEquals(1, other.connections());

            sweeper.sweep(nowNanos + IDLE.toNanos() + 1);
            assertSame(other.connection(), other.ended());
        }
    }

    @Test
    void aChangedKeyTakesANewConnection() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            ask(other.account());
            ask(Account.of("main", other.account().endpoint().baseUrl(), new Secret("another")));

            assertSame(other.connection(), other.ended());
            other.head();
            assertEquals("Bearer another", other.head().headers().first("authorization").orElseThrow());
        }
    }

    @Test
    void anAccountThatIsGoneHasItsConnectionsEnded() throws Exception {
        try (CannedUpstream other = CannedUpstream.answering("hello")) {
            ask(other.account());
            upstream.apply(List.of());

            assertSame(other.connection(), other.ended());
        }
    }

    @Test
    void whatSpeaksOutOfTurnIsNotTakenForTheNextAnswer() throws Exception {
        try (CannedUpstream other = new CannedUpstream(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb")) {
            assertEquals("a", ask(other.account()));
            assertEquals("a", ask(other.account()));
            assertEquals(2, other.connections());
        }
    }

    @Test
    void saysThatNothingWasSentWhereNobodyListens() throws IOException {
        URI nobody;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1");
        }
        UpstreamResult.Unreachable failure = assertInstanceOf(UpstreamResult.Unreachable.class,
                send(Account.of("main", nobody, new Secret("key"))));

        assertEquals(UpstreamResult.Kind.CONNECT, failure.kind());
        assertFalse(failure.requestSent());
    }

    @Test
    void saysThatTheRequestWasSentWhereTheAnswerIsNotHttp() throws IOException {
        try (CannedUpstream other = new CannedUpstream("220 mail.example.org ESMTP\r\n\r\n")) {
            UpstreamResult.Unreachable failure = assertInstanceOf(UpstreamResult.Unreachable.class, send(other.account()));

            assertEquals(UpstreamResult.Kind.FRAMING, failure.kind());
            assertTrue(failure.requestSent());
        }
    }
}
