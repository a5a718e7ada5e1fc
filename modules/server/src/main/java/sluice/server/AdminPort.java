package sluice.server;

import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import sluice.config.OpenFiles;
import sluice.edge.DataTls;
import sluice.net.KeepAliveProbes;

/**
 * The admin port, with Helidon's routing. Helidon gives a port up for good when {@code accept} fails once, and tells nobody; so a thread
 * looks whether somebody still holds the port, and opens it anew. Thread-safe.
 */
final class AdminPort implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.server");
    /** Helidon waits this long for connections at its stop. */
    private static final Duration STOP_GRACE = Duration.ofMillis(200);
    /** Who asks for nothing leaves the place to others: there are few of them. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOGS = Duration.ofMinutes(1);

    private final Place place;
    private final Supplier<HttpRouting.Builder> routing;
    private final Runnable each;
    private final Thread watch;
    private volatile Optional<WebServer> server;
    private volatile boolean closed;

    /**
     * Where it is.
     *
     * @param port 0: any free one
     * @param shared whether another process may open it, too
     * @param tls its certificate; empty: plain text
     */
    record Place(String host, int port, boolean shared, Optional<DataTls> tls) { }

    private AdminPort(Place place, WebServer server, Supplier<HttpRouting.Builder> routing, Runnable each) {
        this.place = new Place(place.host(), server.port(), place.shared(), place.tls());
        this.server = Optional.of(server);
        this.routing = routing;
        this.each = each;
        watch = Thread.ofVirtual().name("admin-watch").unstarted(this::watch);
    }

    /**
     * Opens it.
     *
     * @param routing what it answers; asked again when the port is opened anew
     * @param each done each second while it is open
     * @throws IOException if the port cannot be had; the message says why
     */
    static AdminPort open(Place place, Supplier<HttpRouting.Builder> routing, Runnable each) throws IOException {
        AdminPort opened = new AdminPort(place, start(place, routing), routing, each);
        opened.watch.start();
        return opened;
    }

    private static WebServer start(Place place, Supplier<HttpRouting.Builder> routing) throws IOException {
        WebServerConfig.Builder builder = WebServer.builder();
        place.tls().ifPresent(tls -> builder.tls(Tls.builder().sslContext(tls.context())
                .enabledProtocols(DataTls.versions()).build()));
        WebServer server = builder
                .host(place.host())
                .port(place.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .shutdownGracePeriod(STOP_GRACE)
                .listenerSocketOptions(place.shared()
                        ? Map.of(StandardSocketOptions.SO_REUSEADDR, true, StandardSocketOptions.SO_REUSEPORT, true)
                        : Map.of(StandardSocketOptions.SO_REUSEADDR, true))
                .connectionOptions(options -> options.tcpNoDelay(true).socketKeepAlive(true)
                        .putSocketOption(ExtendedSocketOptions.TCP_KEEPIDLE, KeepAliveProbes.IDLE_SECONDS))
                .idleConnectionTimeout(IDLE)
                .idleConnectionPeriod(IDLE.dividedBy(6))
                .maxTcpConnections(OpenFiles.ofThisProcess().admin())
                .routing(routing.get())
                .build()
                .start();
        if (!server.isRunning() || server.port() <= 0) {
            server.stop();
            throw new IOException(place.host() + ":" + place.port() + ": " + whyNot(place.host(), place.port()));
        }
        return server;
    }

    /** Helidon keeps the reason to its log, so the port is tried once more. */
    private static String whyNot(String host, int port) {
        try {
            return isFree(host, port) ? "it could not be opened" : "Address already in use";
        } catch (IOException | IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** Whether nobody listens there. */
    private static boolean isFree(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (java.net.BindException e) {
            return false;
        }
    }

    int port() {
        return place.port();
    }

    /** What serves at the moment; empty while the port is lost. */
    Optional<WebServer> server() {
        return server;
    }

    private void watch() {
        Optional<Long> logged = Optional.empty();
        while (!closed) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            try {
                each.run();
                if (!closed && isFree(place.host(), place.port())) {
                    reopen();
                }
            } catch (IOException | RuntimeException e) {
                long now = System.nanoTime();
                if (logged.isEmpty() || now - logged.get() > BETWEEN_LOGS.toNanos()) {
                    logged = Optional.of(now);
                    LOG.log(Level.WARNING, "the admin port is closed for the moment, and is tried again: " + e);
                }
            }
        }
    }

    private void reopen() throws IOException {
        server.ifPresent(WebServer::stop);
        server = Optional.empty();
        WebServer next = start(place, routing);
        server = Optional.of(next);
        if (closed) {
            next.stop();
        }
        LOG.log(Level.WARNING, "the admin port had been lost, and is open again");
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watch);
        server.ifPresent(WebServer::stop);
    }
}
