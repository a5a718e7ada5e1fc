package sluice.server;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;

/**
 * Sees each connection of the data port the moment it is accepted, which Helidon lets only the setter of its socket options do.
 * Two things need it: a TLS handshake that never ends must be cut off, and a connection must be closed below TLS, for closing
 * a TLS socket waits for a writer that a slow client blocks. Thread-safe.
 */
final class Arrivals implements SocketOptions, Sweeper.Watched {
    /** A channel, and when it came. */
    private record Arrival(SocketChannel channel, long sinceNanos) { }

    private final Map<SocketAddress, Arrival> arrivals = new ConcurrentHashMap<>();
    private final long limitNanos;
    private final LongSupplier clock;

    /**
     * Nobody has arrived.
     *
     * @param limit longest time until TLS is agreed on
     */
    Arrivals(Duration limit, LongSupplier clock) {
        limitNanos = limit.toNanos();
        this.clock = clock;
    }

    /** Called by Helidon's accepting thread. */
    @Override
    public void configureSocket(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            arrivals.put(channel.getRemoteAddress(), new Arrival(channel, clock.getAsLong()));
        } catch (IOException | UnsupportedOperationException e) {
            // It is gone already; whoever reads from it will see.
        }
    }

    /** The channel of a connection that is about to be served; it is watched here no longer. */
    Optional<SocketChannel> take(SocketAddress remote) {
        return Optional.ofNullable(arrivals.remove(remote)).map(Arrival::channel);
    }

    @Override
    public void sweep(long nowNanos) {
        for (Map.Entry<SocketAddress, Arrival> entry : arrivals.entrySet()) {
            Arrival arrival = entry.getValue();
            if (!arrival.channel.isOpen()) {
                arrivals.remove(entry.getKey(), arrival);
            } else if (nowNanos - arrival.sinceNanos > limitNanos) {
                arrivals.remove(entry.getKey(), arrival);
                close(arrival.channel);
            }
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void configureSocket(Socket socket) {
        throw new IllegalStateException("Helidon accepts channels");
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return Map.of();
    }

    @Override
    public Duration connectTimeout() {
        return Duration.ofSeconds(10);
    }

    /** None: it would cost each read; the {@link Sweeper} closes what is late. */
    @Override
    public Duration readTimeout() {
        return Duration.ZERO;
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return Optional.empty();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return Optional.empty();
    }

    @Override
    public boolean socketReuseAddress() {
        return true;
    }

    @Override
    public boolean socketKeepAlive() {
        return true;
    }

    @Override
    public boolean tcpNoDelay() {
        return true;
    }
}
