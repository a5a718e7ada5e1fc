/** What both ends of a connection need. Start at {@link sluice.wire}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.wire {
    requires transitive sluice.api;

    provides sluice.api.StreamThreads.Factory with sluice.wire.EventLoops.Factory;

    exports sluice.wire to sluice.server, sluice.upstream, sluice.wspool, sluice.simulator, sluice.gauge, sluice.probe;
}
