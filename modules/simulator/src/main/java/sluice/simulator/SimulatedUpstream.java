package sluice.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;

/**
 * A faithful upstream of the Responses API on a socket, for tests and for sizing: whole event sequences, stored responses, and
 * the faults of the module's README. A virtual thread per connection. Thread-safe.
 */
public final class SimulatedUpstream implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final SimulatorSettings settings;
    private final ServerSocket server;
    private final Simulation simulation;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean closed;

    private SimulatedUpstream(SimulatorSettings settings, Consumer<ReceivedRequest> onEnd) throws IOException {
        this.settings = settings;
        simulation = new Simulation(settings, onEnd);
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()), BACKLOG);
        Thread.ofVirtual().name("sluice-simulator-accept").start(this::accept);
    }

    /** Starts one on a free loopback port. */
    public static SimulatedUpstream start() throws IOException {
        return start(SimulatorSettings.DEFAULT);
    }

    /** Starts one. */
    public static SimulatedUpstream start(SimulatorSettings settings) throws IOException {
        return start(settings, request -> { });
    }

    /** Starts one that tells {@code onEnd} about each request when it has ended, on the thread that ended it. */
    public static SimulatedUpstream start(SimulatorSettings settings, Consumer<ReceivedRequest> onEnd)
            throws IOException {
        return new SimulatedUpstream(settings, onEnd);
    }

    /** {@code http://host:port/v1}: what an account's base URL should be. */
    public URI baseUri() {
        return URI.create((settings.tls().isPresent() ? "https://" : "http://") + settings.host() + ":" + port() + "/v1");
    }

    /** The port it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    /** What was received. */
    public RequestLog log() {
        return simulation.log();
    }

    /** What was billed. */
    public Bill bill() {
        return simulation.bill();
    }

    /** The next requests of {@code accountKey} get these, one each, in order; stronger than all else. */
    public void script(String accountKey, Fault... faults) {
        simulation.plan().script(accountKey, faults);
    }

    /** Forgets what {@link #script} asked for and no request has got yet. */
    public void forgetScript(String accountKey) {
        simulation.plan().forgetScript(accountKey);
    }

    /** Every request of {@code accountKey} gets this, until changed; {@link Fault#NONE} ends it. */
    public void always(String accountKey, Fault fault) {
        simulation.plan().always(accountKey, fault);
    }

    /** Connections that are open now. */
    public int openConnections() {
        return connections.size();
    }

    /** Connections that were ever accepted. */
    public long acceptedConnections() {
        return accepted.get();
    }

    /** Requests and turns that have arrived and not ended. */
    public int activeRequests() {
        return simulation.active();
    }

    /** Those of one account. */
    public int activeRequests(String accountKey) {
        return simulation.account(accountKey).active();
    }

    /** The most that one account ever had at once. */
    public int peakRequests(String accountKey) {
        return simulation.account(accountKey).peak();
    }

    /** Ends all connections, as a broken network would, but goes on listening. */
    public void cutConnections() {
        connections.forEach(HttpConnection::close);
    }

    /** Ends all connections and stops listening. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            // It listens no more either way.
        }
        cutConnections();
        simulation.close();
    }

    /** The handshake happens with the first read, on the connection's own thread. */
    private Socket spoken(Socket socket) throws IOException {
        if (settings.tls().isEmpty()) {
            return socket;
        }
        SSLSocket secure = (SSLSocket) settings.tls().get().getSocketFactory().createSocket(socket, null, true);
        secure.setUseClientMode(false);
        return secure;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                HttpConnection connection = new HttpConnection(simulation, spoken(socket), accepted.incrementAndGet());
                connections.add(connection);
                Thread.ofVirtual().name("sluice-simulator").start(() -> {
                    try {
                        connection.serve();
                    } finally {
                        connections.remove(connection);
                    }
                });
                if (closed) {
                    connection.close();
                }
            } catch (IOException e) {
                if (!closed) {
                    System.getLogger(SimulatedUpstream.class.getName())
                            .log(System.Logger.Level.WARNING, "a connection was not accepted", e);
                }
            }
        }
    }
}
