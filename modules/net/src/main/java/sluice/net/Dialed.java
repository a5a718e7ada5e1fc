package sluice.net;

import sluice.api.UpstreamResult;

/** What became of a {@link Dialer#dial}. */
public sealed interface Dialed {
    /**
     * The connection stands: TCP, the proxy's tunnel and TLS, where asked for.
     *
     * @param link must be closed
     * @param connectNanos how long it took
     */
    record Connected(Link link, long connectNanos) implements Dialed { }

    /**
     * There is no connection, and nothing was sent that a server could have executed.
     *
     * @param kind {@code DNS}, {@code CONNECT}, {@code TLS}, {@code PROXY} or {@code CANCELLED}
     * @param detail for the log, without secrets
     */
    record Failed(UpstreamResult.Kind kind, String detail) implements Dialed { }
}
