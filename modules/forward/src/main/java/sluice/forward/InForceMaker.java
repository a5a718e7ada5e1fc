package sluice.forward;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.api.AnswerRelay;
import sluice.api.BodyDecoder;
import sluice.api.BodyScanner;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.SharedState;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.buffers.BodyCollector;
import sluice.clients.Admission;
import sluice.clients.BackgroundUsage;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Reserve;
import sluice.config.Configuration;
import sluice.config.FailoverSettings;
import sluice.config.StateSettings;
import sluice.config.StreamSettings;
import sluice.net.StreamThreads;
import sluice.records.RequestObservers;
import sluice.responses.SessionSource;

/**
 * What requests are served by under every configuration, and what makes an {@link InForce} for each of them. Thread-safe;
 * {@link #make} is for one thread at a time.
 */
public final class InForceMaker {
    private final Bodies bodies;
    private final Relays relays;
    private final AccountParts accounts;
    private final Clocks clocks;
    private final ByteBudget budget;
    private final AtomicInteger openStreams = new AtomicInteger();

    /** What takes bodies in. */
    public record Bodies(BodyScanner scanner, BodyCollector collector, List<BodyDecoder> decoders) { }

    /** What passes answers on. */
    public record Relays(EventRelay events, AnswerRelay answers, StreamThreads streams) { }

    /**
     * The accounts, and the ways to them.
     *
     * @param state what is remembered of sessions and owners
     * @param refusals accounts that turned out to have no WebSocket
     */
    public record AccountParts(AccountScheduler scheduler, Upstream upstream, TurnPool turnPool, SharedState state,
            WebSocketRefusals refusals) { }

    /** What tells the time, and who is woken by it. */
    public record Clocks(Sweeper sweeper, LongSupplier nanos, LongSupplier epochMillis) { }

    /**
     * The parts of one gateway.
     *
     * @param budgetBytes what all bodies may hold together
     */
    public InForceMaker(Bodies bodies, Relays relays, AccountParts accounts, Clocks clocks, long budgetBytes) {
        this.bodies = bodies;
        this.relays = relays;
        this.accounts = accounts;
        this.clocks = clocks;
        budget = new ByteBudget(budgetBytes);
    }

    /** Streams to clients that are open. */
    public int openStreams() {
        return openStreams.get();
    }

    /**
     * What requests are served by under {@code configuration}.
     *
     * @param authenticator says who a client is
     * @param admission says whether it may
     * @param observers are told of each request
     */
    public InForce make(Configuration configuration, ClientAuthenticator authenticator, Admission admission,
            RequestObservers observers) {
        FailoverSettings failover = configuration.failover();
        Reserve reserve = Reserve.of(configuration);
        ResponseOwners owners = owners(configuration);
        budget.keep(reserve);
        BodyDecoders decoders = new BodyDecoders(bodies.decoders());
        Attempt.Settings settings = new Attempt.Settings(configuration.server().verifyEdits(),
                failover.encryptedContent() == FailoverSettings.EncryptedContent.STRIP,
                configuration.stream().serverTiming());
        Relaying relaying = new Relaying(relays.events(), relays.streams(), relays.answers(), relayOptions(configuration),
                configuration.stream().early(), owners, openStreams);
        Attempt attempt = new Attempt(relaying, settings, decoders, new GivenTurnStates(accounts.state().owners()),
                new IdempotencyKeys(accounts.state().keys(), owners.refusesUnknown()),
                clocks.nanos(), clocks.epochMillis());
        FailoverLoop loop = new FailoverLoop(accounts.scheduler(), attempt, failover.maxAttempts(), failover.deadline(),
                configuration.slotWait(), clocks.nanos());
        BodyReader reader = new BodyReader(decoders, bodies.collector(), configuration.limits().bodyBytes(),
                configuration.limits().bodyWait().toNanos());
        Way usual = new HttpWay(accounts.upstream(), accounts.turnPool(), accounts.refusals(),
                configuration.webSocket().unavailable());
        return new InForce(new InForce.Access(authenticator, admission), new InForce.Intake(reader, budget, bodies.scanner()),
                new InForce.Pool(accounts.scheduler(), loop, usual, owners, new SessionSource(accounts.state().keys()),
                        new ModelCatalog(configuration.accounts(), accounts.upstream(), configuration.server().modelsCache(),
                                clocks.nanos())),
                new InForce.Policy(failover.resendAfterSend(), new InForce.Room(configuration.limits().concurrentRequests(), reserve),
                        configuration.stream().onDisconnect() == StreamSettings.OnDisconnect.CANCEL,
                        configuration.server().otherPaths(), configuration.server().front().corsOrigins()),
                observers);
    }

    private ResponseOwners owners(Configuration configuration) {
        return new ResponseOwners(accounts.state().owners(), configuration.clients().size() > 1
                && configuration.state().unknownOwner() == StateSettings.UnknownOwner.REFUSE);
    }

    /** Asks accounts what became of background work; {@code known} are those of the configuration in force. */
    public BackgroundUsage backgroundUsage(Configuration first, Supplier<List<Account>> known) {
        return new BackgroundLook(accounts.upstream(), relays.answers(), relayOptions(first), known);
    }

    private RelayOptions relayOptions(Configuration configuration) {
        StreamSettings stream = configuration.stream();
        boolean drains = stream.onDisconnect() == StreamSettings.OnDisconnect.DRAIN;
        return RelayOptions.defaults(clocks.sweeper()).withRoom(stream.bufferBytes(), configuration.limits().eventBytes())
                .withHeld(configuration.failover().commit(), configuration.failover().holdBytes(), configuration.failover().hold())
                .withAfterTerminal(stream.afterTerminal())
                .withDrain(drains ? stream.drainTime() : Duration.ZERO, drains ? stream.drainBytes() : 0)
                .withClocks(clocks.nanos(), clocks.epochMillis());
    }
}
