package sluice.clients;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.config.Configuration;
import sluice.records.RequestObserver;
import sluice.records.RequestRecord;

/**
 * Puts a price on each request that has ended, and charges it to its client. A budget must hold also where a model has no price:
 * such a request counts for it by the dearest price of the table, though its cost is recorded as unknown. Thread-safe.
 */
public final class Settlement implements RequestObserver {
    private final Map<String, Client> clients;
    private volatile PriceTable prices;

    /** Charges the clients of {@code clients} by the prices of {@code configuration}. */
    public Settlement(Map<String, Client> clients, Configuration configuration) {
        this.clients = clients;
        prices = new PriceTable(configuration.usage().prices());
    }

    /** From now on the prices of {@code configuration} count. */
    public void apply(Configuration configuration) {
        prices = new PriceTable(configuration.usage().prices());
    }

    @Override
    public void ended(RequestRecord record) {
        record.cost = prices.costNanoDollars(record.model, record.upstreamModel, record.usage);
        charge(record.client, record.epochMillis, record.cost, record.usage);
    }

    private void charge(String name, long epochMillis, OptionalLong cost, TokenUsage usage) {
        Client client = clients.get(name);
        if (client != null) {
            client.spending().add(epochMillis, cost.isPresent() ? cost.getAsLong() : prices.mostNanoDollars(usage));
        }
    }

    /**
     * Charges what clients with a budget have spent this month, as a former process recorded it.
     *
     * @param client the client of a name, made if need be
     */
    public void restore(UsageSink.Factory ledger, Configuration configuration, Function<String, Client> client, long nowEpochMillis)
            throws IOException {
        if (configuration.clients().stream().allMatch(policy -> policy.budget().dayUsd() == 0 && policy.budget().monthUsd() == 0)) {
            return;
        }
        configuration.clients().forEach(policy -> client.apply(policy.name()));
        long unreadable = ledger.read(configuration.usage().sink(), Spending.startOfMonth(nowEpochMillis), Long.MAX_VALUE,
                this::charge);
        if (unreadable > 0) {
            System.getLogger("sluice.clients").log(System.Logger.Level.WARNING, "usage.path: " + unreadable
                    + " records cannot be read; budgets do not count them");
        }
    }

    private void charge(UsageRecord record) {
        charge(record.client(), record.epochMillis(), record.costNanoDollars(), record.usage());
    }
}
