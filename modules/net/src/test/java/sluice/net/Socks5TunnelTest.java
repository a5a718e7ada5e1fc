package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.Cancellation;
import sluice.api.UpstreamResult.Kind;
import sluice.testkit.HandSweeper;
import sluice.testkit.Socks5Server;
import sluice.testkit.Socks5Server.Manner;

class Socks5TunnelTest {
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private final HandSweeper sweeper = new HandSweeper();
    private ServerSocket target;
    private Socks5Server proxy;

    @BeforeEach
    void start() throws IOException {
        target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = new Socks5Server(target.getLocalPort());
        Thread.ofVirtual().start(this::echo);
    }

    private void echo() {
        while (!target.isClosed()) {
            try (Socket socket = target.accept()) {
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // The test has closed one of them.
            }
        }
    }

    @AfterEach
    void stop() throws IOException {
        target.close();
        proxy.close();
    }

    private DialTarget through(String address, String login) {
        return DialTarget.of(URI.create(address), Optional.of(URI.create("socks5://" + login + "127.0.0.1:" + proxy.port())));
    }

    private Dialer dialer() throws IOException {
        return new Dialer(Optional.empty(), (link, asked, way) -> {
            throw new IOException("not by CONNECT");
        }, sweeper, System::nanoTime);
    }

    private Dialed dial(String address, String login) throws IOException {
        return dialer().dial(through(address, login), LIMIT_NANOS, new Cancellation());
    }

    private static void assertEcho(Dialed dialed) throws IOException {
        Link link = assertInstanceOf(Dialed.Connected.class, dialed, dialed.toString()).link();
        link.write(new byte[] {'x'}, 0, 1);
        byte[] back = new byte[1];
        assertEquals(1, link.read(back, 0, 1));
        assertEquals('x', back[0]);
        link.close();
    }

    @Test
    void leavesNamesToTheProxy() throws IOException {
        assertEcho(dial("http://only-the-proxy-knows.invalid:8443/v1", ""));
        assertEquals(new Socks5Server.Asked("", 3, "only-the-proxy-knows.invalid", 8443), proxy.asked().getFirst());
        assertEquals(0, sweeper.size());
    }

    @ParameterizedTest
    @CsvSource({"http://192.0.2.7/v1, 1, 192.0.2.7, 80", "http://[2001:db8::7]:1234/v1, 4, 2001:db8:0:0:0:0:0:7, 1234"})
    void sendsAddressesAsAddresses(String address, int kind, String host, int port) throws IOException {
        assertEcho(dial(address, ""));
        assertEquals(new Socks5Server.Asked("", kind, host, port), proxy.asked().getFirst());
    }

    @Test
    void signsInWithUserAndPasswordHoweverTheyAreSpelled() throws IOException {
        assertEcho(dial("http://a.invalid/v1", "user:p%40ss%3Aword@"));
        assertEquals("user:p@ss:word", proxy.asked().getFirst().login());
    }

    @ParameterizedTest
    @CsvSource({"TAKES_NO_METHOD, does not take a user and password", "REFUSES_LOGIN, refused the user and password",
        "REFUSES_TARGET, its rules do not allow this connection", "CUTS, closed the connection instead of an answer",
        "SPEAKS_HTTP, does not speak SOCKS 5: its answer begins with 72"})
    void saysWhatTheProxyDidAndNoPassword(Manner manner, String reason) throws IOException {
        proxy.behave(manner);
        Dialed.Failed failed = assertInstanceOf(Dialed.Failed.class, dial("http://a.invalid/v1", "user:s3cret@"));
        assertEquals(Kind.PROXY, failed.kind());
        assertEquals("a.invalid:80: SOCKS proxy 127.0.0.1:" + proxy.port() + ": " + reason, failed.detail());
        assertFalse(failed.detail().contains("s3cret"));
    }

    @Test
    void saysThatAProxyWantsToKnowWhoItIs() throws IOException {
        proxy.behave(Manner.TAKES_NO_METHOD);
        Dialed.Failed failed = assertInstanceOf(Dialed.Failed.class, dial("http://a.invalid/v1", ""));
        assertTrue(failed.detail().endsWith("wants a user and password, or another way to sign in"), failed.detail());
    }

    @Test
    void aProxyThatNeverRepliesIsGivenUp() throws Exception {
        proxy.behave(Manner.HANGS);
        Dialer dialer = new Dialer(Optional.empty(), (link, asked, way) -> { }, sweeper, () -> 0);
        BlockingQueue<Dialed> results = new LinkedBlockingQueue<>();
        DialTarget hung = through("http://a.invalid/v1", "");
        Thread.ofVirtual().start(() -> results.add(dialer.dial(hung, LIMIT_NANOS, new Cancellation())));
        sweeper.visitOne(LIMIT_NANOS);
        Dialed.Failed failed = assertInstanceOf(Dialed.Failed.class, results.take());
        assertEquals(Kind.CONNECT, failed.kind());
        assertTrue(failed.detail().contains("too slow, at the proxy"), failed.detail());
    }

    @Test
    void aProxyThatIsNotThereIsNamed() throws IOException {
        proxy.close();
        Dialed.Failed failed = assertInstanceOf(Dialed.Failed.class, dial("http://a.invalid/v1", ""));
        assertEquals(Kind.CONNECT, failed.kind());
        assertTrue(failed.detail().contains("127.0.0.1 port " + proxy.port()), failed.detail());
    }

    @Test
    void readsBothSpellingsAndTheUsualPort() {
        DialTarget.Proxy known = DialTarget.of(URI.create("https://a.invalid"), Optional.of(URI.create("socks5h://proxy.test"))).proxy()
                .orElseThrow();
        assertEquals(new DialTarget.Proxy(DialTarget.ProxyProtocol.SOCKS5, "proxy.test", 1080, ""), known);
    }

    @ParameterizedTest
    @ValueSource(strings = {"user@", ":password@", "user:@"})
    void refusesLoginsThatSocksHasNoRoomFor(String login) {
        assertThrows(IllegalArgumentException.class, () -> through("http://a.invalid", login));
        assertThrows(IllegalArgumentException.class, () -> through("http://a.invalid", "u:" + "x".repeat(256) + "@"));
    }
}
