package sluice.net;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * Probes of TCP (RFC 1122 §4.2.3.6) on a connection where nothing moves. A peer whose machine or network has gone sends no end; while
 * we wait for a whole answer, or for a client's next request, nothing else would tell. Systems probe after two hours by default.
 */
public final class KeepAliveProbes {
    /** Silence before the first probe; proxies and address translators forget connections after a few minutes. */
    private static final int IDLE_SECONDS = 60;
    private static final int INTERVAL_SECONDS = 15;
    /** Probes without an answer after which the connection is broken: two minutes after the last byte. */
    private static final int PROBES = 4;

    private static final Map<SocketOption<Integer>, Integer> TIMES = Map.of(ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);

    private KeepAliveProbes() {
    }

    /**
     * Has {@code channel} probed. Where the system has no such times, its own hold.
     *
     * @throws IOException if the channel is closed
     */
    public static void on(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        for (Map.Entry<SocketOption<Integer>, Integer> time : TIMES.entrySet()) {
            if (channel.supportedOptions().contains(time.getKey())) {
                channel.setOption(time.getKey(), time.getValue());
            }
        }
    }
}
