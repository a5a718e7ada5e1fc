/**
 * The admin port: its connections, who keeps a place at it, and who comes in. Start at {@link sluice.admin}. Knows nothing of what is
 * asked for there.
 */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.admin {
    requires transitive sluice.config;
    requires sluice.json;
    requires io.helidon.common;
    requires transitive io.helidon.http;
    requires transitive io.helidon.webserver;

    exports sluice.admin to sluice.ops, sluice.server;
}
