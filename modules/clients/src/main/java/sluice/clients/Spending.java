package sluice.clients;

import java.util.concurrent.atomic.AtomicReference;
import sluice.config.Quota;

/**
 * What somebody has spent this day and this month, and what is reserved for requests that are under way. Money is counted in
 * billionths of a dollar, days as {@link Calendar} does. Lock-free. Thread-safe.
 */
public final class Spending {
    private static final double NANO_DOLLARS = 1e9;

    /**
     * Sums of a day and of its month.
     *
     * @param epochDay the day, counted from 1970
     * @param epochMonth the month, counted from year 0
     * @param dayNanoDollars spent this day
     * @param monthNanoDollars spent this month
     * @param reservedNanoDollars for requests under way, whenever they began
     */
    public record Sums(long epochDay, long epochMonth, long dayNanoDollars, long monthNanoDollars, long reservedNanoDollars) {
        /** The same at a later day: what is past is forgotten. An earlier day changes nothing. */
        private Sums at(long day) {
            if (day <= epochDay) {
                return this;
            }
            long month = Calendar.monthOf(day);
            return new Sums(day, month, 0, month == epochMonth ? monthNanoDollars : 0, reservedNanoDollars);
        }

        /** With what was spent on some day, be it one of the past, in the place of what was reserved for it. */
        private Sums settled(long day, long nanoDollars, long reserved) {
            Sums now = at(day);
            boolean today = day == now.epochDay;
            boolean thisMonth = today || Calendar.monthOf(day) == now.epochMonth;
            return new Sums(now.epochDay, now.epochMonth, now.dayNanoDollars + (today ? nanoDollars : 0),
                    now.monthNanoDollars + (thisMonth ? nanoDollars : 0), Math.max(0, now.reservedNanoDollars - reserved));
        }

        private Sums reserving(long nanoDollars) {
            return new Sums(epochDay, epochMonth, dayNanoDollars, monthNanoDollars,
                    Math.max(0, reservedNanoDollars + nanoDollars));
        }
    }

    /** What a budget says to one more request. */
    public enum Room {
        /** There is some left. */
        LEFT,
        /** The day's money is spent. */
        DAY_SPENT,
        /** The month's money is spent. */
        MONTH_SPENT,
        /** What is left of the day's or the month's money is reserved for requests under way. */
        RESERVED
    }

    private final AtomicReference<Sums> sums = new AtomicReference<>(new Sums(0, Calendar.monthOf(0), 0, 0, 0));

    /** Nothing spent yet. */
    public Spending() {
        // the sums are 0
    }

    /** The sums on {@code day}. */
    public Sums at(long day) {
        return sums.get().at(day);
    }

    /**
     * Reserves money for a request, if the budget is not used up by what was spent and reserved before. So one request may pass
     * a budget by what it costs itself, and never two.
     */
    public Room reserve(long nanoDollars, Quota.Budget budget, long day) {
        while (true) {
            Sums before = sums.get();
            Sums now = before.at(day);
            Room room = room(now, budget);
            if (room != Room.LEFT || sums.compareAndSet(before, now.reserving(nanoDollars))) {
                return room;
            }
        }
    }

    private static Room room(Sums now, Quota.Budget budget) {
        if (isUsed(budget.monthUsd(), now.monthNanoDollars)) {
            return Room.MONTH_SPENT;
        }
        if (isUsed(budget.dayUsd(), now.dayNanoDollars)) {
            return Room.DAY_SPENT;
        }
        return isUsed(budget.monthUsd(), now.monthNanoDollars + now.reservedNanoDollars)
                || isUsed(budget.dayUsd(), now.dayNanoDollars + now.reservedNanoDollars) ? Room.RESERVED : Room.LEFT;
    }

    /** Whether a budget is spent on {@code day}, whatever is reserved. */
    boolean isSpent(Quota.Budget budget, long day) {
        Sums now = at(day);
        return isUsed(budget.dayUsd(), now.dayNanoDollars) || isUsed(budget.monthUsd(), now.monthNanoDollars);
    }

    /** Whether nothing is left of a limit; 0 is no limit. */
    static boolean isUsed(double limitUsd, long nanoDollars) {
        return limitUsd > 0 && nanoDollars >= limitUsd * NANO_DOLLARS;
    }

    /** Takes money for a request that was admitted long ago, and which no budget can refuse any more. */
    public void reserve(long nanoDollars) {
        sums.updateAndGet(before -> before.reserving(nanoDollars));
    }

    /**
     * A request has ended: its reservation becomes what it cost, at once, so that nobody sees it twice or not at all. Returns the
     * sums with it.
     */
    public Sums settle(long day, long nanoDollars, long reservedNanoDollars) {
        return sums.updateAndGet(before -> before.settled(day, nanoDollars, reservedNanoDollars));
    }

    /** Sums that a former process kept; what is known already is not made less. */
    void restore(Sums kept) {
        sums.updateAndGet(before -> {
            Sums now = before.at(kept.epochDay);
            boolean sameDay = now.epochDay == kept.epochDay;
            boolean sameMonth = now.epochMonth == kept.epochMonth;
            return new Sums(now.epochDay, now.epochMonth,
                    sameDay ? Math.max(now.dayNanoDollars, kept.dayNanoDollars) : now.dayNanoDollars,
                    sameMonth ? Math.max(now.monthNanoDollars, kept.monthNanoDollars) : now.monthNanoDollars, now.reservedNanoDollars);
        });
    }
}
