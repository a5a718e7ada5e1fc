package sluice.http2;

import java.util.function.LongSupplier;
import sluice.http1.StreamConnection;
import sluice.http1.StreamHost;
import sluice.http1.StreamLimits;
import sluice.http1.StreamProtocol;
import sluice.net.Link;

/** HTTP/2 over TLS. */
public final class Http2 implements StreamProtocol {
    /** For {@link java.util.ServiceLoader}. */
    public Http2() {
    }

    @Override
    public String name() {
        return "h2";
    }

    @Override
    public StreamConnection over(Link link, StreamHost host, StreamLimits limits, LongSupplier clock) {
        return new Http2Connection(link, host, limits, clock);
    }
}
