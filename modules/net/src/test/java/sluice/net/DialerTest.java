package sluice.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.Cancellation;
import sluice.api.UpstreamResult.Kind;
import sluice.testkit.HandSweeper;

class DialerTest {
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] NOBODY = {127, 0, 0, 2};

    private static final ProxyTunnel NO_PROXY = (link, target, proxy) -> fail("no proxy was asked for");

    @TempDir
    static Path folder;
    private static TestCertificate certificate;

    private final HandSweeper sweeper = new HandSweeper();
    private ServerSocket server;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestCertificate.createIn(folder);
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByAddress(LOOPBACK));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void connectsInPlainTextAndMovesBytesBothWays() throws Exception {
        serve(socket -> socket);
        Link link = connected(dialer(Optional.empty()).dial(target("127.0.0.1", false), LIMIT_NANOS, new Cancellation()));
        assertEcho(link);
        assertFalse(link.secure());
        assertEquals(0, sweeper.size(), "a plain connection needs no watch");
    }

    @Test
    void triesTheAddressesOfANameInTurn() throws Exception {
        serve(socket -> socket);
        Dialer dialer = new Dialer(Optional.empty(), NO_PROXY, sweeper, System::nanoTime, host -> new InetAddress[] {
            InetAddress.getByAddress(host, NOBODY), InetAddress.getByAddress(host, LOOPBACK)});
        assertEcho(connected(dialer.dial(target("two.test", false), LIMIT_NANOS, new Cancellation())));
    }

    @Test
    void saysWhichAddressRefused() throws Exception {
        int port = server.getLocalPort();
        server.close();
        Dialed.Failed failed = failed(dialer(Optional.empty())
                .dial(new DialTarget("127.0.0.1", port, false, Optional.empty()), LIMIT_NANOS, new Cancellation()));
        assertEquals(Kind.CONNECT, failed.kind());
        assertTrue(failed.detail().contains("127.0.0.1 port " + port), failed.detail());
    }

    @Test
    void tellsAnUnknownNameFromAnUnreachableOne() throws Exception {
        Dialer dialer = new Dialer(Optional.empty(), NO_PROXY, sweeper, System::nanoTime, host -> {
            throw new UnknownHostException("no such host");
        });
        Dialed.Failed failed = failed(dialer.dial(target("nobody.test", false), LIMIT_NANOS, new Cancellation()));
        assertEquals(Kind.DNS, failed.kind());
        assertTrue(failed.detail().contains("nobody.test"), failed.detail());
    }

    @Test
    void aResolverThatNeverAnswersIsGivenUp() throws Exception {
        BlockingQueue<InetAddress> never = new LinkedBlockingQueue<>();
        Dialer dialer = new Dialer(Optional.empty(), NO_PROXY, sweeper, System::nanoTime, host -> {
            try {
                return new InetAddress[] {never.take()};
            } catch (InterruptedException e) {
                throw new UnknownHostException("interrupted");
            }
        });
        assertEquals(Kind.DNS, failed(dialer.dial(target("slow.test", false), 1_000_000, new Cancellation())).kind());
        never.add(InetAddress.getByAddress(LOOPBACK));
    }

    @Test
    void aNameIsLookedUpByOneThreadHoweverManyWaitForIt() throws Exception {
        BlockingQueue<InetAddress> answers = new LinkedBlockingQueue<>();
        AtomicInteger lookups = new AtomicInteger();
        serve(socket -> socket);
        Dialer dialer = new Dialer(Optional.empty(), NO_PROXY, sweeper, System::nanoTime, host -> {
            lookups.incrementAndGet();
            try {
                return new InetAddress[] {answers.take()};
            } catch (InterruptedException e) {
                throw new UnknownHostException("interrupted");
            }
        });
        assertEquals(Kind.DNS, failed(dialer.dial(target("slow.test", false), 1_000_000_000, new Cancellation())).kind());
        for (int i = 0; i < 20; i++) {
            assertEquals(Kind.DNS, failed(dialer.dial(target("slow.test", false), 1_000_000, new Cancellation())).kind());
        }
        assertEquals(1, lookups.get(), "a silent name server keeps one thread, and not one for each connection that is wanted");
        answers.add(InetAddress.getByAddress(LOOPBACK));
        answers.add(InetAddress.getByAddress(LOOPBACK));
        assertEcho(connected(dialer.dial(target("slow.test", false), LIMIT_NANOS, new Cancellation())));
    }

    @Test
    void aNameThatIsUnknownOnceIsAskedForAgain() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        serve(socket -> socket);
        Dialer dialer = new Dialer(Optional.empty(), NO_PROXY, sweeper, System::nanoTime, host -> {
            if (lookups.getAndIncrement() == 0) {
                throw new UnknownHostException("not yet");
            }
            return new InetAddress[] {InetAddress.getByAddress(LOOPBACK)};
        });
        assertTrue(failed(dialer.dial(target("new.test", false), LIMIT_NANOS, new Cancellation())).detail().contains("not yet"));
        Dialed second = dialer.dial(target("new.test", false), LIMIT_NANOS, new Cancellation());
        while (second instanceof Dialed.Failed) {
            // The first lookup's thread may still be about to end.
            second = dialer.dial(target("new.test", false), LIMIT_NANOS, new Cancellation());
        }
        assertEcho(connected(second));
    }

    @Test
    void speaksTlsWithACertificateOfATrustedAuthority() throws Exception {
        AtomicReference<String> protocol = new AtomicReference<>();
        serve(socket -> {
            SSLSocket secured = secure(socket);
            secured.startHandshake();
            protocol.set(secured.getApplicationProtocol());
            return secured;
        });
        Dialer dialer = dialer(Optional.of(certificate.pem()));
        Link link = connected(dialer.dial(target("localhost", true), LIMIT_NANOS, new Cancellation()));
        assertEcho(link);
        assertTrue(link.secure());
        assertEquals("http/1.1", protocol.get());
        assertEquals(0, sweeper.size());
    }

    @Test
    void refusesACertificateOfAnUnknownAuthority() throws Exception {
        serve(DialerTest::secure);
        Dialer dialer = dialer(Optional.empty());
        Dialed.Failed failed = failed(dialer.dial(target("localhost", true), LIMIT_NANOS, new Cancellation()));
        assertEquals(Kind.TLS, failed.kind());
        assertEquals(0, sweeper.size());
    }

    @Test
    void refusesACertificateOfAnotherHost() throws Exception {
        serve(DialerTest::secure);
        Dialer dialer = new Dialer(Optional.of(certificate.pem()), NO_PROXY, sweeper, System::nanoTime,
                host -> new InetAddress[] {InetAddress.getByAddress(host, LOOPBACK)});
        Dialed.Failed failed = failed(dialer.dial(target("other.test", true), LIMIT_NANOS, new Cancellation()));
        assertEquals(Kind.TLS, failed.kind());
        assertTrue(failed.detail().contains("other.test"), failed.detail());
    }

    @Test
    void aPlainServerIsATlsFailure() throws Exception {
        serve(socket -> {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1));
            return socket;
        });
        assertEquals(Kind.TLS, failed(dialer(Optional.of(certificate.pem()))
                .dial(target("localhost", true), LIMIT_NANOS, new Cancellation())).kind());
    }

    @Test
    void theSweeperEndsATlsHandshakeThatStandsStill() throws Exception {
        Dialer dialer = new Dialer(Optional.of(certificate.pem()), NO_PROXY, sweeper, () -> 0, InetAddress::getAllByName);
        BlockingQueue<Dialed> results = inBackground(dialer, new Cancellation());
        sweeper.visitOne(LIMIT_NANOS - 1);
        assertTrue(results.isEmpty());
        sweeper.visitOne(LIMIT_NANOS);
        Dialed.Failed failed = failed(results.take());
        assertEquals(Kind.CONNECT, failed.kind());
        assertTrue(failed.detail().contains("too slow, in the TLS handshake"), failed.detail());
    }

    @Test
    void aCancellationEndsATlsHandshakeThatStandsStill() throws Exception {
        Cancellation cancellation = new Cancellation();
        BlockingQueue<Dialed> results = inBackground(dialer(Optional.of(certificate.pem())), cancellation);
        server.accept();
        cancellation.cancel();
        assertEquals(Kind.CANCELLED, failed(results.take()).kind());
    }

    @Test
    void closingALinkWakesItsReader() throws Exception {
        serve(DialerTest::secure);
        Link link = connected(dialer(Optional.of(certificate.pem())).dial(target("localhost", true), LIMIT_NANOS,
                new Cancellation()));
        BlockingQueue<Boolean> woken = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> {
            try {
                woken.add(link.read(new byte[1], 0, 1) < 0);
            } catch (IOException e) {
                woken.add(true);
            }
        });
        link.close();
        assertTrue(woken.take());
    }

    @Test
    void aTunnelIsOpenedBeforeTlsIsSpoken() throws Exception {
        serve(socket -> {
            assertEquals('?', socket.getInputStream().read());
            return secure(socket);
        });
        Dialer dialer = new Dialer(Optional.of(certificate.pem()), (link, asked, proxy) -> {
            assertEquals("localhost:4433", asked.authority());
            assertEquals("user:pass", proxy.credentials());
            link.write(new byte[] {'?'}, 0, 1);
        }, sweeper, System::nanoTime);
        DialTarget target = DialTarget.of(URI.create("https://localhost:4433/v1"), Optional.of(proxy("user:pass@")));
        assertEcho(connected(dialer.dial(target, LIMIT_NANOS, new Cancellation())));
    }

    @Test
    void aTunnelThatIsRefusedIsAProxyFailure() throws Exception {
        serve(socket -> socket);
        Dialer dialer = new Dialer(Optional.empty(), (link, asked, proxy) -> {
            throw new IOException("refused");
        }, sweeper, System::nanoTime);
        DialTarget target = DialTarget.of(URI.create("https://api.test/v1"), Optional.of(proxy("")));
        Dialed.Failed failed = failed(dialer.dial(target, LIMIT_NANOS, new Cancellation()));
        assertEquals(Kind.PROXY, failed.kind());
        assertTrue(failed.detail().contains("refused"), failed.detail());
    }

    @Test
    void readsTargetsFromAddresses() {
        assertEquals(new DialTarget("api.test", 443, true, Optional.empty()),
                DialTarget.of(URI.create("https://api.test/v1"), Optional.empty()));
        assertEquals(new DialTarget("::1", 8080, false, Optional.empty()),
                DialTarget.of(URI.create("ws://[::1]:8080/v1"), Optional.empty()));
        assertEquals("[::1]:8080", DialTarget.of(URI.create("ws://[::1]:8080/v1"), Optional.empty()).authority());
        assertThrows(IllegalArgumentException.class, () -> DialTarget.of(URI.create("ftp://api.test"), Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> DialTarget.of(URI.create("http://api.test"),
                Optional.of(URI.create("socks4://proxy.test"))));
    }

    @Test
    void aFileWithoutCertificatesIsRefusedByName() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        IOException refused = assertThrows(IOException.class,
                () -> new Dialer(Optional.of(empty), NO_PROXY, sweeper, System::nanoTime));
        assertTrue(refused.getMessage().contains("empty.pem"), refused.getMessage());
    }

    private interface Wrap {
        Socket wrap(Socket accepted) throws IOException;
    }

    /** Accepts one connection and echoes what it reads. */
    private void serve(Wrap wrap) {
        Thread.ofVirtual().start(() -> {
            try (Socket socket = wrap.wrap(server.accept())) {
                byte[] buffer = new byte[1024];
                InputStream in = socket.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    socket.getOutputStream().write(buffer, 0, count);
                }
            } catch (IOException e) {
                // the test closed the connection, or refused it
            }
        });
    }

    private BlockingQueue<Dialed> inBackground(Dialer dialer, Cancellation cancellation) {
        BlockingQueue<Dialed> results = new LinkedBlockingQueue<>();
        DialTarget target = target("localhost", true);
        Thread.ofVirtual().start(() -> results.add(dialer.dial(target, LIMIT_NANOS, cancellation)));
        return results;
    }

    private static SSLSocket secure(Socket socket) throws IOException {
        SSLSocket secured = (SSLSocket) certificate.serverContext().getSocketFactory().createSocket(socket, "", 0, true);
        secured.setUseClientMode(false);
        var parameters = secured.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        secured.setSSLParameters(parameters);
        return secured;
    }

    private URI proxy(String user) {
        return URI.create("http://" + user + "127.0.0.1:" + server.getLocalPort());
    }

    private Dialer dialer(Optional<Path> trusted) throws IOException {
        return new Dialer(trusted, NO_PROXY, sweeper, System::nanoTime);
    }

    private DialTarget target(String host, boolean secure) {
        return new DialTarget(host, server.getLocalPort(), secure, Optional.empty());
    }

    private static Link connected(Dialed dialed) {
        return assertInstanceOf(Dialed.Connected.class, dialed).link();
    }

    private static Dialed.Failed failed(Dialed dialed) {
        return assertInstanceOf(Dialed.Failed.class, dialed);
    }

    private static void assertEcho(Link link) throws IOException {
        byte[] sent = "hello".getBytes(ISO_8859_1);
        byte[] back = new byte[sent.length];
        link.write(sent, 0, sent.length);
        for (int at = 0; at < back.length; ) {
            at += link.read(back, at, back.length - at);
        }
        assertArrayEquals(sent, back);
        link.close();
    }
}
