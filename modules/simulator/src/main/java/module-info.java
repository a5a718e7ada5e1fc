/** The simulated upstream. Start at {@link sluice.simulator}. */
module sluice.simulator {
    requires sluice.api;
    requires sluice.wire;
    requires com.fasterxml.jackson.core;
    requires info.picocli;
}
