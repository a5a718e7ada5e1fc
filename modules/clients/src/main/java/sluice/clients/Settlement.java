package sluice.clients;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import sluice.api.TokenUsage;
import sluice.config.Configuration;
import sluice.records.RequestRecord;

/**
 * Puts a price on what a request used, and charges it once: to the client that made it, its team and its account. What nobody told
 * is estimated and marked; background work is settled when its usage is first seen, by whomever. A budget must hold also where a
 * model has no price: such a request counts for it by the dearest price of the table, though its cost is recorded as unknown.
 * Thread-safe.
 */
public final class Settlement {
    private final Books books;
    private final SpendingStore store;
    private final LongSupplier clock;
    private final PendingResponses pending = new PendingResponses();

    /** A settlement that keeps its sums in {@code store}. */
    public Settlement(Allowances allowances, SpendingStore store, Configuration configuration, LongSupplier clock,
            LongSupplier epochMillis) {
        books = new Books(allowances, configuration, epochMillis);
        this.store = store;
        this.clock = clock;
    }

    /** The prices and budgets in force, and who has spent what. */
    public Books books() {
        return books;
    }

    /** Where the sums are kept over restarts. */
    SpendingStore store() {
        return store;
    }

    /** Background work whose usage is not known yet. */
    PendingResponses background() {
        return pending;
    }

    /** A request may go on: what it has reserved is written down, in case that this process is killed. */
    SpendingStore.UnderWay admitted(RequestRecord record, Reservation reservation) {
        return store.admitted(record, reservation, books.allowances());
    }

    /** Gives back what was reserved for a request that is not served. */
    void giveBack(Party party, Reservation reservation, long tokens, long nowNanos) {
        party.allowance().tokens().correct(reservation.atNanos(), tokens, 0, nowNanos);
        party.allowance().spending().settle(books.today(), 0, reservation.nanoDollars());
    }

    /**
     * Whether it is known what a request has used whose answer is about to end: it was told, or nobody will tell it. Of work in the
     * background somebody will, and what reads of such work without its usage uses nothing.
     */
    static boolean knowsUseOf(Ticket ticket) {
        RequestRecord record = ticket.record();
        return record.usage.isTold() || ticket.reservation().filter(taken -> !taken.claim().background()).isPresent();
    }

    /** All is known of a request. */
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
        boolean untold = !record.usage.isTold();
        if (claim.background() && sent && untold && succeededOrLeft(record) && isKeepable(record.responseId)) {
            record.usage = TokenUsage.NONE;
            record.cost = OptionalLong.of(0);
            Claim done = new Claim(Books.modelOf(record), claim.tier(), claim.inputTokens(), claim.outputTokens(), true);
            keep(ticket, new Pending(record.requestId, record.epochMillis, new Pending.Whose(record.client, record.team, record.account),
                    record.responseId, done, reservation.nanoDollars()));
            pending.saw(record.client, record.responseId, seen(record));
            return;
        }
        record.tier = claim.servedBy(record.toldTier).tier();
        record.usage = usageOf(record, claim);
        if (record.usage.isTold()) {
            ticket.known().client().means().add(record.model, record.usage);
        }
        ticket.known().client().tokensInAll().addAndGet(record.usage.total());
        changed(ticket, charge(record, ticket.known().parties(), reservation));
    }

    private void keep(Ticket ticket, Pending one) {
        changed(ticket, new SpendingChange.Began(one));
        pending.add(one).forEach(gone -> charge(gone, gone.estimate()));
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
        TokenUsage part = record.usage;
        long input = part.input() > 0 ? part.input() : claim.inputTokens();
        long output = part.output() > 0 ? part.output() : claim.background() && abandoned(record) ? claim.outputTokens()
                : record.seenTokens;
        return new TokenUsage(input, Math.min(part.cached(), input), Math.min(part.cacheWrite(), input), output,
                Math.min(part.reasoning(), output), true);
    }

    /** Output that a client has seen of a stream, in tokens; 0 of what is none. */
    private static long seen(RequestRecord record) {
        return record.events == 0 ? 0 : record.seenTokens;
    }

    private SpendingChange charge(RequestRecord record, List<Party> parties, Reservation reservation) {
        record.cost = books.costOf(record);
        long counted = record.cost.orElseGet(() -> books.prices().mostNanoDollars(record.usage));
        long day = books.calendar().dayOf(record.epochMillis);
        long now = clock.getAsLong();
        for (Party party : parties) {
            party.allowance().tokens().correct(reservation.atNanos(), reservation.claim().tokens(), record.usage.total(), now);
            books.spend(party.allowance(), day, counted, reservation.nanoDollars());
        }
        if (counted == 0) {
            return SpendingChange.NONE;
        }
        List<Allowance> who = new ArrayList<>(parties.size() + 2);
        parties.forEach(party -> who.add(party.allowance()));
        if (!record.account.isEmpty()) {
            who.add(spent(books.allowances().of(Allowance.Kind.ACCOUNT, record.account), day, counted));
        }
        who.add(spent(books.allowances().ofModel(Books.modelOf(record)), day, counted));
        return new SpendingChange.Charged(day, counted, who);
    }

    private Allowance spent(Allowance allowance, long day, long nanoDollars) {
        books.spend(allowance, day, nanoDollars, 0);
        return allowance;
    }

    /** Reading is free; who sees the usage of background work first settles it. */
    private void read(Ticket ticket) {
        RequestRecord record = ticket.record();
        long more = record.usage.total() == 0 ? seen(record) : 0;
        if (more > 0) {
            pending.saw(record.client, ticket.read(), more);
        }
        long seen = pending.seen(record.client, ticket.read());
        boolean ends = succeeded(record) && (record.route.startsWith("DELETE") || record.route.endsWith("/cancel"));
        Optional<Pending> made = record.usage.total() > 0 || ends ? pending.take(record.client, ticket.read()) : Optional.empty();
        if (made.isEmpty()) {
            record.usage = TokenUsage.NONE;
            record.cost = OptionalLong.of(0);
            return;
        }
        Pending one = made.get().servedBy(record.toldTier);
        if (record.usage.total() == 0) {
            // What is deleted may have been complete, though nobody has seen it; of what is cancelled there is what was seen.
            record.usage = record.route.startsWith("DELETE") ? one.estimate() : TokenUsage.estimate(one.claim().inputTokens(), seen);
        }
        record.responseId = one.responseId();
        record.model = one.model();
        record.upstreamModel = one.model();
        record.tier = one.claim().tier();
        ticket.known().client().tokensInAll().addAndGet(record.usage.total());
        record.cost = charge(one, record.usage);
    }

    /** What work has used that ended without a word about it: its input, and what its client has seen of its output. */
    TokenUsage ofUntold(Pending one) {
        return TokenUsage.estimate(one.claim().inputTokens(), pending.seen(one.whose().client(), one.responseId()));
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

    private OptionalLong charge(Pending one, TokenUsage usage) {
        long counted = books.prices().countedNanoDollars(one.model(), one.claim().tier(), usage);
        SpendingChange.Charged charged = books.charged(one, books.today(), counted);
        store.changed(new SpendingChange.Settled(one, charged));
        return books.prices().costNanoDollars(one.model(), one.claim().tier(), usage);
    }
}
