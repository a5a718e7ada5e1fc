/**
 * Arrays that are used again, who collects a body in one, and how much memory answers may take. Start at
 * {@link sluice.buffers.ArrayShelf}.
 */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.buffers {
    requires transitive sluice.api;

    exports sluice.buffers to sluice.baseline, sluice.body, sluice.forward, sluice.net, sluice.responses, sluice.server, sluice.sse,
            sluice.turns, sluice.wspool;
}
