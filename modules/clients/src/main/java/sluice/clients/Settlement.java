package sluice.clients;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
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
    /** The route in records of requests whose gateway was killed. */
    public static final String KILLED_ROUTE = "killed";

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

    /** A request may go on: what it has reserved is written down, in case that this process is killed. */
    SpendingStore.UnderWay admitted(RequestRecord record, Reservation reservation) {
        return store.admitted(record, reservation, allowances);
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
            keep(ticket, new Pending(record.requestId, record.epochMillis, new Pending.Whose(record.client, record.team, record.account),
                    record.responseId, done, reservation.nanoDollars()));
            return;
        }
        record.tier = claim.servedBy(record.toldTier).tier();
        record.usage = usageOf(record, claim);
        if (!record.usage.estimated() && record.usage.total() > 0) {
            ticket.known().client().means().add(record.model, record.usage);
        }
        ticket.known().client().tokensInAll().addAndGet(record.usage.total());
        changed(ticket, charge(record, ticket.known().parties(), reservation));
    }

    private void keep(Ticket ticket, Pending one) {
        changed(ticket, new SpendingChange.Began(one));
        pending.add(one).forEach(gone -> charge(gone, estimate(gone)));
    }

    private void changed(Ticket ticket, SpendingChange change) {
        if (!ticket.underWay().ended(change) && change != SpendingChange.NONE) {
            store.changed(change);
        }
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
        boolean told = record.usage.input() > 0 && record.usage.output() > 0;
        if (record.usage.total() > 0 && (told || !record.usage.estimated())) {
            return record.usage;
        }
        if (record.sentNanos == 0 || !succeeded(record) && !abandoned(record) && !record.brokenOff) {
            return record.usage;
        }
        if (claim.equals(Claim.NOTHING)) {
            return record.usage;
        }
        long seen = record.stream ? Math.max(record.events, record.answerBytes / BYTES_PER_DELTA)
                : record.answerBytes / Claim.BYTES_PER_TOKEN;
        TokenUsage part = record.usage;
        long output = claim.background() && abandoned(record) ? claim.outputTokens() : seen;
        return new TokenUsage(part.input() > 0 ? part.input() : claim.inputTokens(), part.cached(), part.cacheWrite(),
                part.output() > 0 ? part.output() : output, part.reasoning(), true);
    }

    /** The model that does the work. */
    static String modelOf(RequestRecord record) {
        return record.upstreamModel.isEmpty() ? record.model : record.upstreamModel;
    }

    private OptionalLong costOf(RequestRecord record) {
        return prices().costNanoDollars(modelOf(record), record.tier, record.usage);
    }

    private SpendingChange charge(RequestRecord record, List<Party> parties, Reservation reservation) {
        record.cost = costOf(record);
        long counted = record.cost.orElseGet(() -> prices().mostNanoDollars(record.usage));
        long day = calendar().dayOf(record.epochMillis);
        long now = clock.getAsLong();
        for (Party party : parties) {
            party.allowance().tokens().correct(reservation.atNanos(), reservation.claim().tokens(), record.usage.total(), now);
            spend(party.allowance(), day, counted, reservation.nanoDollars());
        }
        if (counted == 0) {
            return SpendingChange.NONE;
        }
        List<Allowance> who = new ArrayList<>(parties.size() + 2);
        parties.forEach(party -> who.add(party.allowance()));
        if (!record.account.isEmpty()) {
            who.add(spent(allowances.of(Allowance.Kind.ACCOUNT, record.account), day, counted));
        }
        who.add(spent(allowances.ofModel(modelOf(record)), day, counted));
        return new SpendingChange.Charged(day, counted, who);
    }

    private Allowance spent(Allowance allowance, long day, long nanoDollars) {
        spend(allowance, day, nanoDollars, 0);
        return allowance;
    }

    private void spend(Allowance allowance, long day, long nanoDollars, long reserved) {
        Spending.Sums sums = allowance.spending().settle(day, nanoDollars, reserved);
        if (nanoDollars > 0) {
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
        if (record.usage.total() == 0) {
            // What is deleted may have been complete, though nobody has seen it; what is cancelled was not.
            record.usage = record.route.startsWith("DELETE") ? estimate(one) : TokenUsage.estimate(one.claim().inputTokens(), 0);
        }
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
        SpendingChange.Charged charged = new SpendingChange.Charged(day, counted, payers(one));
        for (Allowance payer : charged.who()) {
            spend(payer, day, counted, reserves(payer) ? one.nanoDollars() : 0);
        }
        store.changed(new SpendingChange.Settled(one, charged));
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
            if (counted > 0) {
                charge(calendar().dayOf(record.epochMillis()), counted, payers(new Pending.Whose(record.client(), record.team(),
                        record.account()), record.upstreamModel().isEmpty() ? record.model() : record.upstreamModel()));
            }
        });
    }

    /** Background work that a former process accepted: it is reserved for again. */
    void restore(Pending one) {
        payers(one).stream().filter(Settlement::reserves).forEach(payer -> payer.spending().reserve(one.nanoDollars()));
        pending.add(one);
    }

    /** Another process has the same sums, and this is what has changed there. */
    void others(SpendingLine.Transaction transaction) {
        transaction.began().forEach(this::restore);
        for (String key : transaction.done()) {
            String[] words = key.split("\t");
            pending.take(words[0], words[1]).ifPresent(this::free);
        }
    }

    /** What is reserved for it is reserved no more. */
    private void free(Pending one) {
        payers(one).stream().filter(Settlement::reserves).forEach(payer -> payer.spending().settle(0, 0, one.nanoDollars()));
    }

    /**
     * A process was killed while it had this request under way, or before the file of sums had its charge.
     *
     * @param sumsAreKept whether there was a file of sums; otherwise the sums come from the ledger, which has the charge
     * @param lost is told of what has to be estimated, because the end of the request is not known
     * @return what is still to be kept
     */
    SpendingChange orphan(UnderWaySlot.Left left, boolean sumsAreKept, Consumer<RequestRecord> lost) {
        Pending work = left.work();
        return switch (left.phase()) {
            case FREE, ADMITTED -> SpendingChange.NONE;
            case CHARGED -> sumsAreKept ? charged(left.day(), left.nanoDollars(), payers(work)) : SpendingChange.NONE;
            case SETTLED -> pending.take(work.whose().client(), work.responseId()).<SpendingChange>map(one -> {
                free(one);
                return new SpendingChange.Settled(one, charged(left.day(), left.nanoDollars(), payers(work)));
            }).orElse(SpendingChange.NONE);
            case BEGAN -> {
                restore(work);
                yield new SpendingChange.Began(work);
            }
            case SENT -> {
                RequestRecord record = new RequestRecord(work.requestId(), work.epochMillis(), 0);
                record.route = KILLED_ROUTE;
                record.client = work.whose().client();
                record.team = work.whose().team();
                record.account = work.whose().account();
                record.model = work.model();
                record.upstreamModel = work.model();
                record.tier = work.claim().tier();
                record.requestBytes = left.requestBytes();
                record.failed(500, "gateway_killed", "the gateway was killed while it was under way");
                record.usage = estimate(work);
                record.cost = costOf(record);
                lost.accept(record);
                yield charged(calendar().dayOf(work.epochMillis()), prices().countedNanoDollars(work.model(), record.tier, record.usage),
                        payers(work));
            }
        };
    }

    private SpendingChange.Charged charged(long day, long nanoDollars, List<Allowance> who) {
        who.forEach(payer -> spend(payer, day, nanoDollars, 0));
        return new SpendingChange.Charged(day, nanoDollars, who);
    }

    private void charge(long day, long nanoDollars, List<Allowance> who) {
        store.changed(charged(day, nanoDollars, who));
    }

    private List<Allowance> payers(Pending one) {
        return payers(one.whose(), one.model());
    }

    private List<Allowance> payers(Pending.Whose whose, String model) {
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
