package sluice.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.api.TokenUsage;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;

/**
 * Settles background work that no client has fetched: it looks for the usage itself, one piece of work at a time, after a wait
 * that doubles with each look. Work that is not known to have ended after a day is settled by its estimate. Confined to the
 * sweeper's thread, but for one look at a time on a thread of its own.
 */
public final class BackgroundSettler implements Sweeper.Watched {
    /** The route in records of usage that the gateway has found itself. */
    public static final String ROUTE = "background";
    private static final long GIVE_UP_MILLIS = 24 * 60 * 60 * 1000L;

    private final Settlement settlement;
    private final BackgroundUsage usage;
    private final Consumer<RequestRecord> settled;
    private final LongSupplier clock;
    private final AtomicBoolean looking = new AtomicBoolean();
    /** When each piece of work is looked at next. Confined to whoever holds {@link #looking}. */
    private final Map<String, Long> nextMillis = new HashMap<>();
    private volatile long firstMillis;

    /**
     * A settler.
     *
     * @param settled is told of each piece of work that was settled
     */
    public BackgroundSettler(Settlement settlement, BackgroundUsage usage, Consumer<RequestRecord> settled, LongSupplier clock) {
        this.settlement = settlement;
        this.usage = usage;
        this.settled = settled;
        this.clock = clock;
    }

    /** From now on it looks so long after work was made; 0: never. */
    public void lookAfter(long millis) {
        firstMillis = millis;
    }

    @Override
    public void sweep(long nowNanos) {
        if (firstMillis > 0 && !settlement.background().isEmpty() && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("sluice-settle").start(() -> {
                try {
                    look();
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    /** Looks once at all that is due. */
    void look() {
        long now = settlement.books().epochMillis();
        nextMillis.keySet().retainAll(settlement.background().all().stream().map(Pending::requestId).toList());
        for (Pending one : settlement.background().all()) {
            long due = nextMillis.getOrDefault(one.requestId(), one.epochMillis() + firstMillis);
            if (due <= now) {
                nextMillis.put(one.requestId(), now + Math.max(firstMillis, 2 * (now - one.epochMillis())));
                switch (usage.of(one)) {
                    case BackgroundUsage.Found.Ended(TokenUsage told, String tier) -> settle(one.servedBy(tier),
                            told.total() > 0 ? told : settlement.ofUntold(one));
                    case BackgroundUsage.Found.Gone gone -> settle(one, one.estimate());
                    case BackgroundUsage.Found.NotYet notYet -> {
                        if (now - one.epochMillis() > GIVE_UP_MILLIS) {
                            settle(one, one.estimate());
                        }
                    }
                }
            }
        }
    }

    private void settle(Pending one, TokenUsage used) {
        settlement.settle(one, used).ifPresent(cost -> {
            RequestRecord record = new RequestRecord(RequestIds.next(), settlement.books().epochMillis(), clock.getAsLong());
            record.route = ROUTE;
            record.client = one.whose().client();
            record.team = one.whose().team();
            record.account = one.whose().account();
            record.model = one.model();
            record.upstreamModel = one.model();
            record.tier = one.claim().tier();
            record.responseId = one.responseId();
            record.status = 200;
            record.usage = used;
            record.cost = cost;
            record.endedNanos = clock.getAsLong();
            settled.accept(record);
        });
    }
}
