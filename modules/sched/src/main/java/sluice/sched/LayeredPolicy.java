package sluice.sched;

import java.util.List;
import sluice.api.Account;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.SelectionPolicy.Shortlist;
import sluice.api.SelectionPolicy.Situation;

/** The three layers, in order: the response's owner, the session's account at its price, the best of the pool. Thread-safe. */
final class LayeredPolicy implements SelectionPolicy {
    private final StickyPrice price;
    /** A rest that is longer than any the gateway would guess is a lasting reason. */
    private final long lastingNanos;
    private final ReusePool<Lineup> lineups;

    LayeredPolicy(SchedulerSettings settings) {
        price = new StickyPrice(settings.sticky());
        lastingNanos = settings.failures().coolDown().unknownMax().toNanos();
        lineups = new ReusePool<>(() -> new Lineup(settings));
    }

    @Override
    public Choice choose(Situation now, Shortlist shortlist) {
        if (now.owner() >= 0) {
            if (now.fits(now.owner())) {
                shortlist.add(now.owner());
            }
            return Choice.OWNER;
        }
        Home home = Home.UNKNOWN;
        if (now.home() >= 0) {
            home = homeOf(now);
            if (home.fits && now.accounts().get(home.position).rank().tier() == now.accounts().getFirst().rank().tier()
                    && (livesThere(now) || price.nothingToGain(home.stayMillis, home.worthMillis))) {
                shortlist.add(home.position);
                return Choice.stay(stickiness(now, home.stayMillis, home.worthMillis, false, "nothing to gain"));
            }
        }
        Lineup lineup = lineups.take();
        try {
            lineup.gather(now);
            return now.binding().isBound() ? session(lineup, now, home, shortlist) : balance(lineup, now, shortlist);
        } finally {
            lineups.give(lineup);
        }
    }

    @Override
    public List<Decision.Candidate> candidates(Situation now) {
        Lineup lineup = lineups.take();
        try {
            lineup.gather(now);
            return lineup.candidates(now);
        } finally {
            lineups.give(lineup);
        }
    }

    @Override
    public Choice granted(Situation now, int position) {
        if (now.owner() >= 0) {
            return Choice.OWNER;
        }
        if (!now.binding().isBound()) {
            return Choice.FREE;
        }
        if (position == now.home()) {
            return Choice.stay(stickiness(now, 0, 0, false, "its slot came free"));
        }
        if (now.home() < 0) {
            return Choice.leave(true, stickiness(now, 0, 0, true, "account is gone"));
        }
        if (now.fits(now.home())) {
            return Choice.leave(now.leavesOrganization(), stickiness(now, 0, 0, true, "another slot came free"));
        }
        FilterReason reason = now.reason(now.home());
        return Choice.leave(lasting(now, reason) || now.leavesOrganization(), stickiness(now, 0, 0, true, text(reason)));
    }

    private static Choice balance(Lineup lineup, Situation now, Shortlist shortlist) {
        lineup.rank(seed(now), shortlist);
        return Choice.FREE;
    }

    /** Sessions draw by their key, so that restarts, replicas and explain agree. */
    private static long seed(Situation now) {
        return now.request().sessionKey() != 0 ? now.request().sessionKey() : now.request().seed();
    }

    /** A response whose account is unknown is most likely at home: then no price counts. */
    private static boolean livesThere(Situation now) {
        return !now.request().boundTo().isEmpty();
    }

    /** The session's account: where it is, what it is like, and what staying costs. */
    private record Home(int position, boolean fits, double ttftMillis, double errors, double stayMillis, double worthMillis) {
        static final Home UNKNOWN = new Home(-1, false, 0, 0, 0, 0);
    }

    private Home homeOf(Situation now) {
        int position = now.home();
        double ttftMillis = now.ttftNanos(position) / 1e6;
        double errors = now.errors(position);
        return new Home(position, now.fits(position), ttftMillis, errors, price.cost(0, ttftMillis, errors),
                price.worth(now.binding().cachedTokens()));
    }

    private Choice session(Lineup lineup, Situation now, Home home, Shortlist shortlist) {
        if (home.position < 0) {
            lineup.rank(seed(now), shortlist);
            return Choice.leave(true, stickiness(now, 0, 0, true, "account is gone"));
        }
        int place = lineup.placeOf(home.position);
        return place >= 0 ? atHome(lineup, now, home, place, shortlist) : away(lineup, now, home, shortlist);
    }

    /** The session's account could serve: is it worth it? */
    private Choice atHome(Lineup lineup, Situation now, Home home, int place, Shortlist shortlist) {
        double best = bestElsewhere(lineup, home, place);
        double leave = best + home.worthMillis;
        boolean poor = price.poor(home.ttftMillis, home.errors) && betterUnknown(lineup, place);
        boolean left = !livesThere(now) && best < Double.MAX_VALUE && (poor || price.leaves(home.stayMillis, leave));
        if (!left) {
            shortlist.add(home.position);
            String reason = best == Double.MAX_VALUE ? "no other account fits" : "leaving would not pay";
            return Choice.stay(stickiness(now, home.stayMillis, best == Double.MAX_VALUE ? 0 : leave, false, reason));
        }
        lineup.rankWithout(place, seed(now), shortlist);
        return Choice.leave(true, stickiness(now, home.stayMillis, leave, true, poor ? "too slow or failing" : "leaving pays"));
    }

    /** The session's account cannot serve now: wait for it, go elsewhere once, or move. */
    private Choice away(Lineup lineup, Situation now, Home home, Shortlist shortlist) {
        FilterReason reason = now.fits(home.position) ? FilterReason.HIGHER_TIER : now.reason(home.position);
        Account account = now.accounts().get(home.position);
        if (reason == FilterReason.NO_FREE_SLOT && now.patient() && !now.leavesOrganization() && lineup.size() > 0
                && account.rank().tier() <= lineup.tier()) {
            double leave = bestElsewhere(lineup, home, -1) + home.worthMillis;
            double wait = expectedWaitMillis(now, home.position);
            double patienceMillis = price.patienceMillis(home.stayMillis, leave);
            if (wait < patienceMillis) {
                long until = now.nowNanos() + Math.min((long) (patienceMillis * 1e6), now.request().waitNanos());
                return Choice.patient(until, stickiness(now, home.stayMillis + wait, leave, false, "waits for a slot"));
            }
        }
        lineup.rank(seed(now), shortlist);
        return Choice.leave(lasting(now, reason) || now.leavesOrganization(),
                stickiness(now, home.stayMillis, 0, true, text(reason)));
    }

    private boolean lasting(Situation now, FilterReason reason) {
        return switch (reason) {
            case DISABLED, MODEL_NOT_SERVED, TRANSPORT_NOT_OFFERED, UNAUTHORIZED, HIGHER_TIER -> true;
            case RATE_LIMITED, USAGE_LIMIT, COOLING_DOWN -> now.restEndsNanos(now.home()) - now.nowNanos() > lastingNanos;
            case EXCLUDED, BREAKER_OPEN, ROUTE_NOT_SERVED, OTHER_ORGANIZATION, NO_FREE_SLOT, QUEUE_FULL -> false;
        };
    }

    /** The least cost among the others; an unknown speed is taken to be the home's own. MAX_VALUE if there is no other. */
    private double bestElsewhere(Lineup lineup, Home home, int place) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < lineup.size(); i++) {
            if (i != place) {
                double ttftMillis = lineup.ttftMillis(i) == 0 ? home.ttftMillis : lineup.ttftMillis(i);
                best = Math.min(best, price.cost(0, ttftMillis, lineup.errors(i)));
            }
        }
        return best;
    }

    /** Whether there is an account of unknown speed that does not fail too often: where prices cannot be compared. */
    private boolean betterUnknown(Lineup lineup, int place) {
        for (int i = 0; i < lineup.size(); i++) {
            if (i != place && lineup.ttftMillis(i) == 0 && !price.poor(0, lineup.errors(i))) {
                return true;
            }
        }
        return false;
    }

    /** Slots come free every (time held / slots); unknown is taken as too long. */
    private static double expectedWaitMillis(Situation now, int position) {
        double held = now.heldNanos(position);
        return held == 0 ? Double.MAX_VALUE
                : held / 1e6 / now.accounts().get(position).rank().concurrency() * (1 + now.waiting(position));
    }

    private static Decision.Stickiness stickiness(Situation now, double stay, double leave, boolean left, String reason) {
        return new Decision.Stickiness(now.binding().account(), stay, leave, left, reason);
    }

    private static String text(FilterReason reason) {
        return switch (reason) {
            case EXCLUDED -> "already tried";
            case DISABLED -> "disabled";
            case RATE_LIMITED -> "rate limited";
            case USAGE_LIMIT -> "usage limit reached";
            case COOLING_DOWN -> "cooling down";
            case BREAKER_OPEN -> "breaker open";
            case UNAUTHORIZED -> "unauthorized";
            case MODEL_NOT_SERVED -> "model not served";
            case ROUTE_NOT_SERVED -> "route not served";
            case TRANSPORT_NOT_OFFERED -> "transport not offered";
            case OTHER_ORGANIZATION -> "other organization";
            case NO_FREE_SLOT -> "no free slot";
            case QUEUE_FULL -> "queue full";
            case HIGHER_TIER -> "a lower tier fits";
        };
    }
}
