package sluice.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.SharedState;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.api.UpstreamSettings;
import sluice.api.UsageSink;
import sluice.clients.AccountBudgets;
import sluice.clients.Admission;
import sluice.clients.Allowance;
import sluice.clients.Allowances;
import sluice.clients.BackgroundSettler;
import sluice.clients.Books;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Clients;
import sluice.clients.KeyRing;
import sluice.clients.KeyUse;
import sluice.clients.Settlement;
import sluice.clients.SpendingFile;
import sluice.clients.SpendingRecovery;
import sluice.clients.SpendingStore;
import sluice.config.Configuration;
import sluice.config.FailoverSettings;
import sluice.config.KeyHash;
import sluice.config.OpenFiles;
import sluice.config.StateSettings;
import sluice.edge.DataPort;
import sluice.edge.DataTls;
import sluice.forward.Gateway;
import sluice.forward.InForce;
import sluice.forward.InForceMaker;
import sluice.forward.WebSocketRefusals;
import sluice.http1.StreamProtocol;
import sluice.net.CoarseSweeper;
import sluice.net.ReadPoller;
import sluice.net.StreamThreads;
import sluice.records.RequestObserver;
import sluice.records.RequestObservers;
import sluice.records.SparingObserver;
import sluice.turns.TurnRules;
import sluice.turns.WebSocketDoor;

/**
 * Puts the gateway together from a configuration: makes the parts that live as long as the
 * process, and an {@link InForce} for each configuration that is applied. {@link #putInForce} is for one thread at a time.
 */
final class Assembly implements AutoCloseable {
    /** A day of them takes less than 60 MB: they must not drive out records of what costs money. */
    private static final int MOST_FREE_RECORDS = 1000;
    private static final int FREE_RECORDS_PER_SECOND = 1;

    private final LongSupplier clock = System::nanoTime;
    private final LongSupplier epochMillis = System::currentTimeMillis;
    private final Sweeper sweeper = new CoarseSweeper(clock);
    private final ReadPoller poller = new ReadPoller();
    private final Allowances allowances = new Allowances();
    private final Clients clients = new Clients(allowances);
    private final Optional<SpendingFile> spending;
    private final Providers providers;
    private final SharedState state;
    private final AccountScheduler scheduler;
    private final Upstream upstream;
    private final TurnPool turnPool;
    private final StreamThreads streams;
    private final UsageSink usage;
    private final InForceMaker inForceMaker;
    private final Settlement settlement;
    private final BackgroundSettler settler;
    /** Of the configuration in force. */
    private volatile List<Account> accounts = List.of();
    private volatile TurnRules turnRules;
    private volatile RequestObservers observers;
    private final WebSocketRefusals refusals = new WebSocketRefusals(clock);

    Assembly(Configuration configuration, Providers providers, RequestObservers log) {
        this.providers = providers;
        state = providers.state().create(stateSettings(configuration.state(), configuration.scheduler().sticky()));
        scheduler = providers.scheduler().create(configuration.scheduler(), providers.policy().create(configuration.scheduler()), state);
        UpstreamSettings connections = new UpstreamSettings(new UpstreamSettings.Idle(configuration.upstream().maxIdlePerAccount(),
                OpenFiles.ofThisProcess().idle(), configuration.upstream().idleTimeout()), configuration.upstream().headerBytes(),
                staleReset(configuration.failover()), configuration.upstream().trustedCertificates(), sweeper, clock);
        upstream = providers.upstream().create(connections);
        turnPool = providers.turnPool().create(connections, configuration.webSocket().pool(), providers.seats());
        streams = providers.streams().create();
        usage = providers.usage().create(configuration.usage().sink());
        inForceMaker = new InForceMaker(new InForceMaker.Bodies(providers.scanner(), providers.collector(), providers.decoders()),
                new InForceMaker.Relays(providers.events(), providers.answers(), streams),
                new InForceMaker.AccountParts(scheduler, upstream, turnPool, state, refusals),
                new InForceMaker.Clocks(sweeper, clock, epochMillis), configuration.limits().bodiesInFlightBytes());
        spending = spendingFile(configuration);
        settlement = new Settlement(allowances, spending.<SpendingStore>map(file -> file).orElse(SpendingStore.NOWHERE), configuration,
                clock, epochMillis);
        settler = new BackgroundSettler(settlement, inForceMaker.backgroundUsage(configuration, () -> accounts),
                record -> observers().ended(record), clock);
        sweeper.watch(settler);
        sweeper.watch(new AccountBudgets(settlement.books(), scheduler));
        observers = log.with(RequestObservers.Role.LEDGER, new SparingObserver(record -> usage.record(record.usageRecord()),
                "records of usage", MOST_FREE_RECORDS, FREE_RECORDS_PER_SECOND));
    }

    private static Map<String, String> stateSettings(StateSettings state, SchedulerSettings.Sticky sessions) {
        Map<String, String> settings = new HashMap<>(Map.of("save-every", state.saveEvery().toString(),
                "session-ttl", sessions.ttl().toString(), "max-sessions", Integer.toString(sessions.maxEntries()),
                "owner-ttl", state.ownerTtl().toString(), "max-owners", Integer.toString(state.maxOwners())));
        state.path().ifPresent(file -> settings.put("path", file.toString()));
        return settings;
    }

    /** What budgets have spent is kept beside the state, or else beside the usage; without either, nowhere. */
    private Optional<SpendingFile> spendingFile(Configuration configuration) {
        return configuration.state().path().or(() -> Optional.ofNullable(configuration.usage().sink().get("path")).map(Path::of))
                .map(beside -> new SpendingFile(beside.resolveSibling(beside.getFileName() + ".spending"), allowances));
    }

    /** The clients that were made at run time, beside the state; empty where no state is kept. */
    Optional<KeyRing> keyRing(Configuration configuration) throws IOException {
        Optional<Path> path = configuration.state().path();
        return path.isEmpty() ? Optional.empty()
                : Optional.of(KeyRing.open(path.get().resolveSibling(path.get().getFileName() + ".clients"), clients));
    }

    /** What everybody has spent. */
    List<Allowance> allowances() {
        return allowances.all();
    }

    /** When a key was used last. */
    KeyUse use(KeyHash key) {
        return clients.use(key);
    }

    private RequestObservers observers() {
        return observers;
    }

    /** What was spent, and what may be. */
    Books books() {
        return settlement.books();
    }

    /** Who forbids that a request runs twice forbids it here, too. */
    private static Duration staleReset(FailoverSettings failover) {
        return failover.resendAfterSend() == FailoverSettings.ResendAfterSend.NEVER ? Duration.ZERO : failover.staleReset();
    }

    Sweeper sweeper() {
        return sweeper;
    }

    LongSupplier clock() {
        return clock;
    }

    LongSupplier epochMillis() {
        return epochMillis;
    }

    AccountScheduler scheduler() {
        return scheduler;
    }

    /** WebSocket connections to accounts. */
    TurnPool turnPool() {
        return turnPool;
    }

    /** Streams to clients that are open. */
    int openStreams() {
        return inForceMaker.openStreams();
    }

    /** The state of a client, which is made with the first configuration that has it. */
    Optional<Client> client(String name) {
        return clients.known(name);
    }

    /** From the next {@link #putInForce} on, {@code operations} are told of every request. */
    void observe(RequestObserver operations) {
        observers = observers.with(RequestObservers.Role.OPERATIONS, operations);
    }

    /** Gives the parts their share of {@code configuration}, at once; returns what requests are to be served by. */
    InForce putInForce(Configuration configuration) {
        settlement.books().apply(configuration);
        accounts = configuration.accounts();
        settler.lookAfter(configuration.usage().settleBackground().toMillis());
        scheduler.apply(configuration.accounts());
        upstream.apply(configuration.accounts());
        turnPool.apply(configuration.accounts());
        turnRules = TurnRules.of(configuration, upstream, scheduler, refusals, clock);
        return inForceMaker.make(configuration, new ClientAuthenticator(configuration.clients(), configuration.teams(), clients),
                new Admission(settlement), observers);
    }

    /** The gateway, under {@code configuration} until another is applied. */
    Gateway gateway(Configuration configuration) {
        return new Gateway(putInForce(configuration), gateway -> new WebSocketDoor(gateway, () -> turnRules, turnPool, sweeper, clock,
                epochMillis), clock, epochMillis);
    }

    /** The data port, which is not open yet. */
    DataPort dataPort(Configuration configuration, Gateway gateway, Optional<DataTls> tls) {
        List<StreamProtocol> protocols = configuration.server().http2() ? streamProtocols() : List.of();
        return new DataPort(configuration, gateway, protocols, tls, streams, poller, sweeper, clock);
    }

    /** Protocols that carry many requests on a connection: their modules may be left out of an image. */
    private static List<StreamProtocol> streamProtocols() {
        List<StreamProtocol> all = ServiceLoader.load(StreamProtocol.class).stream().map(ServiceLoader.Provider::get).toList();
        if (all.isEmpty()) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING,
                    "server.http2 is true, but the module sluice.http2 is not here: clients are served by HTTP/1.1");
        }
        return all;
    }

    /** Charges clients with a budget what a former process kept for them, or recorded if it kept nothing. */
    void restoreSpending(Configuration configuration) throws IOException {
        if (spending.isPresent()) {
            spending.get().restore(new SpendingRecovery(settlement), record -> observers().ended(record),
                    () -> restoreFromLedger(configuration));
        } else {
            restoreFromLedger(configuration);
        }
    }

    private void restoreFromLedger(Configuration configuration) throws IOException {
        long unreadable = new SpendingRecovery(settlement).fromLedger(providers.usage(), configuration);
        if (unreadable > 0) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING, "usage.path: " + unreadable
                    + " records cannot be read; budgets do not count them");
        }
    }

    /** Usage records that could not be kept. */
    long usageLost() {
        return usage.lost();
    }

    @Override
    public void close() {
        scheduler.close();
        turnPool.close();
        upstream.close();
        streams.close();
        usage.close();
        spending.ifPresent(SpendingFile::close);
        state.close();
        sweeper.close();
        poller.close();
    }
}
