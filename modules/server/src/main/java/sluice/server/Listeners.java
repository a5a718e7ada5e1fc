package sluice.server;

import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.config.OpenFiles;

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
     * @param arrivals is shown each connection of the data port when it is accepted
     * @param tls certificate of the data port; empty: plain
     * @param maxConnections most client connections
     */
    record Places(String host, int port, SocketOptions arrivals, Optional<Tls> tls, int maxConnections) { }

    /**
     * Where the admin port is.
     *
     * @param host its address
     * @param port its number; 0: any free one
     * @param routing what it answers
     */
    record Admin(String host, int port, HttpRouting.Builder routing) { }

    /**
     * Opens both ports, or the data port alone.
     *
     * @throws IOException if one of them cannot be had
     */
    static Listeners open(Places places, DataConnectionSelector data, Optional<Admin> admin) throws IOException {
        WebServer server = WebServer.builder()
                .host(places.host())
                .port(places.port())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .connectionSelectors(List.of(data))
                .connectionOptions(places.arrivals())
                .shutdownGracePeriod(STOP_GRACE)
                .listenerSocketOptions(Map.of(StandardSocketOptions.SO_REUSEADDR, true))
                .useNio(false)
                .backlog(4096)
                .maxTcpConnections(places.maxConnections())
                .idleConnectionTimeout(Duration.ofDays(1))
                .update(builder -> places.tls().ifPresent(builder::tls))
                .routing(HttpRouting.builder())
                .update(builder -> admin.ifPresent(there -> builder.putSocket(ADMIN, socket -> socket.host(there.host())
                        .port(there.port())
                        .shutdownGracePeriod(STOP_GRACE)
                        .listenerSocketOptions(Map.of(StandardSocketOptions.SO_REUSEADDR, true))
                        .connectionOptions(options -> options.tcpNoDelay(true))
                        .maxTcpConnections(OpenFiles.ofThisProcess().admin())
                        .routing(there.routing()))))
                .build()
                .start();
        if (!server.isRunning() || server.port() <= 0) {
            server.stop();
            throw new IOException("cannot listen on " + places.host() + ":" + places.port() + " (server.port)"
                    + admin.map(there -> " and " + there.host() + ":" + there.port() + " (server.admin.port)").orElse("") + ": "
                    + firstTaken(places, admin));
        }
        return new Listeners(server);
    }

    /** Helidon keeps the reason to its log, so the ports are tried once more. */
    private static String firstTaken(Places places, Optional<Admin> admin) {
        String reason = tryToBind(places.host(), places.port());
        return reason.isEmpty() ? admin.map(there -> tryToBind(there.host(), there.port())).orElse("") : reason;
    }

    private static String tryToBind(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
            return "";
        } catch (IOException | IllegalArgumentException e) {
            return host + ":" + port + ": " + e.getMessage();
        }
    }

    /** The data port in use. */
    int port() {
        return server.port();
    }

    /** The admin port in use. */
    int adminPort() {
        return server.port(ADMIN);
    }

    @Override
    public void close() {
        server.stop();
    }
}
