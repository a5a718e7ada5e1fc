/** Sockets: dialing, TLS, waiting on event loops, deadlines. Start at {@link sluice.net}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.net {
    requires transitive sluice.api;
    requires sluice.buffers;
    requires jdk.net; // the times of TCP keepalive probes

    provides sluice.net.StreamThreads.Factory with sluice.net.EventLoops.Factory;

    exports sluice.net to sluice.baseline, sluice.edge, sluice.forward, sluice.gauge, sluice.http1, sluice.http2, sluice.ops,
            sluice.probe, sluice.server, sluice.simulator, sluice.turns, sluice.upstream, sluice.websocket, sluice.wspool;
}
