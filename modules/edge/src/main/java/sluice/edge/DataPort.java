package sluice.edge;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import sluice.api.Sweeper;
import sluice.config.Configuration;
import sluice.forward.Gateway;
import sluice.http1.StreamProtocol;
import sluice.net.Acceptor;
import sluice.net.KeepAliveProbes;
import sluice.net.Link;
import sluice.net.ReadPoller;
import sluice.net.StreamThreads;
import sluice.records.LogText;

/**
 * The port for clients. Where there is TLS, each connection that it accepts gets a virtual thread that agrees on it, and serves HTTP/2
 * to its end. HTTP/1.1 is served by one of {@code StreamThreads}. Thread-safe.
 */
public final class DataPort implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.edge");
    /** Time at a stop for answers that are nearly out. The drain has waited before. */
    private static final Duration STOP_GRACE = Duration.ofMillis(200);
    /** Time for the other threads to see that their connections are closed. */
    private static final Duration STOP_END = Duration.ofSeconds(1);

    /** How often a stop looks whether the last connection has ended. */
    private static final Duration STOP_STEP = Duration.ofMillis(5);

    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections places;
    private final List<StreamProtocol> protocols;
    private final Optional<DataTls> tls;
    private final Duration handshakeLimit;
    private final Front front;
    private final StreamThreads threads;
    private final ReadPoller poller;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final Map<Thread, ClientConnection> connections = new ConcurrentHashMap<>();
    private volatile Optional<Acceptor> acceptor = Optional.empty();
    private final AtomicBoolean toldOfHeader = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * A port that is not open yet.
     *
     * @param protocols those besides HTTP/1.1, offered where there is TLS
     */
    public DataPort(Configuration configuration, Gateway gateway, List<StreamProtocol> protocols, Optional<DataTls> tls,
            StreamThreads threads, ReadPoller poller, Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        limits = ConnectionLimits.of(configuration);
        this.protocols = List.copyOf(protocols);
        this.tls = tls;
        handshakeLimit = configuration.server().headTimeout();
        front = new Front(configuration.server().front());
        places = new OpenConnections(configuration.limits(), front, () -> gateway.inForce().reserve());
        this.threads = threads;
        this.poller = poller;
        this.sweeper = sweeper;
        this.clock = clock;
    }

    /**
     * Opens it.
     *
     * @param shared whether another process may open it, too
     * @param most connections at a time
     * @throws IOException if the port cannot be had; the message says why
     */
    public DataPort open(InetSocketAddress address, boolean shared, int most) throws IOException {
        acceptor = Optional.of(Acceptor.open(address, shared, most, this::accept, clock));
        return this;
    }

    public int port() {
        return acceptor.orElseThrow().port();
    }

    /** Leaves the port to another process, if one listens there; connections that were made are served to their end. */
    public boolean handOver(Duration quiet) {
        return acceptor.map(open -> open.handOver(quiet)).orElse(false);
    }

    /** Connections that are open. */
    public int connections() {
        return connections.size();
    }

    /** Whether it takes connections at the moment. */
    public boolean listening() {
        return acceptor.map(Acceptor::listening).orElse(false);
    }

    private void accept(SocketChannel channel, Runnable place) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        KeepAliveProbes.on(channel);
        Guest guest = new Guest(channel, threads.socket(channel), place);
        if (tls.isPresent()) {
            // A handshake takes a processor for a millisecond, and what is agreed on decides which threads are best.
            Thread.ofVirtual().name("client").start(() -> guest.run(guest::agree));
        } else {
            threads.serve(guest.transport, () -> guest.run(guest::served));
        }
    }

    /** It left before it was a client, or speaks something else. Only who looks for it is told, or anybody could fill the log. */
    private void notAClient(SocketChannel channel, IOException why) {
        if (LOG.isLoggable(Level.DEBUG)) {
            LOG.log(Level.DEBUG, "from " + from(channel) + ": no request: " + LogText.cut(String.valueOf(why.getMessage())));
        }
    }

    private static String from(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        return address == null ? "nobody" : AddressText.of(address);
    }

    /** A connection that was accepted, on its way to what serves it. For one thread at a time. */
    private final class Guest {
        private final SocketChannel channel;
        private final Socket transport;
        /** Gives its place at the port back. */
        private final Runnable leavePortPlace;
        private Runnable leaveClientPlace = () -> { };

        private Guest(SocketChannel channel, Socket transport, Runnable leavePortPlace) {
            this.channel = channel;
            this.transport = transport;
            this.leavePortPlace = leavePortPlace;
        }

        /** A step on its way; whether it was the last, so that nobody else sees to its end. */
        @FunctionalInterface
        private interface Step {
            boolean isLast() throws IOException, InterruptedException;
        }

        private void run(Step step) {
            boolean last = true;
            try {
                last = step.isLast();
            } catch (IOException e) {
                notAClient(channel, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "a client's connection has failed", e);
            } finally {
                connections.remove(Thread.currentThread());
                if (last) {
                    leaveClientPlace.run();
                    AcceptedLink.close(transport);
                    leavePortPlace.run();
                }
            }
        }

        private boolean served() throws IOException, InterruptedException {
            Front.Peer peer = peer();
            OpenConnections.Place place = enter(peer.address());
            return serve(over(new AcceptedLink(channel, transport, transport, poller), peer, place, ""));
        }

        /** Agrees on TLS and a protocol, and has the connection served. */
        private boolean agree() throws IOException, InterruptedException {
            Front.Peer peer = peer();
            OpenConnections.Place place = enter(peer.address());
            SSLSocket secure = secured(transport, place);
            ClientConnection connection = over(new AcceptedLink(channel, transport, secure, poller), peer, place,
                    secure.getApplicationProtocol());
            if (connection.carriesMany()) {
                return serve(connection);
            }
            threads.serve(transport, () -> run(() -> serve(connection)));
            return false;
        }

        /** Who has opened it, itself or through a proxy that says so. */
        private Front.Peer peer() throws IOException {
            String host = AddressText.of(((InetSocketAddress) channel.getRemoteAddress()).getAddress());
            return front.beginsWithProxyHeader(host) ? namedBy(host, transport) : front.peer(host);
        }

        private OpenConnections.Place enter(String host) {
            OpenConnections.Place place = places.enter(host);
            leaveClientPlace = place::leave;
            return place;
        }

        private boolean serve(ClientConnection connection) throws InterruptedException {
            connections.put(Thread.currentThread(), connection);
            if (closed) {
                connection.close(true);
            }
            connection.serve();
            return true;
        }
    }

    /** What serves a connection; {@code agreed} is the protocol that the TLS handshake agreed on, empty for none. */
    private ClientConnection over(Link link, Front.Peer peer, OpenConnections.Place place, String agreed) {
        for (StreamProtocol protocol : protocols) {
            if (protocol.name().equals(agreed)) {
                return new StreamDoor(protocol, link, peer, gateway, limits, places, place, sweeper, clock);
            }
        }
        return new DataConnection(link, peer, gateway, limits, places, place, threads, sweeper, clock);
    }

    /** Whom {@code proxy} has opened this connection for. */
    private Front.Peer namedBy(String proxy, Socket transport) throws IOException {
        places.approaches();
        try (AutoClosed _ = closeWhenLate(transport, places::patienceWithNew)) {
            return ProxyHeader.read(transport.getInputStream()).map(front::peer).orElseGet(() -> front.unknownBehind(proxy));
        } catch (ProtocolException e) {
            if (!toldOfHeader.getAndSet(true)) {
                LOG.log(Level.WARNING, "from " + proxy + ", a trusted proxy: " + LogText.cut(String.valueOf(e.getMessage()))
                        + " (server.proxy-protocol); its connections are closed, and this is told once");
            }
            throw e;
        } finally {
            places.arrived();
        }
    }

    /** Something that is to be ended, without a word about failing. */
    @FunctionalInterface
    private interface AutoClosed extends AutoCloseable {
        @Override
        void close();
    }

    /** Whoever says nothing for long is no client. Where places are rare, it makes room, as one does that does not end its head. */
    private AutoClosed closeWhenLate(Socket transport, UnaryOperator<Duration> patience) {
        long start = clock.getAsLong();
        Sweeper.Registration registration = sweeper.watch(now -> {
            if (now - start > patience.apply(handshakeLimit).toNanos()) {
                AcceptedLink.close(transport);
            }
        });
        return registration::close;
    }

    private SSLSocket secured(Socket transport, OpenConnections.Place place) throws IOException {
        try (AutoClosed _ = closeWhenLate(transport, place::patienceWithNew)) {
            return tls.orElseThrow().accepted(transport, !protocols.isEmpty());
        }
    }

    /** Takes no more connections, ends those that are idle, and after a moment all others. */
    @Override
    public void close() {
        closed = true;
        acceptor.ifPresent(Acceptor::close);
        connections.values().forEach(connection -> connection.close(false));
        if (!ended(STOP_GRACE)) {
            connections.forEach((thread, connection) -> {
                connection.close(true);
                thread.interrupt();
            });
            ended(STOP_END);
        }
    }

    private boolean ended(Duration limit) {
        long start = clock.getAsLong();
        while (!connections.isEmpty()) {
            if (clock.getAsLong() - start > limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(STOP_STEP.toNanos());
        }
        return true;
    }
}
