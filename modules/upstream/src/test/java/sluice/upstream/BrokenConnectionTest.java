package sluice.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;
import sluice.testkit.HandSweeper;

/** A kept connection that breaks behind the second request on it, and one whose upstream reads nothing. */
class BrokenConnectionTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    private boolean mayRunTwice = true;
    private final HandSweeper sweeper = new HandSweeper();
    private final AtomicInteger received = new AtomicInteger();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** Answers the first request of a connection; sends {@code last} to the second and resets. */
    private void serve(String last) {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    HttpInput input = new HttpInput(new SocketLink(socket), 65_536);
                    read(input);
                    socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.ISO_8859_1));
                    Thread.ofVirtual().start(() -> breakOff(socket, input, last));
                }
            } catch (IOException e) {
                // the test is over
            }
        });
    }

    private void breakOff(Socket socket, HttpInput input, String last) {
        try (socket) {
            read(input);
            socket.getOutputStream().write(last.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // the test is over
        }
    }

    private void read(HttpInput input) throws IOException {
        RequestHead head = input.readRequestHead().orElseThrow(() -> new IOException("closed"));
        HttpBody body = input.body(head.bodyBytes());
        byte[] some = new byte[1024];
        while (body.read(some, 0, some.length) >= 0) {
            // nobody asks what it was
        }
        received.incrementAndGet();
    }

    private Upstream upstream(Duration staleReset) {
        return new DirectUpstream.Factory().create(new UpstreamSettings(new UpstreamSettings.Idle(4, 4, Duration.ofMinutes(1)), 65_536,
                staleReset, Optional.empty(), sweeper, System::nanoTime));
    }

    private UpstreamResult send(Upstream upstream, byte[] body) {
        Account account = Account.of("main", URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1"), new Secret("key"));
        return upstream.send(new UpstreamRequest(account, "POST", "/responses", Headers.EMPTY, OutboundBody.of(body, 0, body.length), 0, 0,
                "me", 0, new Cancellation(), mayRunTwice));
    }

    private UpstreamResult second(Upstream upstream) throws IOException {
        byte[] some = new byte[16];
        try (ByteSource answer = assertInstanceOf(UpstreamResult.Answered.class, send(upstream, some)).body()) {
            while (answer.read(some, 0, some.length) >= 0) {
                // to its end, so that the connection is kept
            }
        }
        return send(upstream, some);
    }

    @Test
    void aResetBeforeAnyByteIsTheConnectionsFaultAndTheRequestIsSentOnceMore() throws IOException {
        serve("");
        try (Upstream upstream = upstream(Duration.ofMinutes(1))) {
            assertTrue(assertInstanceOf(UpstreamResult.Answered.class, second(upstream)).resent());
            assertEquals(3, received.get());
        }
    }

    @Test
    void whatMustNotRunTwiceIsSentOnceThoughItsConnectionWasKept() throws IOException {
        serve("");
        mayRunTwice = false;
        try (Upstream upstream = upstream(Duration.ofMinutes(1))) {
            UpstreamResult.Unreachable failure = assertInstanceOf(UpstreamResult.Unreachable.class, second(upstream));
            assertTrue(failure.requestSent());
            assertEquals(2, received.get());
        }
    }

    @Test
    void withoutATimeForStaleConnectionsWhatMayHaveBeenReadIsSentOnce() throws IOException {
        serve("");
        try (Upstream upstream = upstream(Duration.ZERO)) {
            UpstreamResult.Unreachable failure = assertInstanceOf(UpstreamResult.Unreachable.class, second(upstream));
            assertEquals(UpstreamResult.Kind.RESET, failure.kind());
            assertTrue(failure.requestSent());
            assertEquals(2, received.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 200 O", "H"})
    void whoHasBegunToAnswerHasReadTheRequest(String begun) throws IOException {
        serve(begun);
        try (Upstream upstream = upstream(Duration.ofMinutes(1))) {
            assertTrue(assertInstanceOf(UpstreamResult.Unreachable.class, second(upstream)).requestSent());
            assertEquals(2, received.get());
        }
    }

    @Test
    void anUpstreamThatDoesNotReadEndsTheCall() throws Exception {
        try (Upstream upstream = upstream(Duration.ZERO)) {
            Thread late = Thread.ofVirtual().start(() -> {
                try (Socket held = server.accept()) {
                    while (!held.isClosed() && !Thread.interrupted()) {
                        sweeper.sweep(System.nanoTime() + Duration.ofSeconds(31).toNanos());
                        Thread.onSpinWait();
                        Thread.yield();
                    }
                } catch (IOException e) {
                    // the test is over
                }
            });
            UpstreamResult.Unreachable failure = assertInstanceOf(UpstreamResult.Unreachable.class, send(upstream, new byte[64 << 20]));
            late.interrupt();
            assertEquals(UpstreamResult.Kind.TIMEOUT, failure.kind());
            assertFalse(failure.requestSent());
        }
    }

    @Test
    void allPoolsTogetherKeepNoMoreThanTheyMay() throws Exception {
        Upstream upstream = new DirectUpstream.Factory().create(new UpstreamSettings(
                new UpstreamSettings.Idle(4, 1, Duration.ofMinutes(1)), 65_536, Duration.ZERO, Optional.empty(), sweeper, () -> 1));
        try (upstream; CannedUpstream other = CannedUpstream.answering("")) {
            ByteSource[] answers = new ByteSource[3];
            for (int i = 0; i < answers.length; i++) {
                Account account = Account.of("account-" + i, other.account().endpoint().baseUrl(), new Secret("key"));
                answers[i] = assertInstanceOf(UpstreamResult.Answered.class, upstream.send(new UpstreamRequest(account, "POST",
                        "/responses", Headers.EMPTY, OutboundBody.of(new byte[1], 0, 1), 0, 0, "me", 0, new Cancellation()))).body();
            }
            for (ByteSource answer : answers) {
                assertEquals(-1, answer.read(new byte[1], 0, 1));
                answer.close();
            }
            other.ended();
            other.ended();
            assertEquals(answers.length + 1, sweeper.size(), "the three pools, and one connection");
        }
    }
}
