package sluice.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.clients.BodyShare;
import sluice.net.Link;
import sluice.net.ReadPoller;

/**
 * Plugs {@link DataConnection} into Helidon's web server, for every connection of the data port; and {@link Http2Connection}
 * for those that agreed on HTTP/2 in their TLS handshake.
 */
final class DataConnectionSelector implements ServerConnectionSelector {
    private static final String HTTP2 = "h2";

    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final Arrivals arrivals;
    private final ReadPoller poller;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final Set<String> protocols;

    DataConnectionSelector(Gateway gateway, ConnectionLimits limits, OpenConnections open, Arrivals arrivals,
            ReadPoller poller, Sweeper sweeper, LongSupplier clock, boolean http2) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.arrivals = arrivals;
        this.poller = poller;
        this.sweeper = sweeper;
        this.clock = clock;
        protocols = http2 ? Set.of(HTTP2, "http/1.1") : Set.of("http/1.1");
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
        return protocols;
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        HelidonLink link = new HelidonLink(context, arrivals.take(context.remotePeer().address()), poller);
        String remoteHost = context.remotePeer().host();
        HelidonSocket socket = context.serverSocket();
        return socket.protocolNegotiated() && socket.protocol().equals(HTTP2)
                ? new Http2Connection(link, remoteHost, stream -> over(stream, remoteHost).serve(), gateway, limits, open,
                        unread(), sweeper, clock)
                : over(link, remoteHost);
    }

    /** Bodies that nobody reads yet count as those that are in memory. */
    private BodyMemory unread() {
        ByteBudget.Permit permit = gateway.live().budget().permit(new BodyShare());
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

    private DataConnection over(Link link, String remoteHost) {
        return new DataConnection(link, remoteHost, gateway, limits, open, sweeper, clock);
    }
}
