package sluice.server;

import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The two ports: data, with Sluice's own HTTP/1.1 connection, and admin, with Helidon's routing. Thread-safe.
 */
final class Listeners implements AutoCloseable {
    private static final String ADMIN = "admin";
    /** Helidon waits this long for connections at its stop; the drain has waited before. */
    private static final Duration STOP_GRACE = Duration.ofMillis(200);

    private final WebServer server;

    private Listeners(WebServer server) {
        this.server = server;
    }

    /**
     * Where the ports are.
     *
     * @param host address of the data port
     * @param port data port; 0: any free one
     * @param adminHost address of the admin port
     * @param adminPort admin port; 0: any free one
     * @param tls certificate of the data port; empty: plain
     * @param maxConnections most client connections
     */
    record Places(String host, int port, String adminHost, int adminPort, Optional<Tls> tls, int maxConnections) { }

    /** Opens both ports. */
    static Listeners open(Places places, DataConnectionSelector data, HttpRouting.Builder admin) {
        WebServer server = WebServer.builder()
                .host(places.host())
                .port(places.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .connectionSelectors(List.of(data))
                .connectionOptions(options -> options.tcpNoDelay(true).socketKeepAlive(true))
                .shutdownGracePeriod(STOP_GRACE)
                .useNio(false)
                .backlog(4096)
                .maxTcpConnections(places.maxConnections())
                .idleConnectionTimeout(Duration.ofDays(1))
                .update(builder -> places.tls().ifPresent(builder::tls))
                .routing(HttpRouting.builder())
                .putSocket(ADMIN, socket -> socket.host(places.adminHost())
                        .port(places.adminPort())
                        .shutdownGracePeriod(STOP_GRACE)
                        .connectionOptions(options -> options.tcpNoDelay(true))
                        .routing(admin))
                .build()
                .start();
        return new Listeners(server);
    }

    /** The data port in use. */
    int port() {
        return server.port();
    }

    /** The admin port in use. */
    int adminPort() {
        return server.port(ADMIN);
    }

    /** Exchanges the certificate of the data port; connections that stand keep theirs. */
    void reloadTls(Tls tls) {
        server.reloadTls(tls);
    }

    @Override
    public void close() {
        server.stop();
    }
}
