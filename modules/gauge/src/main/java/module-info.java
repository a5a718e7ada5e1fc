/** {@code sluice bench}: what the gateway adds on the user's own machine. Start at {@link sluice.gauge}. */
module sluice.gauge {
    requires sluice.api;
    requires sluice.config;
    requires sluice.net;
    requires sluice.http1;
    requires sluice.json;
    requires info.picocli;

    opens sluice.gauge to info.picocli; // it fills the options

    provides sluice.api.Command with sluice.gauge.BenchCommand;
}
