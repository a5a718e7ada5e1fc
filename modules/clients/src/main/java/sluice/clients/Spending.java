package sluice.clients;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** What one client has spent this day and this month, in UTC. Lock-free. Thread-safe. */
public final class Spending {
    private static final long DAY_MILLIS = 86_400_000;

    /**
     * Sums of a day and of its month, in billionths of a dollar.
     *
     * @param epochDay the day, counted from 1970
     * @param epochMonth the month, counted from year 0
     * @param dayNanoDollars spent this day
     * @param monthNanoDollars spent this month
     */
    public record Sums(long epochDay, long epochMonth, long dayNanoDollars, long monthNanoDollars) {
        /** The same at a later day: what is past is forgotten. An earlier day changes nothing. */
        private Sums at(long day) {
            if (day <= epochDay) {
                return this;
            }
            long month = monthOf(day);
            return new Sums(day, month, 0, month == epochMonth ? monthNanoDollars : 0);
        }

        /** With what was spent on some day, be it one of the past. */
        private Sums plus(long day, long nanoDollars) {
            Sums now = at(day);
            return new Sums(now.epochDay, now.epochMonth, now.dayNanoDollars + (day == now.epochDay ? nanoDollars : 0),
                    now.monthNanoDollars + (monthOf(day) == now.epochMonth ? nanoDollars : 0));
        }
    }

    private final AtomicReference<Sums> sums = new AtomicReference<>(new Sums(0, monthOf(0), 0, 0));

    /** Something was spent on a request that came then. */
    public void add(long epochMillis, long nanoDollars) {
        if (nanoDollars > 0) {
            long day = Math.floorDiv(epochMillis, DAY_MILLIS);
            sums.updateAndGet(before -> before.plus(day, nanoDollars));
        }
    }

    /** The sums of the day and month that it is. */
    public Sums at(long epochMillis) {
        return sums.get().at(Math.floorDiv(epochMillis, DAY_MILLIS));
    }

    /** Until the next day. */
    public static Duration untilTomorrow(long epochMillis) {
        return Duration.ofMillis(DAY_MILLIS - Math.floorMod(epochMillis, DAY_MILLIS));
    }

    /** Until the next month. */
    public static Duration untilNextMonth(long epochMillis) {
        return Duration.ofMillis(startOfMonth(epochMillis, 1) - epochMillis);
    }

    /** When the month began. */
    public static long startOfMonth(long epochMillis) {
        return startOfMonth(epochMillis, 0);
    }

    private static long startOfMonth(long epochMillis, int later) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(epochMillis), ZoneOffset.UTC).withDayOfMonth(1).plusMonths(later)
                .atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }

    private static long monthOf(long epochDay) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        return date.getYear() * 12L + date.getMonthValue() - 1;
    }
}
