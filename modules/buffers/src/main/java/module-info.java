/** Arrays that are used again, and who collects a body in one. Start at {@link sluice.buffers.ArrayShelf}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.buffers {
    requires transitive sluice.api;

    exports sluice.buffers to sluice.baseline, sluice.body, sluice.forward, sluice.net, sluice.responses, sluice.server, sluice.sse;
}
