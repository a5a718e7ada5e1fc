package sluice.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;

/** Plugs {@link DataConnection} into Helidon's web server, for every connection of the data port. */
final class DataConnectionSelector implements ServerConnectionSelector {
    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final Arrivals arrivals;
    private final Sweeper sweeper;
    private final LongSupplier clock;

    DataConnectionSelector(Gateway gateway, ConnectionLimits limits, OpenConnections open, Arrivals arrivals,
            Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.arrivals = arrivals;
        this.sweeper = sweeper;
        this.clock = clock;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 1;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return Set.of("http/1.1");
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new DataConnection(context, arrivals.take(context.remotePeer().address()), gateway, limits, open, sweeper, clock);
    }
}
