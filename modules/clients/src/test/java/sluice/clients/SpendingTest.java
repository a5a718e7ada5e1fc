package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import sluice.clients.Spending.Room;
import sluice.config.Quota;

class SpendingTest {
    private static final long NOON = Instant.parse("2026-02-27T12:00:00Z").toEpochMilli();
    private static final long DOLLAR = 1_000_000_000L;
    private static final Quota.Budget FIVE_A_DAY = new Quota.Budget(5, 0);

    private final Calendar utc = new Calendar(ZoneOffset.UTC);

    @Test
    void daysAndMonthsEndAtMidnight() {
        Spending spending = new Spending();
        spending.settle(utc.dayOf(NOON), 5, 0);
        spending.settle(utc.dayOf(NOON) - 1, 7, 0);
        spending.settle(utc.dayOf(NOON) - 40, 100, 0);
        assertEquals(5, spending.at(utc.dayOf(NOON)).dayNanoDollars());
        assertEquals(12, spending.at(utc.dayOf(NOON)).monthNanoDollars(), "an old request counts for its month only");

        assertEquals(Duration.ofHours(12), utc.untilTomorrow(NOON));
        assertEquals(0, spending.at(utc.dayOf(NOON) + 1).dayNanoDollars());
        assertEquals(12, spending.at(utc.dayOf(NOON) + 1).monthNanoDollars());
        assertEquals(Duration.ofHours(36), utc.untilNextMonth(NOON));
        assertEquals(0, spending.at(utc.dayOf(NOON + Duration.ofHours(36).toMillis())).monthNanoDollars());
        assertEquals(Instant.parse("2026-02-01T00:00:00Z").toEpochMilli(), utc.startOfMonth(NOON));
    }

    @Test
    void aClockThatWasWrongForAMomentFindsWhatWasSpentBefore() {
        Spending spending = new Spending();
        long today = utc.dayOf(NOON);
        assertEquals(Room.LEFT, spending.reserve(DOLLAR, FIVE_A_DAY, today));
        spending.settle(today, 5 * DOLLAR, DOLLAR);
        assertEquals(Room.DAY_SPENT, spending.reserve(DOLLAR, FIVE_A_DAY, today));
        assertEquals(Room.LEFT, spending.reserve(DOLLAR, FIVE_A_DAY, today + 2000), "it is another year");
        spending.settle(today + 2000, DOLLAR, DOLLAR);
        assertEquals(Room.DAY_SPENT, spending.reserve(DOLLAR, FIVE_A_DAY, today), "and is not");
        assertEquals(Room.LEFT, spending.reserve(DOLLAR, FIVE_A_DAY, today + 1));
        spending.settle(today + 1, 5 * DOLLAR, DOLLAR);
        assertEquals(Room.DAY_SPENT, spending.reserve(DOLLAR, FIVE_A_DAY, today + 1), "days go on as usual");
    }

    @Test
    void daysBeginWhereTheTimeZoneSays() {
        Calendar berlin = new Calendar(ZoneId.of("Europe/Berlin"));
        long lateEvening = Instant.parse("2026-02-28T23:30:00Z").toEpochMilli();
        assertEquals(utc.dayOf(lateEvening) + 1, berlin.dayOf(lateEvening));
        assertEquals(Duration.ofMinutes(23 * 60 + 30), berlin.untilTomorrow(lateEvening));
        long shortDay = Instant.parse("2026-03-28T23:00:00Z").toEpochMilli();
        assertEquals(Duration.ofHours(23), berlin.untilTomorrow(shortDay), "the clocks go forward");
    }

    @Test
    void ofManyAtOnceAsManyAreAdmittedAsTheBudgetHas() {
        Spending spending = new Spending();
        AtomicInteger admitted = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                threads.execute(() -> {
                    if (spending.reserve(DOLLAR, FIVE_A_DAY, 7) == Room.LEFT) {
                        admitted.incrementAndGet();
                    }
                });
            }
        }
        assertEquals(5, admitted.get());
        assertEquals(5 * DOLLAR, spending.at(7).reservedNanoDollars());
    }

    @Test
    void whatIsReservedIsNotSpent() {
        Spending spending = new Spending();
        assertEquals(Room.LEFT, spending.reserve(9 * DOLLAR, FIVE_A_DAY, 7));
        assertEquals(Room.RESERVED, spending.reserve(DOLLAR, FIVE_A_DAY, 7));
        spending.settle(7, 2 * DOLLAR, 9 * DOLLAR);
        assertEquals(Room.LEFT, spending.reserve(DOLLAR, FIVE_A_DAY, 7));
        spending.settle(7, 3 * DOLLAR, DOLLAR);
        assertEquals(Room.DAY_SPENT, spending.reserve(1, FIVE_A_DAY, 7));
        assertEquals(Room.MONTH_SPENT, spending.reserve(1, new Quota.Budget(5, 5), 7));
        assertEquals(Room.LEFT, spending.reserve(1, FIVE_A_DAY, 8));
    }
}
