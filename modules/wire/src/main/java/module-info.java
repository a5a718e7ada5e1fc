/** What both ends of a connection need. Start at {@link sluice.wire}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.wire {
    requires transitive sluice.api;

    exports sluice.wire to sluice.server, sluice.wspool, sluice.simulator, sluice.gauge;
}
