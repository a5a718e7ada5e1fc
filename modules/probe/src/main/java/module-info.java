/** What the gateway adds to a request, measured as a client sees it. Start at {@link sluice.probe}. */
@SuppressWarnings("module") // operations and server are compiled later
module sluice.probe {
    requires sluice.api;
    requires sluice.net;
    requires sluice.http1;

    exports sluice.probe to sluice.ops, sluice.server;
}
