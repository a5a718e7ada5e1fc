/** The simulated upstream: a test tool and a sizing tool. Start at {@link sluice.simulator}. */
@SuppressWarnings("module") // the modules that may use it are compiled later
module sluice.simulator {
    requires transitive sluice.api;
    requires sluice.net;
    requires sluice.http1;
    requires sluice.websocket;
    requires sluice.json;
    requires com.fasterxml.jackson.core;
    requires info.picocli;

    exports sluice.simulator to sluice.server;

    opens sluice.simulator to info.picocli;

    provides sluice.api.Command with sluice.simulator.SimulateCommand;
}
