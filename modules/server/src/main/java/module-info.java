/**
 * The command line, and what puts a gateway together from the rooms and providers that there are.
 * Start at {@link sluice.server}. Uses every service of {@code sluice.api}, provides none.
 */
module sluice.server {
    requires sluice.admin;
    requires sluice.api;
    requires sluice.buffers;
    requires sluice.clients;
    requires sluice.config;
    requires sluice.edge;
    requires sluice.failures;
    requires sluice.forward;
    requires sluice.http1;
    requires sluice.json;
    requires sluice.net;
    requires sluice.ops;
    requires sluice.probe;
    requires sluice.records;
    requires sluice.turns;
    requires io.helidon.webserver;
    requires io.helidon.logging.jul;
    requires info.picocli;
    requires java.logging;
    requires jdk.unsupported; // sun.misc.Signal: a shutdown hook cannot see a second SIGTERM, nor any SIGHUP

    uses sluice.api.AccountScheduler.Factory;
    uses sluice.api.AnswerRelay;
    uses sluice.buffers.BodyCollector;
    uses sluice.api.BodyDecoder;
    uses sluice.api.BodyScanner;
    uses sluice.api.Command;
    uses sluice.api.TurnPool.Seats.Factory;
    uses sluice.api.EventRelay;
    uses sluice.api.SelectionPolicy.Factory;
    uses sluice.api.SharedState.Factory;
    uses sluice.net.StreamThreads.Factory;
    uses sluice.api.TurnPool.Factory;
    uses sluice.api.Upstream.Factory;
    uses sluice.api.UsageSink.Factory;
    uses sluice.http1.StreamProtocol;

    opens sluice.server to info.picocli; // it fills the options of commands
}
