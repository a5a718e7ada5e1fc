package sluice.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import sluice.api.Cancellation;
import sluice.api.Sweeper;
import sluice.api.UpstreamResult.Kind;

/**
 * Opens connections: TCP, a proxy's tunnel, TLS with certificate and host name checked, all within one limit.
 *
 * <p>No {@code SO_TIMEOUT} is ever set, for it would cost every later read; past the TCP connect, the {@link Sweeper} closes
 * a socket that is late. Thread-safe; {@link #dial} blocks the calling thread.
 */
public final class Dialer {
    /** Addresses of one name that are tried; more would only cut the limit into useless pieces. */
    private static final int MAX_ADDRESSES = 8;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final Logger LOG = System.getLogger("sluice.net");
    private static final String[] PROTOCOLS = {"http/1.1"};

    private final SSLContext tls;
    private final ProxyTunnel connectTunnel;
    private final ProxyTunnel socksTunnel = new Socks5Tunnel();
    private final Sweeper sweeper;
    private final LongSupplier nanoClock;
    private final NameLookups lookups;

    /**
     * A dialer with its own TLS sessions.
     *
     * @param trustedCertificates PEM file of authorities to trust instead of the JDK's
     * @param tunnel how an HTTP proxy is asked to connect
     * @throws IOException if that file cannot be used
     */
    public Dialer(Optional<Path> trustedCertificates, ProxyTunnel tunnel, Sweeper sweeper, LongSupplier nanoClock) throws IOException {
        this(trustedCertificates, tunnel, sweeper, nanoClock, InetAddress::getAllByName);
    }

    Dialer(Optional<Path> trustedCertificates, ProxyTunnel tunnel, Sweeper sweeper, LongSupplier nanoClock, AddressLookup lookup)
            throws IOException {
        tls = TrustedCertificates.context(trustedCertificates);
        connectTunnel = tunnel;
        this.sweeper = sweeper;
        this.nanoClock = nanoClock;
        lookups = new NameLookups(lookup);
    }

    /**
     * Opens a connection.
     *
     * @param timeoutNanos for the whole of it; more than 0
     * @param cancellation ends it from another thread; afterwards it closes the link, until the caller names something else
     */
    public Dialed dial(DialTarget target, long timeoutNanos, Cancellation cancellation) {
        Attempt attempt = new Attempt(target, nanoClock.getAsLong(), timeoutNanos, cancellation);
        Dialed dialed = attempt.run();
        if (dialed instanceof Dialed.Failed) {
            cancellation.clear();
        }
        if (LOG.isLoggable(Level.DEBUG)) {
            LOG.log(Level.DEBUG, target.authority() + target.proxy().map(proxy -> " through " + proxy).orElse("") + switch (dialed) {
                case Dialed.Connected connected -> ": connected after " + connected.connectNanos() / NANOS_PER_MILLI + " ms";
                case Dialed.Failed failed -> ": not connected: " + failed.kind() + ": " + failed.detail();
            });
        }
        return dialed;
    }

    /** One dial, with the socket that it stands at. */
    private final class Attempt implements Sweeper.Watched {
        private final DialTarget target;
        private final long startNanos;
        private final long timeoutNanos;
        private final Cancellation cancellation;
        private volatile Socket socket;
        private volatile boolean late;

        private Attempt(DialTarget target, long startNanos, long timeoutNanos, Cancellation cancellation) {
            this.target = target;
            this.startNanos = startNanos;
            this.timeoutNanos = timeoutNanos;
            this.cancellation = cancellation;
        }

        private Dialed run() {
            String host = target.proxy().map(DialTarget.Proxy::host).orElse(target.host());
            InetAddress[] addresses;
            try {
                addresses = lookups.addresses(host, remainingNanos());
            } catch (UnknownHostException e) {
                return failed(Kind.DNS, host + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return failed(Kind.CANCELLED, host + ": interrupted");
            }
            Dialed.Failed last = failed(Kind.CONNECT, host + ": no address");
            int count = Math.min(addresses.length, MAX_ADDRESSES);
            for (int i = 0; i < count; i++) {
                Optional<Dialed.Failed> failure = connect(addresses[i], remainingNanos() / (count - i));
                if (failure.isEmpty()) {
                    return finish();
                }
                last = failure.get();
                if (last.kind() == Kind.CANCELLED) {
                    break;
                }
            }
            return last;
        }

        private Optional<Dialed.Failed> connect(InetAddress address, long limitNanos) {
            int port = target.proxy().map(DialTarget.Proxy::port).orElse(target.port());
            String peer = address.getHostAddress() + " port " + port;
            int limitMillis = Math.clamp(limitNanos / NANOS_PER_MILLI, 0, Integer.MAX_VALUE);
            if (limitMillis == 0) {
                return Optional.of(failed(Kind.CONNECT, peer + ": no time left to connect"));
            }
            Socket opened;
            try {
                opened = new LoopSocket();
            } catch (IOException e) {
                return Optional.of(failed(Kind.CONNECT, peer + ": " + e.getMessage()));
            }
            socket = opened;
            cancellation.onCancel(() -> close(opened));
            try {
                opened.setTcpNoDelay(true);
                opened.connect(new InetSocketAddress(address, port), limitMillis);
                return Optional.empty();
            } catch (IOException e) {
                close(opened);
                return Optional.of(failed(Kind.CONNECT, peer + ": " + e.getMessage()));
            }
        }

        /** What comes after the TCP connect, with the sweeper watching where anything is left to wait for. */
        private Dialed finish() {
            Kind stage = Kind.PROXY;
            boolean waits = target.secure() || target.proxy().isPresent();
            Sweeper.Registration watch = waits ? sweeper.watch(this) : () -> { };
            try {
                if (target.proxy().isPresent()) {
                    open(target.proxy().get());
                }
                stage = Kind.TLS;
                Socket transport = socket;
                Link link = target.secure() ? new SocketLink(secured(transport), transport) : new SocketLink(transport);
                cancellation.onCancel(link::close);
                if (cancellation.isCancelled()) {
                    return failed(Kind.CANCELLED, target.authority() + ": cancelled");
                }
                return new Dialed.Connected(link, nanoClock.getAsLong() - startNanos);
            } catch (IOException e) {
                close(socket);
                if (late) {
                    String where = stage == Kind.TLS ? "in the TLS handshake" : "at the proxy";
                    return failed(Kind.CONNECT, target.authority() + ": too slow, " + where);
                }
                return failed(stage, target.authority() + (stage == Kind.TLS ? ": TLS: " : ": ") + e.getMessage());
            } finally {
                watch.close();
            }
        }

        private void open(DialTarget.Proxy proxy) throws IOException {
            ProxyTunnel tunnel = switch (proxy.protocol()) {
                case HTTP_CONNECT -> connectTunnel;
                case SOCKS5 -> socksTunnel;
            };
            tunnel.open(new SocketLink(socket), target, proxy);
        }

        private SSLSocket secured(Socket transport) throws IOException {
            SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(transport, target.host(), target.port(), true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setProtocols(TLS_VERSIONS);
            parameters.setApplicationProtocols(PROTOCOLS);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (!DialTarget.isLiteral(target.host())) {
                parameters.setServerNames(List.of(new SNIHostName(target.host())));
            }
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return secure;
        }

        @Override
        public void sweep(long nowNanos) {
            if (nowNanos - startNanos >= timeoutNanos) {
                late = true;
                close(socket);
            }
        }

        private long remainingNanos() {
            return timeoutNanos - (nanoClock.getAsLong() - startNanos);
        }

        private Dialed.Failed failed(Kind kind, String detail) {
            boolean cancelled = cancellation.isCancelled() || Thread.currentThread().isInterrupted();
            return new Dialed.Failed(cancelled ? Kind.CANCELLED : kind, detail);
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // The socket is gone either way.
            }
        }
    }
}
