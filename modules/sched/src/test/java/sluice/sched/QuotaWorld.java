package sluice.sched;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Headers;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;

/**
 * Eight accounts with windows of five hours and of a week, on a virtual clock: a team that works by day and less at the weekend, in
 * sessions of twenty turns. What is left of a week's window when it is renewed was paid for and not used.
 */
final class QuotaWorld {
    /** Who chooses. */
    enum Policy { ROUND_ROBIN, WITHOUT_QUOTAS, WITH_QUOTAS }

    private static final int ACCOUNTS = 8;
    private static final double HOUR = 3600;
    private static final double WEEK = 7 * 24 * HOUR;
    private static final double SHORT = 5 * HOUR;
    /** What the plans allow in a week; in five hours it is an eighth of that. */
    private static final double[] WEEK_UNITS = {400, 400, 800, 800, 1000, 1000, 1600, 2000};
    private static final double SHORT_PART = 1 / 8.0;
    private static final int WEEKS = 5;
    private static final int TURNS = 20;
    private static final double TURN_SECONDS = 90;

    /** One account's windows. */
    private static final class Plan {
        final double weekUnits;
        final double shortUnits;
        double weekEnds;
        double weekUsed;
        double shortEnds;
        double shortUsed;

        Plan(double units) {
            weekUnits = units;
            shortUnits = units * SHORT_PART;
        }
    }

    private final Policy policy;
    private final Random random = new Random(Scenarios.SEED);
    private final Rig rig;
    private final List<Plan> plans = new ArrayList<>();
    private int next;
    private double unused;
    private double paid;
    private int asked;
    private int refused;

    QuotaWorld(Policy policy) {
        this.policy = policy;
        Account[] accounts = new Account[ACCOUNTS];
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts[i] = Rig.account("p" + i, 0, 0, 1, 64, "x");
            Plan plan = new Plan(WEEK_UNITS[(3 * i + 1) % ACCOUNTS]);
            // Bought on different days: the first window of each is a part of a week.
            plan.weekEnds = WEEK * (i + 1) / ACCOUNTS;
            plan.weekUsed = plan.weekUnits * (1 - (i + 1.0) / ACCOUNTS);
            plans.add(plan);
        }
        rig = new Rig(SchedulerSettings.defaults(), accounts);
    }

    /** Five weeks in which as much is asked for as {@code demand} times what the accounts may use. */
    QuotaWorld run(double demand) {
        double perSecond = demand * java.util.Arrays.stream(WEEK_UNITS).sum() / WEEK / TURNS;
        List<double[]> turns = new ArrayList<>();
        double at = 0;
        long session = 1;
        while (at < WEEKS * WEEK) {
            at += -Math.log(1 - random.nextDouble()) / (perSecond * busiest());
            if (random.nextDouble() < activity(at) / busiest()) {
                double turn = at;
                for (int i = 0; i < TURNS; i++) {
                    turns.add(new double[] {turn, session});
                    turn += -Math.log(1 - random.nextDouble()) * TURN_SECONDS;
                }
                session++;
            }
        }
        turns.sort((a, b) -> Double.compare(a[0], b[0]));
        turns.forEach(turn -> turn(turn[0], (long) turn[1]));
        return this;
    }

    /** Ten hours a day make most of the work; its mean over a week is 1. */
    private static double activity(double seconds) {
        double hour = seconds / HOUR % 24;
        boolean weekend = seconds % WEEK > 5 * 24 * HOUR;
        return (hour >= 9 && hour < 19 ? weekend ? 0.6 : 2.4 : 0.26) * 1.067;
    }

    private static double busiest() {
        return 2.4 * 1.067;
    }

    private void turn(double now, long session) {
        rig.nanos = (long) (now * 1e9);
        plans.forEach(plan -> renew(plan, now));
        boolean counts = now > WEEK;
        asked += counts ? 1 : 0;
        if (policy == Policy.ROUND_ROBIN) {
            for (int i = 0; i < ACCOUNTS; i++) {
                Plan plan = plans.get(next++ % ACCOUNTS);
                if (mayUse(plan)) {
                    use(plan, now);
                    return;
                }
            }
            refused += counts ? 1 : 0;
            return;
        }
        List<String> tried = new ArrayList<>();
        while (tried.size() < ACCOUNTS) {
            SelectionRequest request = SelectionRequest.by("team").model(Rig.MODEL).session(session * 0x9E3779B97F4A7C15L)
                    .excluding(java.util.Set.copyOf(tried)).seed(random.nextLong()).build();
            if (!(rig.answer(request) instanceof Selection.Selected(AccountLease lease))) {
                break;
            }
            try (lease) {
                Plan plan = plans.get(lease.account().name().charAt(1) - '0');
                if (mayUse(plan)) {
                    use(plan, now);
                    if (policy == Policy.WITH_QUOTAS) {
                        lease.answered(told(plan, now));
                    }
                    lease.report(Rig.success(Duration.ofMillis(500), 1000));
                    return;
                }
                double ends = plan.weekUsed >= plan.weekUnits ? plan.weekEnds : plan.shortEnds;
                lease.report(Rig.failure(Kind.USAGE_LIMIT, Duration.ofMillis((long) ((ends - now) * 1000))));
                tried.add(lease.account().name());
            }
        }
        refused += counts ? 1 : 0;
    }

    private void renew(Plan plan, double now) {
        while (now >= plan.weekEnds) {
            if (plan.weekEnds > WEEK) {
                unused += plan.weekUnits - plan.weekUsed;
                paid += plan.weekUnits;
            }
            plan.weekUsed = 0;
            plan.weekEnds += WEEK;
        }
    }

    private boolean mayUse(Plan plan) {
        double now = rig.nanos / 1e9;
        return plan.weekUsed < plan.weekUnits && (now >= plan.shortEnds || plan.shortUsed < plan.shortUnits);
    }

    /** The short window begins with its first use. */
    private static void use(Plan plan, double now) {
        if (now >= plan.shortEnds) {
            plan.shortEnds = now + SHORT;
            plan.shortUsed = 0;
        }
        plan.shortUsed++;
        plan.weekUsed++;
    }

    private static Headers told(Plan plan, double now) {
        return Headers.of("x-codex-primary-used-percent", percent(plan.shortUsed / plan.shortUnits),
                "x-codex-primary-window-minutes", "300",
                "x-codex-primary-reset-after-seconds", "" + (long) (plan.shortEnds - now),
                "x-codex-secondary-used-percent", percent(plan.weekUsed / plan.weekUnits), "x-codex-secondary-window-minutes", "10080",
                "x-codex-secondary-reset-after-seconds", "" + (long) (plan.weekEnds - now));
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.1f", 100 * part);
    }

    /** Share of what was paid for that was left at a renewal. */
    double unused() {
        return unused / paid;
    }

    /** Share of the turns that no account could serve. */
    double refused() {
        return (double) refused / asked;
    }
}
