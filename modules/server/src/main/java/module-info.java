/**
 * The gateway: the data port's connection, the life of a request, the way to the accounts, the command line and operations.
 * Start at {@link sluice.server}. Uses every service of {@code sluice.api}, provides none.
 */
module sluice.server {
    requires sluice.api;
    requires sluice.net;
    requires sluice.http1;
    requires sluice.websocket;
    requires sluice.config;
    requires sluice.failures;
    requires sluice.records;
    requires sluice.clients;
    requires sluice.ops;
    requires sluice.probe;
    requires sluice.json;
    requires sluice.responses;
    requires io.helidon.webserver;
    requires io.helidon.logging.jul;
    requires info.picocli;
    requires com.fasterxml.jackson.core;
    requires java.logging;
    requires jdk.net; // keepalive times of the admin port
    requires jdk.unsupported; // sun.misc.Signal: a shutdown hook cannot see a second SIGTERM, nor any SIGHUP

    uses sluice.api.AccountScheduler.Factory;
    uses sluice.api.AnswerRelay;
    uses sluice.api.BodyCollector;
    uses sluice.api.BodyDecoder;
    uses sluice.api.BodyScanner;
    uses sluice.api.Command;
    uses sluice.api.ConnectionSeats.Factory;
    uses sluice.api.EventInspector;
    uses sluice.api.EventRelay;
    uses sluice.api.SelectionPolicy.Factory;
    uses sluice.api.SharedState.Factory;
    uses sluice.api.StreamThreads.Factory;
    uses sluice.api.TurnPool.Factory;
    uses sluice.api.Upstream.Factory;
    uses sluice.api.UsageSink.Factory;
    uses sluice.http1.StreamProtocol;

    opens sluice.server to info.picocli; // it fills the options of commands
}
