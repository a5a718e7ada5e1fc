/** The gateway server. Start at {@link sluice.server}. */
module sluice.server {
    requires sluice.api;
    requires sluice.wire;
    requires sluice.config;
    requires io.helidon.webserver;
    requires io.helidon.logging.jul;
    requires info.picocli;
    requires com.fasterxml.jackson.core;
    requires java.logging;
}
