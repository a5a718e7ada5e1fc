/** Strict HTTP/1.1 heads and bodies, for both ends of a connection. Start at {@link sluice.http1}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.http1 {
    requires transitive sluice.api;
    requires transitive sluice.net;

    exports sluice.http1 to sluice.edge, sluice.forward, sluice.gauge, sluice.http2, sluice.probe, sluice.server, sluice.simulator,
            sluice.turns, sluice.upstream, sluice.websocket, sluice.wspool;
}
