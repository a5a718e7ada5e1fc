package sluice.ops;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells one listener once of each budget of which four fifths are spent, and again when it has renewed. Confined to its thread. */
final class BudgetWatch {
    private static final double SOFT_LIMIT = 0.8;
    private static final double NANO_DOLLARS = 1e9;

    private Set<Near> told = Set.of();

    /** A budget that will soon be spent, or is. */
    private record Near(Money.Kind kind, String name, String period) { }

    /** Events of budgets that have come near their end since this was asked last. */
    List<String> fresh(Money money) {
        Set<Near> now = new HashSet<>();
        List<String> events = new ArrayList<>(0);
        for (Money.Sum sum : money.sums()) {
            look(sum, "day", sum.day(), now, events);
            look(sum, "month", sum.month(), now, events);
        }
        told = now;
        return events;
    }

    private void look(Money.Sum sum, String period, Money.Part part, Set<Near> now, List<String> events) {
        double used = part.budgetUsd() == 0 ? 0 : part.nanoDollars() / NANO_DOLLARS / part.budgetUsd();
        Near near = new Near(sum.kind(), sum.name(), period);
        if (used >= SOFT_LIMIT) {
            now.add(near);
            if (!told.contains(near)) {
                events.add(JsonOut.object(json -> json.text("kind", AdminJson.lower(sum.kind())).text("name", sum.name())
                        .text("period", period).number("used", used).number("budget_usd", part.budgetUsd())));
            }
        }
    }
}
