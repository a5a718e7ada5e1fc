/** A WebSocket client's turns as exchanges. Start at {@link sluice.turns}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.turns {
    requires transitive sluice.api;
    requires sluice.buffers;
    requires sluice.clients;
    requires transitive sluice.config;
    requires transitive sluice.forward;
    requires sluice.http1;
    requires sluice.json;
    requires sluice.net;
    requires sluice.records;
    requires sluice.responses;
    requires sluice.websocket;

    exports sluice.turns to sluice.server;
}
