/**
 * Operations: metrics, admin API, dashboard, prices and usage. Start at {@link sluice.ops}. Requires nothing of the server: the
 * server tells it of each request that has ended, and shows itself as a {@code GatewayView}.
 */
@SuppressWarnings("module") // the server is compiled later
module sluice.ops {
    requires transitive sluice.api;
    requires sluice.admin;
    requires transitive sluice.config;
    requires transitive sluice.probe;
    requires sluice.json;
    requires sluice.net;
    requires transitive sluice.records;
    requires transitive io.helidon.metrics.api;
    requires io.helidon.config;
    requires io.helidon.common;
    requires transitive io.helidon.webserver;
    requires io.helidon.http;
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires java.management;

    provides io.helidon.metrics.spi.MetricsFactoryProvider with sluice.ops.StripedMetricsProvider;

    provides sluice.api.Command with sluice.ops.ClientCommand, sluice.ops.ExplainCommand, sluice.ops.TopCommand;

    opens sluice.ops to info.picocli; // it fills the options of the commands
    exports sluice.ops to sluice.server;
}
