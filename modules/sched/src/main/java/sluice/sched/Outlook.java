package sluice.sched;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import sluice.api.Selection.FilterReason;

/**
 * Why a request finds no slot, and when it might: asked only when there is none, so that a selection that succeeds does not pay for
 * it. Reused; confined to one thread at a time.
 */
final class Outlook {
    private final int[] counts = new int[FilterReason.values().length];
    private int fitting;
    private int full;
    private int probed;
    private long soonestFitNanos;
    private long soonestEndNanos;

    /** Looks at every account that may serve the request at all: at its owner alone, if it has one. */
    void survey(View view) {
        Arrays.fill(counts, 0);
        fitting = 0;
        full = 0;
        probed = 0;
        soonestFitNanos = Long.MAX_VALUE;
        soonestEndNanos = Long.MAX_VALUE;
        if (view.owner() >= 0) {
            visit(view, view.owner());
            return;
        }
        for (int i = 0; i < view.accounts().size(); i++) {
            visit(view, i);
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
            case NO_FREE_SLOT -> full++;
            case COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED -> rests(view, position, reason);
            case EXCLUDED, DISABLED, MODEL_NOT_SERVED, TRANSPORT_NOT_OFFERED, OTHER_ORGANIZATION, QUEUE_FULL, HIGHER_TIER -> { }
        }
    }

    private void rests(View view, int position, FilterReason reason) {
        long end = view.restEndsNanos(position);
        boolean tried = view.request().rulesOut(view.accounts().get(position).name());
        if (end == 0) {
            probed += tried ? 0 : 1;
            return;
        }
        soonestEndNanos = Math.min(soonestEndNanos, end);
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
        return full + probed > 0;
    }

    /** The end of the soonest rest that is worth a wait; {@link Long#MAX_VALUE} if there is none. */
    long soonestFitNanos() {
        return soonestFitNanos;
    }

    /** The end of the soonest rest; {@link Long#MAX_VALUE} if there is none. */
    long soonestEndNanos() {
        return soonestEndNanos;
    }

    Map<FilterReason, Integer> reasons() {
        Map<FilterReason, Integer> reasons = new EnumMap<>(FilterReason.class);
        for (FilterReason reason : FilterReason.values()) {
            if (counts[reason.ordinal()] > 0) {
                reasons.put(reason, counts[reason.ordinal()]);
            }
        }
        return reasons;
    }
}
