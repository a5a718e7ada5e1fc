package sluice.clients;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.Quota;
import sluice.config.TeamPolicy;
import sluice.records.RequestRecord;

/**
 * The prices, days and budgets in force, and the sums that are held against them: what something costs, who pays for it, what each has
 * spent and what is reserved. Thread-safe.
 */
public final class Books {
    /** What was configured. */
    private record Terms(PriceTable prices, Calendar calendar, Map<String, Quota.Budget> accounts,
            Map<Allowance.Kind, Map<String, Quota.Budget>> budgets) { }

    private final Allowances allowances;
    private final LongSupplier epochMillis;
    private volatile Terms terms;

    Books(Allowances allowances, Configuration configuration, LongSupplier epochMillis) {
        this.allowances = allowances;
        this.epochMillis = epochMillis;
        apply(configuration);
    }

    /** From now on the prices and budgets of {@code configuration} count. */
    public void apply(Configuration configuration) {
        Map<Allowance.Kind, Map<String, Quota.Budget>> budgets = new EnumMap<>(Map.of(
                Allowance.Kind.CLIENT, configuration.clients().stream().collect(Collectors.toMap(ClientPolicy::name,
                        client -> client.quota().budget())),
                Allowance.Kind.TEAM, configuration.teams().stream().collect(Collectors.toMap(TeamPolicy::name,
                        team -> team.quota().budget())),
                Allowance.Kind.ACCOUNT, configuration.usage().accounts()));
        terms = new Terms(new PriceTable(configuration.usage().prices()), new Calendar(configuration.usage().timeZone()),
                configuration.usage().accounts(), budgets);
    }

    /** The prices in force. */
    public PriceTable prices() {
        return terms.prices();
    }

    /** Where days and months begin. */
    public Calendar calendar() {
        return terms.calendar();
    }

    Allowances allowances() {
        return allowances;
    }

    long epochMillis() {
        return epochMillis.getAsLong();
    }

    /** The day that it is, as {@link Calendar#dayOf} counts them. */
    long today() {
        return calendar().dayOf(epochMillis());
    }

    /** What somebody may spend. */
    public Quota.Budget budgetOf(Allowance allowance) {
        Map<String, Quota.Budget> named = terms.budgets().get(allowance.kind());
        return named == null || named.isEmpty() ? Quota.Budget.NONE : named.getOrDefault(allowance.name(), Quota.Budget.NONE);
    }

    /** Whether nobody has a budget. */
    boolean areOpen() {
        return terms.budgets().values().stream().allMatch(named -> named.values().stream().allMatch(Quota.Budget::isOpen));
    }

    /** Accounts whose budget of this day or month is spent. */
    List<String> spentAccounts() {
        Terms now = terms;
        if (now.accounts().isEmpty()) {
            return List.of();
        }
        long day = now.calendar().dayOf(epochMillis());
        return now.accounts().entrySet().stream().filter(account -> allowances.of(Allowance.Kind.ACCOUNT, account.getKey()).spending()
                .isSpent(account.getValue(), day)).map(Map.Entry::getKey).toList();
    }

    /** The model that does the work. */
    static String modelOf(RequestRecord record) {
        return record.upstreamModel.isEmpty() ? record.model : record.upstreamModel;
    }

    /** What the usage of a request costs; empty if its model has no price. */
    OptionalLong costOf(RequestRecord record) {
        return prices().costNanoDollars(modelOf(record), record.tier, record.usage);
    }

    /** Somebody has spent this, of which so much had been reserved. */
    void spend(Allowance allowance, long day, long nanoDollars, long reserved) {
        Spending.Sums sums = allowance.spending().settle(day, nanoDollars, reserved);
        if (nanoDollars > 0) {
            SoftLimit.tell(allowance, budgetOf(allowance), sums, nanoDollars);
        }
    }

    /** All of them have spent this, and nothing was reserved for it. */
    SpendingChange.Charged charged(long day, long nanoDollars, List<Allowance> who) {
        who.forEach(payer -> spend(payer, day, nanoDollars, 0));
        return new SpendingChange.Charged(day, nanoDollars, who);
    }

    /** The payers of background work have spent this, and what was reserved for it is reserved no more. */
    SpendingChange.Charged charged(Pending one, long day, long nanoDollars) {
        List<Allowance> who = payers(one);
        for (Allowance payer : who) {
            spend(payer, day, nanoDollars, reserves(payer) ? one.nanoDollars() : 0);
        }
        return new SpendingChange.Charged(day, nanoDollars, who);
    }

    /** What background work is expected to cost is reserved, whatever the budgets say. */
    void reserve(Pending one) {
        payers(one).stream().filter(Books::reserves).forEach(payer -> payer.spending().reserve(one.nanoDollars()));
    }

    /** It is reserved no more. */
    void free(Pending one) {
        payers(one).stream().filter(Books::reserves).forEach(payer -> payer.spending().settle(0, 0, one.nanoDollars()));
    }

    /** Who pays for background work. */
    List<Allowance> payers(Pending one) {
        return payers(one.whose(), one.model());
    }

    /** Who pays for what {@code model} does. */
    List<Allowance> payers(Pending.Whose whose, String model) {
        List<Allowance> all = new ArrayList<>(List.of(allowances.of(Allowance.Kind.CLIENT, whose.client())));
        if (!whose.team().isEmpty()) {
            all.add(allowances.of(Allowance.Kind.TEAM, whose.team()));
        }
        if (!whose.account().isEmpty()) {
            all.add(allowances.of(Allowance.Kind.ACCOUNT, whose.account()));
        }
        all.add(allowances.ofModel(model));
        return all;
    }

    /** Accounts and models are charged, but nothing is reserved for them. */
    private static boolean reserves(Allowance payer) {
        return payer.kind() == Allowance.Kind.CLIENT || payer.kind() == Allowance.Kind.TEAM;
    }
}
