package sluice.clients;

import java.util.concurrent.atomic.AtomicReference;
import sluice.config.Quota;

/**
 * What somebody has spent this day and this month, and what is reserved for requests that are under way. Money is counted in
 * billionths of a dollar, days as {@link Calendar} does. The last two days and months are known, so that a clock that is set back
 * finds what was spent then. Lock-free. Thread-safe.
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
    public record Sums(long epochDay, long epochMonth, long dayNanoDollars, long monthNanoDollars, long reservedNanoDollars) { }

    /** Two days, or two months: the one that is, and one before. */
    private record Periods(long now, long nowNanoDollars, long before, long beforeNanoDollars) {
        private static final Periods NONE = new Periods(Long.MIN_VALUE, 0, Long.MIN_VALUE, 0);

        private long of(long number) {
            return number == now ? nowNanoDollars : number == before ? beforeNanoDollars : 0;
        }

        /** It is {@code number} now. */
        private Periods at(long number) {
            return number == now ? this : new Periods(number, of(number), now, nowNanoDollars);
        }

        /** With what was spent then; what is older than both is forgotten. */
        private Periods plus(long number, long nanoDollars) {
            if (number == before && number != now) {
                return new Periods(now, nowNanoDollars, before, sum(beforeNanoDollars, nanoDollars));
            }
            if (number < now) {
                return this;
            }
            Periods then = at(number);
            return new Periods(then.now, sum(then.nowNanoDollars, nanoDollars), then.before, then.beforeNanoDollars);
        }
    }

    private record State(Periods days, Periods months, long reservedNanoDollars) {
        private State at(long day) {
            return day == days.now ? this : new State(days.at(day), months.at(Calendar.monthOf(day)), reservedNanoDollars);
        }

        private State with(long day, long nanoDollars, long reserved) {
            return new State(days.plus(day, nanoDollars), months.plus(Calendar.monthOf(day), nanoDollars), reserved);
        }

        private Sums sums(long day) {
            long month = Calendar.monthOf(day);
            return new Sums(day, month, days.of(day), months.of(month), reservedNanoDollars);
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

    private final AtomicReference<State> state = new AtomicReference<>(new State(Periods.NONE, Periods.NONE, 0));

    /** Nothing spent yet. */
    public Spending() {
        // the sums are 0
    }

    /** A sum never wraps around: a spent budget must not become a full one. */
    static long sum(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE : sum;
    }

    /** The sums on {@code day}. */
    public Sums at(long day) {
        return state.get().sums(day);
    }

    /**
     * Reserves money for a request, if the budget is not used up by what was spent and reserved before. So one request may pass
     * a budget by what it costs itself, and never two.
     */
    public Room reserve(long nanoDollars, Quota.Budget budget, long day) {
        if (nanoDollars == 0 && budget.isOpen()) {
            return Room.LEFT;
        }
        while (true) {
            State before = state.get();
            State now = before.at(day);
            Room room = room(now.sums(day), budget);
            if (room != Room.LEFT || state.compareAndSet(before, new State(now.days, now.months,
                    sum(now.reservedNanoDollars, nanoDollars)))) {
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
        return isUsed(budget.monthUsd(), sum(now.monthNanoDollars, now.reservedNanoDollars))
                || isUsed(budget.dayUsd(), sum(now.dayNanoDollars, now.reservedNanoDollars)) ? Room.RESERVED : Room.LEFT;
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
        state.updateAndGet(before -> new State(before.days, before.months, Math.max(0, sum(before.reservedNanoDollars, nanoDollars))));
    }

    /**
     * A request has ended: its reservation becomes what it cost, at once, so that nobody sees it twice or not at all. Returns the
     * sums of that day with it.
     */
    public Sums settle(long day, long nanoDollars, long reservedNanoDollars) {
        if (nanoDollars == 0 && reservedNanoDollars == 0) {
            return at(day);
        }
        return state.updateAndGet(before -> before.with(day, nanoDollars, Math.max(0, before.reservedNanoDollars - reservedNanoDollars)))
                .sums(day);
    }

    /** Adds what others have kept of a day and of a month. */
    void add(long day, long dayNanoDollars, long month, long monthNanoDollars) {
        state.updateAndGet(before -> new State(before.days.plus(day, dayNanoDollars), before.months.plus(month, monthNanoDollars),
                before.reservedNanoDollars));
    }
}
