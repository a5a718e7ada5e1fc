/** Strict HTTP/1.1 heads and bodies, for both ends of a connection. Start at {@link sluice.http1}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.http1 {
    requires transitive sluice.api;
    requires transitive sluice.net;

    exports sluice.http1 to sluice.websocket, sluice.server, sluice.upstream, sluice.wspool, sluice.simulator, sluice.gauge, sluice.probe,
            sluice.http2;
}
