package sluice.sched;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import sluice.api.AccountScheduler.Selection.Cause;
import sluice.api.Decision.FilterReason;
import sluice.sched.Condition.Trouble;

/**
 * Why a request finds no slot, what that means, and when it might find one: asked only when there is none, so that a selection that
 * succeeds does not pay for it. Reused; confined to one thread at a time.
 */
final class Outlook {
    /** What to tell a client while a probe is under way. */
    private static final Duration PROBE_RETRY = Duration.ofSeconds(1);

    private final int[] counts = new int[FilterReason.values().length];
    private int accounts;
    private int fitting;
    private int probed;
    private int serving;
    private long soonestFitNanos;
    private long soonestEndNanos;
    private Trouble soonestTrouble;
    private long renewalNanos;

    /** Looks at every account that may serve the request at all: at its owner alone, if it has one. */
    void survey(View view) {
        Arrays.fill(counts, 0);
        accounts = view.accounts().size();
        fitting = 0;
        probed = 0;
        serving = 0;
        soonestFitNanos = Long.MAX_VALUE;
        soonestEndNanos = Long.MAX_VALUE;
        renewalNanos = Long.MAX_VALUE;
        soonestTrouble = Trouble.NONE;
        for (int i = 0; i < accounts; i++) {
            serving += view.serves(i) ? 1 : 0;
            if (view.owner() < 0 || view.owner() == i) {
                visit(view, i);
            }
        }
    }

    private void visit(View view, int position) {
        if (view.fits(position)) {
            fitting++;
            return;
        }
        FilterReason reason = view.reason(position);
        counts[reason.ordinal()]++;
        switch (reason) {
            case RATE_LIMITED, USAGE_LIMIT, COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED -> rests(view, position, reason);
            case NO_FREE_SLOT, EXCLUDED, DISABLED, MODEL_NOT_SERVED, ROUTE_NOT_SERVED, TRANSPORT_NOT_OFFERED, OTHER_ORGANIZATION,
                    QUEUE_FULL, HIGHER_TIER -> { }
        }
    }

    private void rests(View view, int position, FilterReason reason) {
        long end = view.restEndsNanos(position);
        boolean tried = view.request().rulesOut(view.accounts().get(position).name());
        if (end == 0) {
            probed += tried ? 0 : 1;
            return;
        }
        Condition condition = view.troubled(position);
        probed += condition.probing() && !tried ? 1 : 0;
        if (reason == FilterReason.UNAUTHORIZED && soonestTrouble != Trouble.NONE) {
            return;
        }
        if (end < soonestEndNanos || soonestTrouble == Trouble.UNAUTHORIZED) {
            soonestEndNanos = end;
            soonestTrouble = condition.trouble();
        }
        if (condition.trouble() == Trouble.USED_UP) {
            renewalNanos = Math.min(renewalNanos, Math.max(end, condition.pause().statedUntilNanos()));
        }
        // A refused key is not worth a wait: it seldom heals by itself.
        if (!tried && reason != FilterReason.UNAUTHORIZED) {
            soonestFitNanos = Math.min(soonestFitNanos, end);
        }
    }

    /** Whether an account fits after all. */
    boolean someFit() {
        return fitting > 0;
    }

    /** Whether an account may become free at any moment. */
    boolean someBusy() {
        return count(FilterReason.NO_FREE_SLOT) + probed > 0;
    }

    /** Whether nothing but open breakers keeps the request from being served, and no probe is under way. */
    boolean onlyBreakers() {
        return count(FilterReason.BREAKER_OPEN) > 0 && probed == 0 && fitting == 0
                && count(FilterReason.NO_FREE_SLOT) + count(FilterReason.COOLING_DOWN) + count(FilterReason.RATE_LIMITED)
                + count(FilterReason.USAGE_LIMIT) == 0;
    }

    /** The end of the soonest rest that is worth a wait; {@link Long#MAX_VALUE} if there is none. */
    long soonestFitNanos() {
        return soonestFitNanos;
    }

    /** Counts of the reasons, of those that occur. */
    Map<FilterReason, Integer> reasons() {
        Map<FilterReason, Integer> reasons = new EnumMap<>(FilterReason.class);
        for (FilterReason reason : FilterReason.values()) {
            if (count(reason) > 0) {
                reasons.put(reason, count(reason));
            }
        }
        return reasons;
    }

    /** What it means for the client: the class of the account that can be had first. */
    Cause cause(RestBook rests, long nowNanos) {
        if (accounts > 0 && serving == 0) {
            return new Cause.ModelUnknown();
        }
        if (count(FilterReason.NO_FREE_SLOT) > 0) {
            return new Cause.Busy();
        }
        return switch (soonestTrouble) {
            case RATE_LIMITED -> new Cause.RateLimit();
            case USED_UP -> new Cause.UsageLimit(rests.epochOf(renewalNanos, nowNanos));
            case NONE, COOLING, BREAKER, REFUSED, UNAUTHORIZED, UNSERVED -> new Cause.Broken();
        };
    }

    /** How long until an account can be had; zero if that is not known. */
    Duration retryAfter(long nowNanos) {
        if (soonestEndNanos == Long.MAX_VALUE) {
            return probed > 0 ? PROBE_RETRY : Duration.ZERO;
        }
        long end = soonestTrouble == Trouble.USED_UP ? renewalNanos : soonestEndNanos;
        return Duration.ofNanos(Math.max(1, end - nowNanos));
    }

    private int count(FilterReason reason) {
        return counts[reason.ordinal()];
    }
}
