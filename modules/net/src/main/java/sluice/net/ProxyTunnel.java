package sluice.net;

import java.io.IOException;

/** How a proxy is asked to connect. Thread-safe. */
@FunctionalInterface
public interface ProxyTunnel {
    /**
     * Asks {@code proxy}, at the other end of {@code link}, for a connection to {@code target}. Afterwards the link's bytes are
     * the target's. It waits as long as the proxy does: the {@link Dialer} closes a link that is late.
     *
     * @throws IOException if the proxy refuses, or does not speak the protocol; the message is for the log and holds no credentials
     */
    void open(Link link, DialTarget target, DialTarget.Proxy proxy) throws IOException;
}
