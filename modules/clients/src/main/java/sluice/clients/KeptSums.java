package sluice.clients;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The sums as the file has them, which are those of this process a moment ago and those of another that had the file before. What
 * is read goes to the allowances as the difference to what they had from the file. Confined to the writer's thread.
 */
final class KeptSums {
    /** As many days, and months, as {@link Spending} knows. */
    private static final int PERIODS = 2;

    private record Whose(Allowance.Kind kind, String name) { }

    /** By their numbers. */
    private static final class Periods {
        private final NavigableMap<Long, Long> days = new TreeMap<>();
        private final NavigableMap<Long, Long> months = new TreeMap<>();

        /** What is known already is not made less; returns by how much it has grown. */
        private static long set(NavigableMap<Long, Long> sums, long number, long nanoDollars) {
            long before = sums.getOrDefault(number, 0L);
            long after = Math.max(before, nanoDollars);
            sums.put(number, after);
            if (sums.size() > PERIODS) {
                sums.pollFirstEntry();
            }
            return after - before;
        }
    }

    private final Allowances allowances;
    private final Map<Whose, Periods> all = new LinkedHashMap<>();

    KeptSums(Allowances allowances) {
        this.allowances = allowances;
    }

    private Periods of(Allowance.Kind kind, String name) {
        return all.computeIfAbsent(new Whose(kind, name), any -> new Periods());
    }

    /** This process has spent more: its allowances know. */
    void spent(Allowance allowance, long day, long nanoDollars) {
        add(of(allowance.kind(), allowance.name()), day, nanoDollars);
    }

    private static void add(Periods sums, long day, long nanoDollars) {
        long month = Calendar.monthOf(day);
        Periods.set(sums.days, day, Spending.sum(sums.days.getOrDefault(day, 0L), nanoDollars));
        Periods.set(sums.months, month, Spending.sum(sums.months.getOrDefault(month, 0L), nanoDollars));
    }

    /** Another process has spent more. */
    void others(Allowance.Kind kind, String name, long day, long nanoDollars) {
        add(of(kind, name), day, nanoDollars);
        allowances.of(kind, name).spending().add(day, nanoDollars, Calendar.monthOf(day), nanoDollars);
    }

    /** The file says what the whole sums are. */
    void whole(Allowance.Kind kind, String name, Spending.Sums told) {
        Periods sums = of(kind, name);
        long day = Periods.set(sums.days, told.epochDay(), told.dayNanoDollars());
        long month = Periods.set(sums.months, told.epochMonth(), told.monthNanoDollars());
        allowances.of(kind, name).spending().add(told.epochDay(), day, told.epochMonth(), month);
    }

    /** The lines of all sums, of earlier days first. */
    void lines(Consumer<String> out) {
        all.forEach((whose, sums) -> {
            sums.months.forEach((month, nanoDollars) -> {
                List<Long> days = sums.days.keySet().stream().filter(day -> Calendar.monthOf(day) == month).toList();
                if (days.isEmpty()) {
                    long last = Calendar.lastDayOf(month);
                    out.accept(SpendingLine.sum(whose.kind(), whose.name(), new Spending.Sums(last, month, 0, nanoDollars, 0)));
                }
                days.forEach(day -> out.accept(SpendingLine.sum(whose.kind(), whose.name(),
                        new Spending.Sums(day, month, sums.days.get(day), nanoDollars, 0))));
            });
        });
    }
}
