/** Arrays that are used again. Start at {@link sluice.buffers.ArrayShelf}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.buffers {
    exports sluice.buffers to sluice.body, sluice.net, sluice.responses, sluice.server, sluice.sse;
}
