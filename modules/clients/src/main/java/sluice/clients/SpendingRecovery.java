package sluice.clients;

import java.io.IOException;
import java.util.function.Consumer;
import sluice.api.UsageSink;
import sluice.config.Configuration;
import sluice.records.RequestRecord;

/**
 * Takes up what other processes left or change: what a former one has spent, what it reserved for background work, and what it had under
 * way when it was killed; and, while a restart hands over, what the other one does. Thread-safe.
 */
public final class SpendingRecovery {
    /** The route in records of requests whose gateway was killed. */
    private static final String KILLED_ROUTE = "killed";

    private final Books books;
    private final PendingResponses pending;
    private final SpendingStore store;

    /** What was left goes to {@code settlement}. */
    public SpendingRecovery(Settlement settlement) {
        books = settlement.books();
        pending = settlement.background();
        store = settlement.store();
    }

    /**
     * Charges what clients with a budget have spent this month, as a ledger recorded it: for a process whose former one kept no sums.
     *
     * @return how many records cannot be read
     */
    public long fromLedger(UsageSink.Factory ledger, Configuration configuration) throws IOException {
        if (books.areOpen()) {
            return 0;
        }
        return ledger.read(configuration.usage().sink(), books.calendar().startOfMonth(books.epochMillis()), Long.MAX_VALUE, record -> {
            long counted = record.costNanoDollars().orElseGet(() -> books.prices().mostNanoDollars(record.usage()));
            if (counted > 0) {
                store.changed(books.charged(books.calendar().dayOf(record.epochMillis()), counted,
                        books.payers(new Pending.Whose(record.client(), record.team(), record.account()),
                                record.upstreamModel().isEmpty() ? record.model() : record.upstreamModel())));
            }
        });
    }

    /** Background work that a former process accepted: it is reserved for again. */
    void restore(Pending one) {
        books.reserve(one);
        pending.add(one);
    }

    /** Another process has the same sums, and this is what has changed there. */
    void others(SpendingLine.Transaction transaction) {
        transaction.began().forEach(this::restore);
        for (String key : transaction.done()) {
            String[] words = key.split("\t");
            pending.take(words[0], words[1]).ifPresent(books::free);
        }
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
            case CHARGED -> sumsAreKept ? books.charged(left.day(), left.nanoDollars(), books.payers(work)) : SpendingChange.NONE;
            case SETTLED -> pending.take(work.whose().client(), work.responseId()).<SpendingChange>map(one -> {
                books.free(one);
                return new SpendingChange.Settled(one, books.charged(left.day(), left.nanoDollars(), books.payers(work)));
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
                record.usage = work.estimate();
                record.cost = books.costOf(record);
                lost.accept(record);
                yield books.charged(books.calendar().dayOf(work.epochMillis()),
                        books.prices().countedNanoDollars(work.model(), record.tier, record.usage), books.payers(work));
            }
        };
    }
}
