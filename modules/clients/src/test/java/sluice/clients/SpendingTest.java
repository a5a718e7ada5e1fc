package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SpendingTest {
    private static final long NOON = Instant.parse("2026-02-27T12:00:00Z").toEpochMilli();

    @Test
    void daysAndMonthsBeginAtMidnightUtc() {
        Spending spending = new Spending();
        spending.add(NOON, 5);
        spending.add(NOON - Duration.ofDays(1).toMillis(), 7);
        spending.add(NOON - Duration.ofDays(40).toMillis(), 100);
        assertEquals(5, spending.at(NOON).dayNanoDollars());
        assertEquals(12, spending.at(NOON).monthNanoDollars(), "an old request counts for its month only");

        long tomorrow = NOON + Spending.untilTomorrow(NOON).toMillis();
        assertEquals(Duration.ofHours(12), Spending.untilTomorrow(NOON));
        assertEquals(0, spending.at(tomorrow).dayNanoDollars());
        assertEquals(12, spending.at(tomorrow).monthNanoDollars());
        assertEquals(Duration.ofHours(36), Spending.untilNextMonth(NOON));
        assertEquals(0, spending.at(NOON + Duration.ofHours(36).toMillis()).monthNanoDollars());
        assertEquals(Instant.parse("2026-02-01T00:00:00Z").toEpochMilli(), Spending.startOfMonth(NOON));
    }
}
