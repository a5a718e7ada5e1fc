package sluice.server;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import sluice.buffers.ArrayShelf;
import sluice.clients.KeptUses;
import sluice.config.Configuration;
import sluice.config.LogSettings;
import sluice.config.OpenFiles;
import sluice.config.ServerSettings;
import sluice.edge.DataPort;
import sluice.forward.Gateway;
import sluice.ops.HeapTrimmer;
import sluice.ops.Operations;
import sluice.probe.Probe;
import sluice.records.AccessLog;
import sluice.records.LineWriter;
import sluice.records.RequestObservers;
import sluice.records.SparingObserver;

/**
 * A running gateway: its parts, its ports, and its life from start over reloads to the drain. Start, reload and stop are for
 * one thread at a time.
 */
final class GatewayProcess implements AutoCloseable {
    /** Enough to see what is wrong, of a client that is refused. */
    private static final int MOST_FREE_LINES = 1000;
    private static final int FREE_LINES_PER_SECOND = 20;

    /** How often a drain looks whether the last request has ended. */
    private static final Duration DRAIN_STEP = Duration.ofMillis(20);
    /** No handshake takes longer, but for one whose packets were lost. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(1);
    /** For the last words to clients whose time is over, and for WebSockets to be closed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Assembly assembly;
    private final Logging log;
    private final Gateway gateway;
    private final PortsTls tls;
    private final Probe probe;
    private final OperationsView view;
    private final Operations operations;
    private final ClientKeys keys;
    private final Listeners listeners;
    private final HeapTrimmer memory;
    private Configuration configuration;
    private volatile boolean ended;

    /**
     * Where lines go, and the form that they have.
     *
     * @param lines the writer of the lines of requests
     * @param requests what makes these lines
     */
    private record Logging(LineWriter lines, AccessLog requests) {
        private void apply(LogSettings settings) {
            requests.form(AccessLog.Form.valueOf(settings.requests().name()));
            ProcessLog.apply(settings);
        }
    }

    private GatewayProcess(Configuration configuration, Assembly assembly, Logging log, Gateway gateway,
            PortsTls tls, Probe probe, OperationsView view, Operations operations, ClientKeys keys, Listeners listeners) {
        this.configuration = configuration;
        this.assembly = assembly;
        this.log = log;
        this.gateway = gateway;
        this.tls = tls;
        this.probe = probe;
        this.view = view;
        this.operations = operations;
        this.keys = keys;
        this.listeners = listeners;
        memory = HeapTrimmer.watch(gateway::inFlight, gateway::served, ArrayShelf.shared()::clear);
    }

    /**
     * Starts a gateway; when this returns, both ports take requests.
     *
     * @param log where the line of each request goes
     * @throws IOException if a port cannot be had, or the certificate cannot be used
     */
    static GatewayProcess start(Configuration configuration, OutputStream log) throws IOException {
        return start(configuration, Providers.find(configuration.modules()), log);
    }

    /** Starts a gateway with providers that were found otherwise. */
    static GatewayProcess start(Configuration configuration, Providers providers, OutputStream log) throws IOException {
        ProcessLog.install(configuration.log());
        LineWriter lines = new LineWriter(log);
        AccessLog accessLog = new AccessLog(lines, AccessLog.Form.valueOf(configuration.log().requests().name()));
        RequestObservers observers = RequestObservers.NONE.with(RequestObservers.Role.LOG,
                new SparingObserver(accessLog, "lines of their own", MOST_FREE_LINES, FREE_LINES_PER_SECOND));
        Assembly assembly = new Assembly(configuration, providers, observers);
        try {
            assembly.restoreSpending(configuration);
            PortsTls tls = PortsTls.read(configuration.server());
            ClientKeys keys = new ClientKeys(assembly.keyRing(configuration), configuration, assembly.epochMillis());
            Gateway gateway = assembly.gateway(keys.merged());
            ServerSettings server = configuration.server();
            DataPort data = assembly.dataPort(configuration, gateway, tls.data());
            Listeners.Place place = new Listeners.Place(server.host(), server.port(), server.reusePort(),
                    configuration.limits().connections() + OpenFiles.ofThisProcess().refused());
            Probe.Opener beside = upstream -> SecondGateway.open(upstream, configuration, providers);
            Probe probe = new Probe(server.admin().probe() ? beside : Probe.Opener.NONE, Probe.Pace.USUAL,
                    assembly.clock());
            OperationsView view = new OperationsView(gateway, assembly, lines, probe, keys, data, tls);
            Operations operations = new Operations(view, configuration.server().admin(),
                    assembly.epochMillis());
            assembly.observe(record -> operations.ended(record.endedRequest()));
            keys.follow(merged -> {
                gateway.apply(assembly.putInForce(merged));
                view.apply(merged);
            });
            keys.apply(configuration);
            assembly.sweeper().watch(new KeptUses(keys::look, keys::saveUses));
            Listeners.Admin admin = new Listeners.Admin(server.admin().host(), server.admin().port(), tls.admin(),
                    listening -> new AdminRoutes(gateway, operations, listening).routing(), operations::sweep);
            return new GatewayProcess(configuration, assembly, new Logging(lines, accessLog), gateway, tls, probe, view, operations, keys,
                    Listeners.open(place, data, Optional.of(admin)));
        } catch (RuntimeException | IOException e) {
            assembly.close();
            lines.close();
            throw e;
        }
    }

    /** The data port in use. */
    int port() {
        return listeners.port();
    }

    /** The admin port in use. */
    int adminPort() {
        return listeners.adminPort();
    }

    /** Both ports. */
    Listeners listeners() {
        return listeners;
    }

    /** The gateway, for operations. */
    Gateway gateway() {
        return gateway;
    }

    /** Waits until the lines of requests that have ended are written. */
    void flushLog() {
        log.lines().flush();
    }

    /**
     * New requests are served under {@code next}; requests under way end under what they began with.
     *
     * @throws IOException if the certificate of a port cannot be used; then nothing has changed
     */
    void apply(Configuration next) throws IOException {
        tls.reload(next.server());
        keys.apply(next);
        operations.apply(next.server().admin());
        log.apply(next.log());
        configuration = next;
    }

    /** Operators see whether the file that was read last is in force. */
    void reloadRefused(boolean refused) {
        view.reloadRefused(refused);
    }

    /** Operators see {@code yaml} as the configuration in force. */
    void describe(String yaml) {
        view.describe(yaml);
    }

    /** Whether there is no client, neither of the configuration nor made at run time. */
    boolean servesWithoutKeys() {
        return keys.merged().clients().isEmpty();
    }

    /** The configuration in force. */
    Configuration configuration() {
        return configuration;
    }

    /**
     * Refuses new requests and waits until those under way have ended and WebSockets are closed, at most as long as the configuration
     * allows. Then it ends what is left, and each client is told so in the form of its answer.
     *
     * @param begun called once new requests are refused
     */
    void drain(Runnable begun) {
        drain(HANDSHAKE, begun);
    }

    /** The same; where another process has opened the port, too, new connections are left to it and nobody is refused. */
    void drain(Duration handshake, Runnable begun) {
        if (listeners.handOver(handshake)) {
            gateway.handOver();
        } else {
            gateway.drain();
        }
        begun.run();
        awaitQuiet(configuration.server().drain(), true);
        gateway.endAll();
        awaitQuiet(LAST_WORDS, false);
    }

    private void awaitQuiet(Duration longest, boolean mayBeHurried) {
        long end = assembly.clock().getAsLong() + longest.toNanos();
        while (underWay() > 0 && !(mayBeHurried && ended) && assembly.clock().getAsLong() - end < 0) {
            LockSupport.parkNanos(DRAIN_STEP.toNanos());
        }
    }

    /** Who keeps a connection open sends the next request on it, until it is told to close it. */
    private int underWay() {
        return gateway.inFlight() + gateway.openWebSockets() + (gateway.refuses() ? 0 : listeners.connections());
    }

    /** Ends a drain that is under way at once. */
    void hurry() {
        ended = true;
    }

    @Override
    public void close() {
        gateway.drain();
        memory.close();
        operations.close();
        probe.close();
        listeners.close();
        keys.saveUses();
        assembly.close();
        log.lines().close();
    }
}
