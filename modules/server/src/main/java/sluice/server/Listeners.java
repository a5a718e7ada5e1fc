package sluice.server;

import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import sluice.config.OpenFiles;
import sluice.edge.DataPort;
import sluice.edge.DataTls;

/** The two ports: data, with Sluice's own connections, and admin, with Helidon's routing. Thread-safe. */
final class Listeners implements AutoCloseable {
    private final DataPort data;
    private final Optional<AdminPort> admin;

    private Listeners(DataPort data, Optional<AdminPort> admin) {
        this.data = data;
        this.admin = admin;
    }

    /**
     * Where the data port is.
     *
     * @param host its address
     * @param port its number; 0: any free one
     * @param shared whether another process may open both ports, too
     * @param maxConnections most client connections
     */
    record Place(String host, int port, boolean shared, int maxConnections) { }

    /**
     * Where the admin port is.
     *
     * @param host its address
     * @param port its number; 0: any free one
     * @param tls its certificate; empty: plain text
     * @param routing what it answers, knowing whether the data port takes connections
     * @param each done each second
     */
    record Admin(String host, int port, Optional<DataTls> tls, Function<BooleanSupplier, HttpRouting.Builder> routing,
            Runnable each) { }

    /**
     * Opens both ports, or the data port alone. The data port is the last: whoever sees it open may ask the other one.
     *
     * @throws IOException if one of them cannot be had; the message names its keys
     */
    static Listeners open(Place place, DataPort data, Optional<Admin> admin) throws IOException {
        Optional<AdminPort> first = admin.isPresent() ? Optional.of(open(place, data, admin.get())) : Optional.empty();
        try {
            data.open(new InetSocketAddress(place.host(), place.port()), place.shared(), place.maxConnections());
        } catch (IOException | RuntimeException e) {
            first.ifPresent(AdminPort::close);
            throw new IOException("cannot listen on " + e.getMessage() + " (server.host, server.port)", e);
        }
        return new Listeners(data, first);
    }

    private static AdminPort open(Place place, DataPort data, Admin admin) throws IOException {
        try {
            return AdminPort.open(new AdminPort.Place(admin.host(), admin.port(), place.shared(), admin.tls(),
                    OpenFiles.ofThisProcess().admin()), admin.routing().apply(data::listening), admin.each(), System::nanoTime);
        } catch (IOException | RuntimeException e) {
            throw new IOException("cannot listen on " + e.getMessage() + " (server.admin.host, server.admin.port)", e);
        }
    }

    /** Leaves both ports to another process, if one listens on the data port. */
    boolean handOver(Duration quiet) {
        boolean left = data.handOver(quiet);
        if (left) {
            admin.ifPresent(AdminPort::close);
        }
        return left;
    }

    /** Connections of clients that are open. */
    int connections() {
        return data.connections();
    }

    /** The data port. */
    DataPort data() {
        return data;
    }

    /** The data port in use. */
    int port() {
        return data.port();
    }

    /** The admin port in use. */
    int adminPort() {
        return admin.orElseThrow().port();
    }

    @Override
    public void close() {
        data.close();
        admin.ifPresent(AdminPort::close);
    }
}
