package sluice.sched;

import java.util.Optional;
import sluice.api.Decision;
import sluice.api.SchedulerSettings;
import sluice.api.Selection.FilterReason;

/** The three layers, in order. Decides and takes nothing, so that select, explain and a waiting request share it. Thread-safe. */
final class Layers {
    private final StickyPrice price;
    /** A rest that is longer than any the gateway would guess is a lasting reason. */
    private final long lastingNanos;

    Layers(SchedulerSettings settings) {
        price = new StickyPrice(settings.sticky());
        lastingNanos = settings.coolDown().unknownMax().toNanos();
    }

    /**
     * Chooses.
     *
     * @param lineup receives the accounts to try, in order
     * @param patience whether the request may still wait for its session's account alone
     */
    Choice choose(Lineup lineup, Fleet fleet, Wish wish, long nowNanos, boolean patience) {
        if (!wish.owner().isEmpty()) {
            return owner(lineup, fleet, wish, nowNanos);
        }
        if (wish.binding() != Wish.UNBOUND) {
            return session(lineup, fleet, wish, nowNanos, patience);
        }
        return balance(lineup, fleet, wish, nowNanos);
    }

    /** The choice where a slot came free for a request that waited. */
    Choice granted(Fleet fleet, Wish wish, boolean home, long nowNanos) {
        if (wish.binding() == Wish.UNBOUND) {
            return Choice.FREE;
        }
        if (home) {
            return Choice.stay(stickiness(wish, 0, 0, false, "its slot came free"));
        }
        Optional<Member> found = fleet.named(wish.binding().account());
        int code = found.map(member -> Eligibility.check(member, wish, nowNanos)).orElse(FilterReason.DISABLED.ordinal());
        boolean lasting = found.isEmpty() || code != Eligibility.FITS
                && lasting(found.get(), wish, Eligibility.reason(code), nowNanos);
        String why = code == Eligibility.FITS ? "another slot came free" : text(Eligibility.reason(code));
        return Choice.leave(lasting || wish.leaves(), stickiness(wish, 0, 0, true, why));
    }

    private Choice owner(Lineup lineup, Fleet fleet, Wish wish, long nowNanos) {
        Optional<Member> owner = fleet.named(wish.owner());
        if (owner.isEmpty()) {
            return balance(lineup, fleet, wish, nowNanos);
        }
        lineup.gatherOnly(owner.get(), wish, nowNanos);
        if (lineup.size() > 0) {
            lineup.prefer(0);
        }
        return Choice.OWNER;
    }

    private Choice balance(Lineup lineup, Fleet fleet, Wish wish, long nowNanos) {
        lineup.gather(fleet, wish, nowNanos);
        lineup.rank(wish.seed());
        return Choice.FREE;
    }

    private Choice session(Lineup lineup, Fleet fleet, Wish wish, long nowNanos, boolean patience) {
        Optional<Member> found = fleet.named(wish.binding().account());
        if (found.isEmpty()) {
            lineup.gather(fleet, wish, nowNanos);
            lineup.rank(wish.seed());
            return Choice.leave(true, stickiness(wish, 0, 0, true, "account is gone"));
        }
        Member home = found.get();
        int code = Eligibility.check(home, wish, nowNanos);
        long cell = Lineup.ttftCell(home, wish, nowNanos);
        double ttftMillis = FadingMean.freshness(cell, nowNanos) == 0 ? 0 : FadingMean.mean(cell) / 1e6;
        cell = home.state.errors.read();
        double errors = FadingMean.mean(cell) * FadingMean.freshness(cell, nowNanos);
        double stay = price.cost(0, ttftMillis, errors);
        double worth = price.worth(wish.binding().cachedTokens());
        // A response whose account is unknown is most likely at home: then no price counts.
        boolean lives = !wish.request().boundTo().isEmpty();
        if (code == Eligibility.FITS && home.tier == fleet.lowestTier() && (lives || price.nothingToGain(stay, worth))) {
            lineup.gatherOnly(home, wish, nowNanos);
            if (lineup.size() > 0) {
                lineup.prefer(0);
                return Choice.stay(stickiness(wish, stay, worth, false, "nothing to gain"));
            }
        }
        lineup.gather(fleet, wish, nowNanos);
        Home at = new Home(home, lineup.indexOf(home), code, ttftMillis, errors, stay, worth);
        if (at.index >= 0) {
            return atHome(lineup, wish, at, lives);
        }
        return away(lineup, wish, at, nowNanos, patience);
    }

    /** The session's account: where it is in the line-up (-1: it does not fit), what it is like and what staying costs. */
    private record Home(Member member, int index, int code, double ttftMillis, double errors, double stayMillis,
            double worthMillis) { }

    /** The session's account could serve: is it worth it? */
    private Choice atHome(Lineup lineup, Wish wish, Home home, boolean lives) {
        double best = bestElsewhere(lineup, home);
        double leave = best + home.worthMillis;
        boolean poor = price.poor(home.ttftMillis, home.errors) && betterUnknown(lineup, home);
        boolean left = !lives && best < Double.MAX_VALUE && (poor || price.leaves(home.stayMillis, leave));
        if (!left) {
            lineup.prefer(home.index);
            String reason = best == Double.MAX_VALUE ? "no other account fits" : "leaving would not pay";
            return Choice.stay(stickiness(wish, home.stayMillis, best == Double.MAX_VALUE ? 0 : leave, false, reason));
        }
        lineup.rankWithout(home.index, wish.seed());
        return Choice.leave(true, stickiness(wish, home.stayMillis, leave, true, poor ? "too slow or failing" : "leaving pays"));
    }

    /** The session's account cannot serve now: wait for it, go elsewhere once, or move. */
    private Choice away(Lineup lineup, Wish wish, Home home, long nowNanos, boolean patience) {
        FilterReason reason = home.code == Eligibility.FITS ? FilterReason.HIGHER_TIER : Eligibility.reason(home.code);
        if (reason == FilterReason.NO_FREE_SLOT && patience && !wish.leaves() && lineup.size() > 0
                && home.member.tier <= lineup.member(0).tier) {
            double leave = bestElsewhere(lineup, home) + home.worthMillis;
            double wait = expectedWaitMillis(home.member, nowNanos);
            double patienceMillis = price.patienceMillis(home.stayMillis, leave);
            if (wait < patienceMillis) {
                lineup.prefer(-1);
                long until = nowNanos + Math.min((long) (patienceMillis * 1e6), wish.request().waitNanos());
                return Choice.patient(until, stickiness(wish, home.stayMillis + wait, leave, false, "waits for a slot"));
            }
        }
        lineup.rank(wish.seed());
        boolean lasting = lasting(home.member, wish, reason, nowNanos);
        return Choice.leave(lasting || wish.leaves(), stickiness(wish, home.stayMillis, 0, true, text(reason)));
    }

    private boolean lasting(Member home, Wish wish, FilterReason reason, long nowNanos) {
        return switch (reason) {
            case DISABLED, MODEL_NOT_SERVED, TRANSPORT_NOT_OFFERED, UNAUTHORIZED, HIGHER_TIER -> true;
            case COOLING_DOWN -> Eligibility.restEndNanos(home, wish, nowNanos) - nowNanos > lastingNanos;
            case EXCLUDED, BREAKER_OPEN, OTHER_ORGANIZATION, NO_FREE_SLOT, QUEUE_FULL -> false;
        };
    }

    /** The least cost among the others; an unknown speed is taken to be the home's own. MAX_VALUE if there is no other. */
    private double bestElsewhere(Lineup lineup, Home home) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < lineup.size(); i++) {
            if (i != home.index) {
                double ttftMillis = lineup.ttftMillis(i) == 0 ? home.ttftMillis : lineup.ttftMillis(i);
                best = Math.min(best, price.cost(0, ttftMillis, lineup.errors(i)));
            }
        }
        return best;
    }

    /** Whether there is an account of unknown speed that does not fail too often: where prices cannot be compared. */
    private boolean betterUnknown(Lineup lineup, Home home) {
        for (int i = 0; i < lineup.size(); i++) {
            if (i != home.index && lineup.ttftMillis(i) == 0 && !price.poor(0, lineup.errors(i))) {
                return true;
            }
        }
        return false;
    }

    /** Slots come free every (time held / slots); unknown is taken as too long. */
    private static double expectedWaitMillis(Member home, long nowNanos) {
        long cell = home.state.heldNanos.read();
        if (FadingMean.freshness(cell, nowNanos) == 0) {
            return Double.MAX_VALUE;
        }
        return FadingMean.mean(cell) / 1e6 / home.concurrency * (1 + home.state.waiting.get());
    }

    private static Decision.Stickiness stickiness(Wish wish, double stay, double leave, boolean left, String reason) {
        return new Decision.Stickiness(wish.binding().account(), stay, leave, left, reason);
    }

    private static String text(FilterReason reason) {
        return switch (reason) {
            case EXCLUDED -> "already tried";
            case DISABLED -> "disabled";
            case COOLING_DOWN -> "cooling down";
            case BREAKER_OPEN -> "breaker open";
            case UNAUTHORIZED -> "unauthorized";
            case MODEL_NOT_SERVED -> "model not served";
            case TRANSPORT_NOT_OFFERED -> "transport not offered";
            case OTHER_ORGANIZATION -> "other organization";
            case NO_FREE_SLOT -> "no free slot";
            case QUEUE_FULL -> "queue full";
            case HIGHER_TIER -> "a lower tier fits";
        };
    }
}
