package sluice.server;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import sluice.api.Account;
import sluice.api.Secret;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.config.Configuration;
import sluice.config.ServerSettings;
import sluice.config.UsageSettings;
import sluice.edge.DataPort;
import sluice.probe.Probe;
import sluice.records.RequestObservers;

/**
 * A gateway beside the one that serves, for the probe: it has the same settings and the same providers, but one account, no
 * clients, a free port of this machine without TLS, and no record of what it did. Thread-safe.
 */
final class SecondGateway implements Probe.Opened {
    private static final String LOOPBACK = "127.0.0.1";
    /** The probe has one; whoever else on this machine finds the port may have the rest. */
    private static final int MOST_CONNECTIONS = 8;
    /** Longer than any pause between two probes. */
    private static final Duration IDLE = Duration.ofHours(1);

    private final Assembly assembly;
    private final Listeners listeners;

    private SecondGateway(Assembly assembly, Listeners listeners) {
        this.assembly = assembly;
        this.listeners = listeners;
    }

    /**
     * Opens one.
     *
     * @param upstream where its account is
     * @param first the configuration of the gateway that serves
     * @param providers its providers
     * @throws IOException if there is no port
     */
    static SecondGateway open(URI upstream, Configuration first, Providers providers) throws IOException {
        Configuration configuration = beside(first, Account.of("probe", upstream, new Secret("probe")));
        Assembly assembly = new Assembly(configuration, providers.withUsage(new Forgetting()), RequestObservers.NONE);
        try {
            DataPort data = assembly.dataPort(configuration, assembly.gateway(configuration), Optional.empty());
            Listeners.Place place = new Listeners.Place(LOOPBACK, 0, false, MOST_CONNECTIONS);
            return new SecondGateway(assembly, Listeners.open(place, data, Optional.empty()));
        } catch (RuntimeException | IOException e) {
            assembly.close();
            throw e;
        }
    }

    private static Configuration beside(Configuration first, Account account) {
        ServerSettings server = first.server();
        ServerSettings plain = new ServerSettings(LOOPBACK, 0, server.admin(), Optional.empty(), false, false, server.drain(),
                server.otherPaths(), IDLE, server.headTimeout(), server.bodyTimeout(), server.bodyRateBytes(),
                server.modelsCache(), server.verifyEdits(), server.reload(), ServerSettings.Front.NONE);
        return new Configuration(plain, first.limits(), List.of(), List.of(), List.of(account), first.scheduler(), first.slotWait(),
                first.stream(), first.failover(), first.upstream(), first.webSocket(), first.modules(),
                new UsageSettings(Map.of(), List.of(), Map.of(), first.usage().timeZone(), Duration.ZERO),
                first.state().inMemory(), first.log());
    }

    @Override
    public int port() {
        return listeners.port();
    }

    @Override
    public void close() {
        listeners.close();
        assembly.close();
    }

    /** Keeps no usage: what probes use is nobody's. */
    private static final class Forgetting implements UsageSink.Factory, UsageSink {
        @Override
        public String name() {
            return "forgetting";
        }

        @Override
        public UsageSink create(Map<String, String> settings) {
            return this;
        }

        @Override
        public long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader) {
            return 0;
        }

        @Override
        public void record(UsageRecord usage) {
            // nobody's
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
