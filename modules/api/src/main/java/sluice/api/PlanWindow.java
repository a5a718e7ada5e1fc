package sluice.api;

import java.util.ArrayList;
import java.util.List;
import sluice.api.AccountStatus.Quota;

/**
 * One window of an account's plan, as its upstream tells it, in headers or in {@code codex.rate_limits}. What is missing is -1. Immutable.
 *
 * @param usedPercent how much of it is used
 * @param minutes how long it is
 * @param renewsInSeconds until it is whole again
 * @param renewsAtSeconds when it is, by the epoch
 */
public record PlanWindow(double usedPercent, double minutes, double renewsInSeconds, double renewsAtSeconds) {
    private static final double MAX_SECONDS = 10.0 * 365 * 86_400;

    /** The quotas that two windows tell; those that make no sense are not known. */
    public static List<Quota> quotas(PlanWindow primary, PlanWindow secondary, long nowEpochMillis) {
        List<Quota> all = new ArrayList<>(4);
        primary.addTo(all, "primary", nowEpochMillis);
        secondary.addTo(all, "secondary", nowEpochMillis);
        return all;
    }

    private void addTo(List<Quota> all, String name, long nowEpochMillis) {
        boolean soon = renewsInSeconds >= 0 && renewsInSeconds < MAX_SECONDS;
        boolean dated = renewsAtSeconds > 0 && renewsAtSeconds < Long.MAX_VALUE / 1000;
        if (usedPercent >= 0 && minutes > 0 && minutes < MAX_SECONDS && (soon || dated)) {
            long renews = soon ? nowEpochMillis + (long) (renewsInSeconds * 1000) : (long) (renewsAtSeconds * 1000);
            all.add(new Quota(name, "", 1 - usedPercent / 100, (long) (minutes * 60_000), renews));
        }
    }
}
