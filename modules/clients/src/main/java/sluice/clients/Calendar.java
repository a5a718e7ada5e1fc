package sluice.clients;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** Where days and months of budgets begin. Immutable but for the day that was asked for last; thread-safe. */
public final class Calendar {
    /** The day that most questions are about. */
    private record Day(long number, long startMillis, long endMillis) { }

    /** The month that most questions are about: months have the same days everywhere. */
    private record Month(long number, long firstDay, long lastDay) { }

    private static volatile Month lastMonth = new Month(0, 0, -1);

    private final ZoneId zone;
    private volatile Day last = new Day(0, 0, 0);

    /** Days of this time zone. */
    public Calendar(ZoneId zone) {
        this.zone = zone;
    }

    /** The day of a moment, counted from 1970. */
    public long dayOf(long epochMillis) {
        return day(epochMillis).number();
    }

    private Day day(long epochMillis) {
        Day day = last;
        if (epochMillis < day.startMillis() || epochMillis >= day.endMillis()) {
            LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(epochMillis), zone);
            day = new Day(date.toEpochDay(), start(date), start(date.plusDays(1)));
            last = day;
        }
        return day;
    }

    private long start(LocalDate date) {
        return date.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    /** The month of a day, counted from year 0. */
    static long monthOf(long epochDay) {
        Month month = lastMonth;
        if (epochDay < month.firstDay() || epochDay > month.lastDay()) {
            LocalDate date = LocalDate.ofEpochDay(epochDay);
            LocalDate first = date.withDayOfMonth(1);
            month = new Month(date.getYear() * 12L + date.getMonthValue() - 1, first.toEpochDay(), first.plusMonths(1).toEpochDay() - 1);
            lastMonth = month;
        }
        return month.number();
    }

    /** The last day of a month. */
    static long lastDayOf(long epochMonth) {
        return LocalDate.of((int) (epochMonth / 12), (int) (epochMonth % 12) + 1, 1).plusMonths(1).toEpochDay() - 1;
    }

    /** Until the next day. */
    public Duration untilTomorrow(long epochMillis) {
        return Duration.ofMillis(day(epochMillis).endMillis() - epochMillis);
    }

    /** Until the next month. */
    public Duration untilNextMonth(long epochMillis) {
        LocalDate today = LocalDate.ofEpochDay(dayOf(epochMillis));
        return Duration.ofMillis(start(today.withDayOfMonth(1).plusMonths(1)) - epochMillis);
    }

    /** When the month began. */
    public long startOfMonth(long epochMillis) {
        return start(LocalDate.ofEpochDay(dayOf(epochMillis)).withDayOfMonth(1));
    }
}
