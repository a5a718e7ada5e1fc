package sluice.clients;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import sluice.api.TokenUsage;
import sluice.api.UsageSink;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.Quota;
import sluice.config.TeamPolicy;
import sluice.records.RequestRecord;

/**
 * Puts a price on what a request used, and charges it once: to the client that made it, its team and its account. What nobody told
 * is estimated and marked; background work is settled when its usage is first seen, by whomever. A budget must hold also where a
 * model has no price: such a request counts for it by the dearest price of the table, though its cost is recorded as unknown.
 * Thread-safe.
 */
public final class Settlement {
    /** Pieces of the usual events of a stream around a token; most of an event is what says where it belongs. */
    private static final long BYTES_PER_DELTA = 256;

    /** What was configured. */
    private record Terms(PriceTable prices, Calendar calendar, Map<String, Quota.Budget> accounts,
            Map<Allowance.Kind, Map<String, Quota.Budget>> budgets) { }

    private final Allowances allowances;
    private final SpendingStore store;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;
    private final PendingResponses pending = new PendingResponses();
    private volatile Terms terms;

    /** A settlement that keeps its sums in {@code store}. */
    public Settlement(Allowances allowances, SpendingStore store, Configuration configuration, LongSupplier clock,
            LongSupplier epochMillis) {
        this.allowances = allowances;
        this.store = store;
        this.clock = clock;
        this.epochMillis = epochMillis;
        apply(configuration);
    }

    /** From now on the prices and budgets of {@code configuration} count. */
    public void apply(Configuration configuration) {
        Map<Allowance.Kind, Map<String, Quota.Budget>> budgets = Map.of(
                Allowance.Kind.CLIENT, configuration.clients().stream().collect(Collectors.toMap(ClientPolicy::name,
                        client -> client.quota().budget())),
                Allowance.Kind.TEAM, configuration.teams().stream().collect(Collectors.toMap(TeamPolicy::name,
                        team -> team.quota().budget())),
                Allowance.Kind.ACCOUNT, configuration.usage().accounts());
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

    long epochMillis() {
        return epochMillis.getAsLong();
    }

    /** Background work whose usage is not known yet, the oldest first. */
    List<Pending> pending() {
        return pending.all();
    }

    boolean nothingPending() {
        return pending.isEmpty();
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

    /** Gives back what was reserved for a request that is not served. */
    void giveBack(Party party, Reservation reservation, long tokens, long nowNanos) {
        party.allowance().tokens().correct(reservation.atNanos(), tokens, 0, nowNanos);
        party.allowance().spending().settle(calendar().dayOf(epochMillis()), 0, reservation.nanoDollars());
    }

    /** A request has ended. */
    void settle(Ticket ticket) {
        if (ticket.reservation().isPresent()) {
            made(ticket, ticket.reservation().get());
        } else if (!ticket.read().isEmpty()) {
            read(ticket);
        } else {
            // Nobody knew that it would use anything, but the answer says so.
            made(ticket, new Reservation(Claim.NOTHING, 0, clock.getAsLong()));
        }
    }

    private void made(Ticket ticket, Reservation reservation) {
        RequestRecord record = ticket.record();
        Claim claim = reservation.claim();
        boolean sent = record.sentNanos != 0;
        boolean untold = record.usage.total() == 0 || record.usage.estimated();
        if (claim.background() && sent && untold && succeededOrLeft(record) && isKeepable(record.responseId)) {
            record.usage = TokenUsage.NONE;
            record.cost = OptionalLong.of(0);
            Claim done = new Claim(modelOf(record), claim.tier(), claim.inputTokens(), claim.outputTokens(), true);
            keep(new Pending(record.requestId, record.epochMillis, new Pending.Whose(record.client, record.team, record.account),
                    record.responseId, done, reservation.nanoDollars()));
            return;
        }
        record.tier = claim.servedBy(record.toldTier).tier();
        record.usage = usageOf(record, claim);
        if (!record.usage.estimated() && record.usage.total() > 0) {
            ticket.known().client().means().add(record.model, record.usage);
        }
        ticket.known().client().tokensInAll().addAndGet(record.usage.total());
        charge(record, ticket.known().parties(), reservation);
    }

    private void keep(Pending one) {
        store.added(one);
        pending.add(one).forEach(gone -> charge(gone, estimate(gone)));
    }

    /** Ids are kept in lines of a file. */
    private static boolean isKeepable(String responseId) {
        return !responseId.isEmpty() && responseId.length() <= 200 && responseId.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private static boolean succeeded(RequestRecord record) {
        return record.status >= 200 && record.status < 300 && record.errorCode.isEmpty();
    }

    private static boolean succeededOrLeft(RequestRecord record) {
        return succeeded(record) || abandoned(record) || record.errorCode.equals("upstream_stream_broken");
    }

    /** Whether nobody knows what became of a request that was sent. */
    private static boolean abandoned(RequestRecord record) {
        return record.status == 0 || record.status == 499 || record.status == 504 || record.errorCode.equals("client_gone");
    }

    /** What the upstream told, or an estimate where it did not and may have worked. */
    private static TokenUsage usageOf(RequestRecord record, Claim claim) {
        if (record.usage.total() > 0) {
            return record.usage;
        }
        if (record.sentNanos == 0 || !succeeded(record) && !abandoned(record)) {
            return TokenUsage.NONE;
        }
        if (claim.equals(Claim.NOTHING)) {
            return TokenUsage.NONE;
        }
        long seen = record.stream ? Math.max(record.events, record.answerBytes / BYTES_PER_DELTA)
                : record.answerBytes / Claim.BYTES_PER_TOKEN;
        return TokenUsage.estimate(claim.inputTokens(), claim.background() && abandoned(record) ? claim.outputTokens() : seen);
    }

    private static String modelOf(RequestRecord record) {
        return record.upstreamModel.isEmpty() ? record.model : record.upstreamModel;
    }

    private OptionalLong costOf(RequestRecord record) {
        return prices().costNanoDollars(modelOf(record), record.tier, record.usage);
    }

    private void charge(RequestRecord record, List<Party> parties, Reservation reservation) {
        record.cost = costOf(record);
        long counted = record.cost.orElseGet(() -> prices().mostNanoDollars(record.usage));
        long day = calendar().dayOf(record.epochMillis);
        long now = clock.getAsLong();
        for (Party party : parties) {
            party.allowance().tokens().correct(reservation.atNanos(), reservation.claim().tokens(), record.usage.total(), now);
            spend(party.allowance(), day, counted, reservation.nanoDollars());
        }
        if (!record.account.isEmpty()) {
            spend(allowances.of(Allowance.Kind.ACCOUNT, record.account), day, counted, 0);
        }
        if (counted > 0) {
            spend(allowances.ofModel(modelOf(record)), day, counted, 0);
        }
    }

    private void spend(Allowance allowance, long day, long nanoDollars, long reserved) {
        Spending.Sums sums = allowance.spending().settle(day, nanoDollars, reserved);
        if (nanoDollars > 0) {
            allowance.changed();
            store.changed();
            SoftLimit.tell(allowance, budgetOf(allowance), sums, nanoDollars);
        }
    }

    /** What somebody may spend. */
    public Quota.Budget budgetOf(Allowance allowance) {
        return terms.budgets().getOrDefault(allowance.kind(), Map.of()).getOrDefault(allowance.name(), Quota.Budget.NONE);
    }

    /** Reading is free; who sees the usage of background work first settles it. */
    private void read(Ticket ticket) {
        RequestRecord record = ticket.record();
        boolean ends = succeeded(record) && (record.route.startsWith("DELETE") || record.route.endsWith("/cancel"));
        Optional<Pending> made = record.usage.total() > 0 || ends ? pending.take(record.client, ticket.read()) : Optional.empty();
        if (made.isEmpty()) {
            record.usage = TokenUsage.NONE;
            record.cost = OptionalLong.of(0);
            return;
        }
        Pending one = made.get().servedBy(record.toldTier);
        record.usage = record.usage.total() > 0 ? record.usage : TokenUsage.estimate(one.claim().inputTokens(), 0);
        record.responseId = one.responseId();
        record.model = one.model();
        record.upstreamModel = one.model();
        record.tier = one.claim().tier();
        ticket.known().client().tokensInAll().addAndGet(record.usage.total());
        record.cost = charge(one, record.usage);
    }

    /**
     * The usage of background work is known, or never will be.
     *
     * @param one as it was pending, but for the tier that served it
     *
     * @return what was charged; empty if somebody else has settled it
     */
    Optional<OptionalLong> settle(Pending one, TokenUsage usage) {
        return pending.take(one.whose().client(), one.responseId()).map(taken -> charge(one, usage));
    }

    /** What background work is taken to have used if nobody tells. */
    static TokenUsage estimate(Pending one) {
        return TokenUsage.estimate(one.claim().inputTokens(), one.claim().outputTokens());
    }

    private OptionalLong charge(Pending one, TokenUsage usage) {
        long counted = prices().countedNanoDollars(one.model(), one.claim().tier(), usage);
        long day = calendar().dayOf(epochMillis());
        Pending.Whose whose = one.whose();
        spend(allowances.of(Allowance.Kind.CLIENT, whose.client()), day, counted, one.nanoDollars());
        if (!whose.team().isEmpty()) {
            spend(allowances.of(Allowance.Kind.TEAM, whose.team()), day, counted, one.nanoDollars());
        }
        if (!whose.account().isEmpty()) {
            spend(allowances.of(Allowance.Kind.ACCOUNT, whose.account()), day, counted, 0);
        }
        spend(allowances.ofModel(one.model()), day, counted, 0);
        store.done(one);
        return prices().costNanoDollars(one.model(), one.claim().tier(), usage);
    }

    /**
     * Charges what clients with a budget have spent this month, as a ledger recorded it: for a process whose former one kept no sums.
     *
     * @return how many records cannot be read
     */
    public long restore(UsageSink.Factory ledger, Configuration configuration) throws IOException {
        if (terms.budgets().values().stream().allMatch(named -> named.values().stream().allMatch(Quota.Budget::isOpen))) {
            return 0;
        }
        return ledger.read(configuration.usage().sink(), calendar().startOfMonth(epochMillis()), Long.MAX_VALUE, record -> {
            long counted = record.costNanoDollars().orElseGet(() -> prices().mostNanoDollars(record.usage()));
            long day = calendar().dayOf(record.epochMillis());
            spend(allowances.of(Allowance.Kind.CLIENT, record.client()), day, counted, 0);
            if (!record.team().isEmpty()) {
                spend(allowances.of(Allowance.Kind.TEAM, record.team()), day, counted, 0);
            }
            if (!record.account().isEmpty()) {
                spend(allowances.of(Allowance.Kind.ACCOUNT, record.account()), day, counted, 0);
            }
        });
    }

    /** Background work that a former process accepted: it is reserved for again. */
    void restore(Pending one) {
        allowances.of(Allowance.Kind.CLIENT, one.whose().client()).spending().reserve(one.nanoDollars());
        if (!one.whose().team().isEmpty()) {
            allowances.of(Allowance.Kind.TEAM, one.whose().team()).spending().reserve(one.nanoDollars());
        }
        pending.add(one);
    }
}
