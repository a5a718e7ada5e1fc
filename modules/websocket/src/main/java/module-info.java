/** WebSocket (RFC 6455), for both ends of a connection. Start at {@link sluice.websocket}. */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.websocket {
    requires transitive sluice.api;
    requires transitive sluice.net;
    requires transitive sluice.http1;

    exports sluice.websocket to sluice.simulator, sluice.turns, sluice.wspool;
}
