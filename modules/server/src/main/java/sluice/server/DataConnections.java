package sluice.server;

import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.clients.BodyShare;
import sluice.net.Link;

/** Makes what serves a connection: {@link DataConnection}, or {@link Http2Connection} where that was agreed on. Thread-safe. */
final class DataConnections {
    /** The name of HTTP/2 in a TLS handshake. */
    static final String HTTP2 = "h2";

    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final Sweeper sweeper;
    private final LongSupplier clock;

    DataConnections(Gateway gateway, ConnectionLimits limits, OpenConnections open, Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.sweeper = sweeper;
        this.clock = clock;
    }

    /**
     * A connection over {@code link}.
     *
     * @param protocol what was agreed on in the TLS handshake; empty for nothing
     */
    ClientConnection over(Link link, String remoteHost, String protocol) {
        return protocol.equals(HTTP2)
                ? new Http2Connection(link, remoteHost, stream -> http1(stream, remoteHost).serve(), gateway, limits, open,
                        unread(), sweeper, clock)
                : http1(link, remoteHost);
    }

    /** Bodies that nobody reads yet count as those that are in memory. */
    private BodyMemory unread() {
        ByteBudget.Permit permit = gateway.live().intake().budget().permit(new BodyShare());
        return new BodyMemory() {
            @Override
            public boolean take(int bytes) {
                return permit.grow(bytes);
            }

            @Override
            public void giveBack(int bytes) {
                permit.giveBack(bytes);
            }
        };
    }

    private DataConnection http1(Link link, String remoteHost) {
        return new DataConnection(link, remoteHost, gateway, limits, open, sweeper, clock);
    }
}
