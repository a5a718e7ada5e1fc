package sluice.responses;

import java.util.ArrayList;
import java.util.List;
import sluice.api.AccountStatus.Quota;
import sluice.json.JsonReader;

/**
 * One window of an account's plan, as {@code codex.rate_limits} tells it. What is missing is -1. Immutable.
 *
 * @param usedPercent how much of it is used
 * @param minutes how long it is
 * @param renewsInSeconds until it is whole again
 * @param renewsAtSeconds when it is, by the epoch
 */
public record PlanWindow(long usedPercent, long minutes, long renewsInSeconds, long renewsAtSeconds) {
    /** Nothing is told. */
    public static final PlanWindow UNTOLD = new PlanWindow(-1, -1, -1, -1);
    private static final long MAX_SECONDS = 10L * 365 * 86_400;

    /** What an account may still use, if this message tells it; empty of any other. */
    public static List<Quota> toldBy(byte[] message, int from, int to, long nowEpochMillis) {
        AnswerFacts facts = new AnswerFacts();
        JsonReader<Fact> json = new JsonReader<>(AnswerTree.EVENT, facts);
        for (int at = from; at < to; ) {
            at = json.feed(message, at, to);
        }
        return facts.type() == EventType.RATE_LIMITS ? facts.quotas(nowEpochMillis) : List.of();
    }

    /** The quotas that two windows tell; those that make no sense are not known. */
    public static List<Quota> quotas(PlanWindow primary, PlanWindow secondary, long nowEpochMillis) {
        List<Quota> all = new ArrayList<>(2);
        primary.addTo(all, "primary", nowEpochMillis);
        secondary.addTo(all, "secondary", nowEpochMillis);
        return all;
    }

    private void addTo(List<Quota> all, String name, long nowEpochMillis) {
        boolean soon = renewsInSeconds >= 0 && renewsInSeconds < MAX_SECONDS;
        boolean dated = renewsAtSeconds > 0 && renewsAtSeconds < Long.MAX_VALUE / 1000;
        if (usedPercent >= 0 && minutes > 0 && minutes < MAX_SECONDS && (soon || dated)) {
            long renews = soon ? nowEpochMillis + renewsInSeconds * 1000 : renewsAtSeconds * 1000;
            all.add(new Quota(name, "", 1 - usedPercent / 100.0, minutes * 60_000, renews));
        }
    }
}
