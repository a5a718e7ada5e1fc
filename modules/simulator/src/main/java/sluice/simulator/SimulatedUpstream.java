package sluice.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import sluice.net.CoarseSweeper;

/**
 * A faithful upstream of the Responses API on a socket, for tests and for sizing: whole event sequences, stored responses, and
 * the faults of the module's README. A virtual thread per connection. Thread-safe.
 */
public final class SimulatedUpstream implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final SimulatorSettings settings;
    private final ServerSocket server;
    private final RequestLog log;
    private final Bill bill = new Bill();
    private final FaultPlan plan;
    private final Ids ids = new Ids(new SecureRandom().nextLong());
    private final Routes routes;
    private final CoarseSweeper sweeper = new CoarseSweeper(System::nanoTime);
    private final ConcurrentMap<String, SimulatedAccount> accounts = new ConcurrentHashMap<>();
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicInteger active = new AtomicInteger();
    private volatile boolean closed;

    private SimulatedUpstream(SimulatorSettings settings, Consumer<ReceivedRequest> onEnd) throws IOException {
        this.settings = settings;
        log = new RequestLog(onEnd);
        plan = new FaultPlan(settings.base());
        routes = new Routes(settings, ids);
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
        return log;
    }

    /** What was billed. */
    public Bill bill() {
        return bill;
    }

    /** The next requests of {@code accountKey} get these, one each, in order; stronger than all else. */
    public void script(String accountKey, Fault... faults) {
        plan.script(accountKey, faults);
    }

    /** Forgets what {@link #script} asked for and no request has got yet. */
    public void forgetScript(String accountKey) {
        plan.forgetScript(accountKey);
    }

    /** Every request of {@code accountKey} gets this, until changed; {@link Fault#NONE} ends it. */
    public void always(String accountKey, Fault fault) {
        plan.always(accountKey, fault);
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
        return active.get();
    }

    /** Those of one account. */
    public int activeRequests(String accountKey) {
        return account(accountKey).active();
    }

    /** The most that one account ever had at once. */
    public int peakRequests(String accountKey) {
        return account(accountKey).peak();
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
        sweeper.close();
    }

    SimulatorSettings settings() {
        return settings;
    }

    FaultPlan plan() {
        return plan;
    }

    Routes routes() {
        return routes;
    }

    Ids ids() {
        return ids;
    }

    CoarseSweeper sweeper() {
        return sweeper;
    }

    /** The account of a key; {@code org} in the key counts where the settings name no organisation. */
    SimulatedAccount account(String key) {
        return accounts.computeIfAbsent(key, k -> new SimulatedAccount(organization(k)));
    }

    void began(ReceivedRequest request) {
        active.incrementAndGet();
        account(request.accountKey()).enter();
        log.add(request);
    }

    void ended(ReceivedRequest request, ReceivedRequest.Ending how) {
        if (request.claimEnd()) {
            active.decrementAndGet();
            account(request.accountKey()).leave();
            log.ended(request, how);
        }
    }

    void left(HttpConnection connection) {
        connections.remove(connection);
    }

    private String organization(String key) {
        String named = settings.organizations().get(key);
        if (named != null) {
            return named;
        }
        try {
            return Fault.ofKey(key).text(FaultOption.ORG).orElse("org-" + Integer.toHexString(key.hashCode()));
        } catch (IllegalArgumentException e) {
            return "org-unknown";
        }
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

    /** Waits for so many round trips of the simulated distance. */
    void travel(int roundTrips) throws IOException {
        if (settings.distance().isZero()) {
            return;
        }
        try {
            Thread.sleep(settings.distance().multipliedBy(roundTrips));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                HttpConnection connection = new HttpConnection(this, spoken(socket), accepted.incrementAndGet());
                connections.add(connection);
                Thread.ofVirtual().name("sluice-simulator").start(connection::serve);
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
