package sluice.ops;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.Quota;

/** Budgets and quotas as metrics. Stateless. */
final class MoneyReadings {
    private static final double NANO_DOLLARS = 1e9;

    private MoneyReadings() {
    }

    static List<ScrapedGauges.Reading> of(GatewayView gateway, Instant now) {
        List<ScrapedGauges.Reading> all = new ArrayList<>();
        Money money = gateway.money();
        for (Money.Sum sum : money.sums()) {
            budget(all, sum, "day", sum.day());
            budget(all, sum, "month", sum.month());
            if (sum.day().budgetUsd() > 0 || sum.month().budgetUsd() > 0) {
                all.add(new ScrapedGauges.Reading("sluice_budget_reserved_dollars", "Dollars reserved for requests that are under way.",
                        List.of("kind", AdminJson.lower(sum.kind()), "name", sum.name()), sum.reservedNanoDollars() / NANO_DOLLARS));
            }
        }
        all.add(renewal("day", money.dayRenews(), now));
        all.add(renewal("month", money.monthRenews(), now));
        for (AccountStatus account : gateway.scheduler().accounts()) {
            account.limits().quotas().stream().filter(quota -> quota.model().isEmpty() || gateway.models().contains(quota.model()))
                    .forEach(quota -> quota(all, account.name(), quota, now));
        }
        return all;
    }

    private static void budget(List<ScrapedGauges.Reading> all, Money.Sum sum, String period, Money.Part part) {
        if (part.budgetUsd() > 0) {
            List<String> labels = List.of("kind", AdminJson.lower(sum.kind()), "name", sum.name(), "period", period);
            all.add(new ScrapedGauges.Reading("sluice_budget_dollars", "Most dollars of a budget.", labels, part.budgetUsd()));
            all.add(new ScrapedGauges.Reading("sluice_budget_left_dollars", "Dollars of a budget that are not spent.", labels,
                    Math.max(0, part.budgetUsd() - part.nanoDollars() / NANO_DOLLARS)));
            all.add(new ScrapedGauges.Reading("sluice_budget_used_ratio", "The part of a budget that is spent; 1: all of it.", labels,
                    part.nanoDollars() / NANO_DOLLARS / part.budgetUsd()));
        }
    }

    private static ScrapedGauges.Reading renewal(String period, Instant renews, Instant now) {
        return new ScrapedGauges.Reading("sluice_budget_renewal_seconds", "How long until budgets of this period renew.",
                List.of("period", period), seconds(now, renews));
    }

    private static void quota(List<ScrapedGauges.Reading> all, String account, Quota quota, Instant now) {
        List<String> labels = List.of("account", account, "model", quota.model(), "window", quota.window());
        all.add(new ScrapedGauges.Reading("sluice_account_quota_left_ratio", "The part of an account's window that is left.", labels,
                quota.left()));
        all.add(new ScrapedGauges.Reading("sluice_account_quota_renewal_seconds", "How long until the window is whole again.", labels,
                seconds(now, Instant.ofEpochMilli(quota.renewsEpochMillis()))));
    }

    private static double seconds(Instant now, Instant then) {
        return Math.max(0, Duration.between(now, then).toMillis() / 1000.0);
    }
}
