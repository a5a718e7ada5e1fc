package sluice.edge;

import java.util.List;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.forward.Gateway;
import sluice.http1.StreamProtocol;
import sluice.net.Link;

/**
 * Makes what serves a connection: {@link DataConnection}, or {@link StreamDoor} where a protocol was agreed on that carries many requests.
 * Thread-safe.
 */
final class DataConnections {
    /** The name of HTTP/2 in a TLS handshake. */
    static final String HTTP2 = "h2";

    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final List<StreamProtocol> protocols;
    private final Sweeper sweeper;
    private final LongSupplier clock;

    DataConnections(Gateway gateway, ConnectionLimits limits, OpenConnections open, List<StreamProtocol> protocols,
            Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.protocols = List.copyOf(protocols);
        this.sweeper = sweeper;
        this.clock = clock;
    }

    /**
     * A connection over {@code link}.
     *
     * @param protocol what was agreed on in the TLS handshake; empty for nothing
     */
    ClientConnection over(Link link, String remoteHost, String protocol) {
        for (StreamProtocol known : protocols) {
            if (known.name().equals(protocol)) {
                return new StreamDoor(known, link, remoteHost, gateway, limits, open, sweeper, clock);
            }
        }
        return new DataConnection(link, remoteHost, gateway, limits, open, sweeper, clock);
    }
}
