package sluice.server;

import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import sluice.admin.AdminConnection;
import sluice.admin.AdminListener;
import sluice.admin.AdminPlaces;
import sluice.edge.AddressText;
import sluice.edge.DataTls;
import sluice.net.Acceptor;
import sluice.net.KeepAliveProbes;

/**
 * The admin port: accepts as the data port does, has few places for those who come, and leaves HTTP/1.1 and its routes to Helidon. A
 * listener of Helidon's own shows nobody who holds a place, and is gone for good when {@code accept} fails once. Thread-safe.
 */
final class AdminPort implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.server");
    /** Time at a stop for answers that are nearly out, and again for those that were cut off. */
    private static final Duration STOP_GRACE = Duration.ofMillis(200);
    private static final Duration STOP_STEP = Duration.ofMillis(5);
    /** Who asks for nothing leaves the place to others: there are few of them. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    /** So many may have lost their place and not ended yet: they are open files, too. */
    private static final int LEAVING = 8;

    private final AdminConnection.Handshake handshake;
    private final AdminPlaces places;
    private final AdminListener listener;
    private final Runnable each;
    private final LongSupplier nanoClock;
    private final Set<AdminConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread watch;
    private final Acceptor acceptor;
    private volatile boolean closed;

    /**
     * Where it is.
     *
     * @param port 0: any free one
     * @param shared whether another process may open it, too
     * @param tls its certificate; empty: plain text
     * @param most connections at a time
     */
    record Place(String host, int port, boolean shared, Optional<DataTls> tls, int most) { }

    private AdminPort(Place place, HttpRouting.Builder routing, Runnable each, LongSupplier nanoClock) throws IOException {
        handshake = place.tls().map(AdminPort::secured).orElse(transport -> transport);
        places = new AdminPlaces(place.most(), nanoClock, LockSupport::parkNanos);
        listener = new AdminListener(routing);
        this.each = each;
        this.nanoClock = nanoClock;
        watch = Thread.ofVirtual().name("admin-watch").unstarted(this::watch);
        acceptor = Acceptor.open(new InetSocketAddress(place.host(), place.port()), place.shared(), place.most() + LEAVING, this::take,
                nanoClock);
    }

    /**
     * Opens it.
     *
     * @param routing what it answers
     * @param each done each second while it is open
     * @throws IOException if the port cannot be had; the message says why
     */
    static AdminPort open(Place place, HttpRouting.Builder routing, Runnable each, LongSupplier nanoClock) throws IOException {
        AdminPort opened = new AdminPort(place, routing, each, nanoClock);
        opened.watch.start();
        return opened;
    }

    private static AdminConnection.Handshake secured(DataTls tls) {
        return transport -> tls.accepted(transport, false);
    }

    int port() {
        return acceptor.port();
    }

    private void take(SocketChannel channel, Runnable leaves) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        KeepAliveProbes.on(channel);
        String address = AddressText.of(((InetSocketAddress) channel.getRemoteAddress()).getAddress());
        AdminConnection connection = new AdminConnection(channel, listener);
        AdminPlaces.Place place = places.enter(AddressText.networkOf(address), connection::end);
        connections.add(connection);
        Thread.ofVirtual().name("admin").start(() -> {
            try {
                connection.serve(handshake, place);
            } finally {
                connections.remove(connection);
                place.leave();
                leaves.run();
            }
        });
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            try {
                each.run();
                places.sweep(IDLE);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "a look at the connections of the admin port has failed", e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watch);
        acceptor.close();
        connections.forEach(AdminConnection::finish);
        awaitEnd();
        connections.forEach(AdminConnection::abort);
        awaitEnd();
        listener.close();
    }

    private void awaitEnd() {
        long start = nanoClock.getAsLong();
        while (!connections.isEmpty() && nanoClock.getAsLong() - start < STOP_GRACE.toNanos()) {
            LockSupport.parkNanos(STOP_STEP.toNanos());
        }
    }
}
