/** The grammar of the Responses API. Start at {@link sluice.responses}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.responses {
    requires transitive sluice.api;
    requires sluice.buffers;
    requires sluice.json;

    exports sluice.responses to sluice.baseline, sluice.body, sluice.edge, sluice.failures, sluice.forward, sluice.simulator,
            sluice.sse, sluice.turns, sluice.wspool;
}
