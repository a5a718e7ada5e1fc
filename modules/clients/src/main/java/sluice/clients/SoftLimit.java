package sluice.clients;

import java.util.Locale;
import sluice.config.Quota;

/** Says once that four fifths of a budget are spent, when the request that passes them is settled. Stateless. */
final class SoftLimit {
    private static final double SHARE = 0.8;

    private SoftLimit() {
    }

    /** {@code sums} were just made greater by {@code nanoDollars}. */
    static void tell(Allowance allowance, Quota.Budget budget, Spending.Sums sums, long nanoDollars) {
        if (!budget.isOpen()) {
            passed(allowance, budget.dayUsd(), "day", sums.dayNanoDollars(), nanoDollars);
            passed(allowance, budget.monthUsd(), "month", sums.monthNanoDollars(), nanoDollars);
        }
    }

    private static void passed(Allowance allowance, double limitUsd, String period, long spent, long nanoDollars) {
        double mark = limitUsd * SHARE;
        if (Spending.isUsed(mark, spent) && !Spending.isUsed(mark, spent - nanoDollars)) {
            System.getLogger("sluice.clients").log(System.Logger.Level.WARNING, "budget: "
                    + allowance.kind().name().toLowerCase(Locale.ROOT) + ' ' + allowance.name() + " has spent 80 % of its $"
                    + limitUsd + " a " + period);
        }
    }
}
