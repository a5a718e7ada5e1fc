package sluice.server;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.UsageSettings;
import sluice.ops.ClientStatus;
import sluice.ops.GatewayView;

/** The gateway as operations see it. Thread-safe. */
final class OperationsView implements GatewayView {
    private final Gateway gateway;
    private final Assembly assembly;
    private volatile Configuration configuration;
    private volatile Set<String> models;

    OperationsView(Gateway gateway, Assembly assembly, Configuration configuration) {
        this.gateway = gateway;
        this.assembly = assembly;
        this.configuration = configuration;
        models = modelsOf(configuration);
    }

    /** From now on, {@code next} is in force. */
    void apply(Configuration next) {
        configuration = next;
        models = modelsOf(next);
    }

    private static Set<String> modelsOf(Configuration configuration) {
        Set<String> names = new HashSet<>();
        configuration.accounts().stream().flatMap(account -> account.models().stream()).filter(rule -> !rule.isWildcard())
                .map(Account.ModelRule::from).forEach(names::add);
        configuration.usage().prices().stream().map(UsageSettings.ModelPrice::model).filter(model -> !model.endsWith("*"))
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
    public long bodyBytes() {
        return gateway.live().budget().usedBytes();
    }

    @Override
    public long bodyBudgetBytes() {
        return gateway.live().budget().totalBytes();
    }

    @Override
    public boolean draining() {
        return gateway.draining();
    }

    @Override
    public List<ClientStatus> clients() {
        List<ClientPolicy> policies = configuration.clients().isEmpty() ? List.of(ClientAuthenticator.LOCAL)
                : configuration.clients();
        long now = assembly.clock().getAsLong();
        List<ClientStatus> all = new ArrayList<>();
        for (ClientPolicy policy : policies) {
            assembly.client(policy.name()).ifPresent(client -> all.add(new ClientStatus(policy.name(), client.inFlight(),
                    policy.concurrency(), client.requests().count(now), policy.requestsPerMinute(), client.tokens().count(now),
                    policy.tokensPerMinute(), client.tokensInAll().get())));
        }
        return all;
    }

    @Override
    public Set<String> models() {
        return models;
    }
}
