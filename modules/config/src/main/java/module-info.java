/** The configuration file: read, checked, compared, explained. Start at {@link sluice.config}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.config {
    requires transitive sluice.api;
    requires io.helidon.config;
    requires io.helidon.config.yaml;

    exports sluice.config to sluice.server;
}
