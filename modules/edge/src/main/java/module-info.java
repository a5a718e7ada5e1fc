/** The data port: connections, TLS, and the limits of both. Start at {@link sluice.edge}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.edge {
    requires transitive sluice.api;
    requires sluice.clients;
    requires transitive sluice.config;
    requires transitive sluice.forward;
    requires transitive sluice.http1;
    requires transitive sluice.net;
    requires sluice.records;
    requires sluice.responses;

    exports sluice.edge to sluice.server;
}
