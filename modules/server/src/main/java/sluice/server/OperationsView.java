package sluice.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.api.Decision;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.NamePattern;
import sluice.api.TurnPool;
import sluice.clients.Calendar;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.IssuedClient;
import sluice.clients.Spending;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.ModelPrice;
import sluice.config.Quota;
import sluice.edge.DataPort;
import sluice.forward.DryRun;
import sluice.forward.Gateway;
import sluice.ops.ClientStatus;
import sluice.ops.Condition;
import sluice.ops.Explanation;
import sluice.ops.GatewayView;
import sluice.ops.KeyDesk;
import sluice.ops.Money;
import sluice.probe.AddedTime;
import sluice.probe.Probe;
import sluice.records.LineWriter;

/** The gateway as operations see it. Thread-safe. */
final class OperationsView implements GatewayView {
    private final Gateway gateway;
    private final Assembly assembly;
    private final LineWriter lines;
    private final Probe probe;
    private final ClientKeys keys;
    private volatile Configuration configuration;
    private volatile Set<String> models;
    private volatile String effective = "";
    private final DataPort data;
    private final PortsTls tls;
    private volatile boolean reloadRefused;

    OperationsView(Gateway gateway, Assembly assembly, LineWriter lines, Probe probe, ClientKeys keys, DataPort data,
            PortsTls tls) {
        this.data = data;
        this.tls = tls;
        this.gateway = gateway;
        this.assembly = assembly;
        this.lines = lines;
        this.probe = probe;
        this.keys = keys;
        configuration = keys.merged();
        models = modelsOf(configuration);
    }

    /** From now on, {@code next} is in force. */
    void apply(Configuration next) {
        configuration = next;
        models = modelsOf(next);
    }

    private static Set<String> modelsOf(Configuration configuration) {
        Set<String> names = new HashSet<>();
        configuration.accounts().stream().flatMap(account -> account.offer().models().stream()).filter(rule -> !rule.isWildcard())
                .map(Account.ModelRule::from).forEach(names::add);
        configuration.usage().prices().stream().map(ModelPrice::model).filter(model -> !new NamePattern(model).isWild())
                .forEach(names::add);
        return Set.copyOf(names);
    }

    @Override
    public AccountScheduler scheduler() {
        return assembly.scheduler();
    }

    @Override
    public int inFlight() {
        return gateway.inFlight();
    }

    @Override
    public int openStreams() {
        return assembly.openStreams();
    }

    @Override
    public int openWebSockets() {
        return gateway.openWebSockets();
    }

    @Override
    public TurnPool.Seats.Counts webSocketPool(String account) {
        return assembly.turnPool().counts(account);
    }

    @Override
    public long bodyBytes() {
        return gateway.inForce().budget().usedBytes();
    }

    @Override
    public long bodyBudgetBytes() {
        return gateway.inForce().budget().totalBytes();
    }

    @Override
    public boolean draining() {
        return gateway.draining();
    }

    @Override
    public AddedTime addedTime(boolean watching) {
        return probe.ask(watching);
    }

    @Override
    public List<ClientStatus> clients() {
        long now = assembly.clock().getAsLong();
        List<ClientStatus> all = new ArrayList<>();
        for (ClientPolicy policy : policies()) {
            assembly.client(policy.name()).ifPresent(client -> all.add(new ClientStatus(who(policy), client.inFlight(),
                    policy.quota().concurrency(), client.allowance().requests().count(now), policy.quota().requestsPerMinute(),
                    client.allowance().tokens().count(now), policy.quota().tokensPerMinute(), client.tokensInAll().get(),
                    spending(client, policy))));
        }
        return all;
    }

    private ClientStatus.Who who(ClientPolicy policy) {
        Optional<IssuedClient> issued = keys.issued(policy.name());
        List<ClientStatus.Key> shown = issued.isPresent()
                ? issued.get().keys().stream().map(key -> key(key.key(), Instant.ofEpochMilli(key.issuedMillis()))).toList()
                : policy.access().keys().stream().map(key -> key(key, Instant.MIN)).toList();
        return new ClientStatus.Who(policy.name(), policy.team(), issued.isPresent(), policy.models(), shown);
    }

    private ClientStatus.Key key(ClientPolicy.Key key, Instant issued) {
        long last = assembly.use(key.hash()).lastMillis();
        return new ClientStatus.Key(key.hash().hex().substring(0, 12), issued, key.expires(),
                last == 0 ? Instant.MIN : Instant.ofEpochMilli(last));
    }

    @Override
    public Money money() {
        long now = assembly.epochMillis().getAsLong();
        Calendar calendar = assembly.books().calendar();
        long today = calendar.dayOf(now);
        List<Money.Sum> sums = new ArrayList<>();
        assembly.allowances().forEach(allowance -> {
            Spending.Sums spent = allowance.spending().at(today);
            Quota.Budget budget = assembly.books().budgetOf(allowance);
            if (!budget.isOpen() || spent.monthNanoDollars() > 0 || spent.reservedNanoDollars() > 0) {
                sums.add(new Money.Sum(Money.Kind.valueOf(allowance.kind().name()), allowance.name(),
                        new Money.Part(spent.dayNanoDollars(), budget.dayUsd()),
                        new Money.Part(spent.monthNanoDollars(), budget.monthUsd()), spent.reservedNanoDollars()));
            }
        });
        sums.sort(Comparator.comparing(Money.Sum::kind).thenComparing(sum -> -sum.month().nanoDollars())
                .thenComparing(Money.Sum::name));
        return new Money(Instant.ofEpochMilli(now).plus(calendar.untilTomorrow(now)),
                Instant.ofEpochMilli(now).plus(calendar.untilNextMonth(now)), sums);
    }

    @Override
    public KeyDesk keys() {
        return keys;
    }

    private ClientStatus.Spending spending(Client client, ClientPolicy policy) {
        Spending.Sums sums = client.allowance().spending().at(assembly.books().calendar()
                .dayOf(assembly.epochMillis().getAsLong()));
        return new ClientStatus.Spending(sums.dayNanoDollars(), policy.quota().budget().dayUsd(), sums.monthNanoDollars(),
                policy.quota().budget().monthUsd());
    }

    /** Whether the file that was read last was refused. */
    void reloadRefused(boolean refused) {
        reloadRefused = refused;
    }

    @Override
    public Condition condition() {
        return new Condition(Condition.thisVersion(), data.listening(), reloadRefused, tls.ends());
    }

    @Override
    public long usageLost() {
        return assembly.usageLost();
    }

    @Override
    public long logLost() {
        return lines.lost();
    }

    @Override
    public Set<String> models() {
        return models;
    }

    /** From now on, {@code yaml} is what operators see as the configuration in force. */
    void describe(String yaml) {
        effective = yaml;
    }

    @Override
    public String effectiveConfiguration() {
        return effective;
    }

    @Override
    public void drain() {
        gateway.drain();
    }

    @Override
    public Explanation explain(String client, Headers headers, byte[] body) {
        List<ClientPolicy> policies = policies();
        Optional<ClientPolicy> policy = client.isEmpty() ? Optional.of(policies.getFirst())
                : policies.stream().filter(one -> one.name().equals(client)).findFirst();
        if (policy.isEmpty()) {
            return new Explanation.Refused(GatewayError.client(404, "unknown_client", "There is no client '" + client + "'."));
        }
        return switch (DryRun.of(gateway.inForce(), configuration, policy.get(), headers, body, assembly.clock().getAsLong())) {
            case DryRun.Refused(GatewayError error) -> new Explanation.Refused(error);
            case DryRun.Explained(Decision decision, String sessionSource, String upstreamModel, List<String> edits) ->
                new Explanation.Explained(decision, sessionSource, upstreamModel, edits);
        };
    }

    private List<ClientPolicy> policies() {
        return configuration.clients().isEmpty() ? List.of(ClientAuthenticator.LOCAL) : configuration.clients();
    }
}
