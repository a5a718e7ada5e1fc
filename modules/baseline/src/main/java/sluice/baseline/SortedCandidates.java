package sluice.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import sluice.api.Account;
import sluice.api.SchedulerSettings.Weights;

/** Scores the accounts that fit in further passes, sorts all of them, and draws among the first few. Stateless. */
final class SortedCandidates {
    private static final double UNKNOWN_TTFT = 0.5;

    private SortedCandidates() {
    }

    /** An account with what is known about it. */
    record Facts(Account account, long nameHash, int inFlight, double errors, double ttftNanos) { }

    private record Scored(Account account, long nameHash, double score, double draw) { }

    /** The accounts in the order in which to try them. */
    static List<Account> order(List<Facts> fitting, Weights weights, int topK, long seed) {
        int firstPriority = Integer.MAX_VALUE;
        int lastPriority = 0;
        for (Facts facts : fitting) {
            firstPriority = Math.min(firstPriority, facts.account.rank().priority());
            lastPriority = Math.max(lastPriority, facts.account.rank().priority());
        }
        double fastest = Double.MAX_VALUE;
        double slowest = 0;
        for (Facts facts : fitting) {
            if (facts.ttftNanos > 0) {
                fastest = Math.min(fastest, facts.ttftNanos);
                slowest = Math.max(slowest, facts.ttftNanos);
            }
        }
        List<Scored> scored = new ArrayList<>();
        for (Facts facts : fitting) {
            double priority = lastPriority == firstPriority ? 1
                    : 1 - (double) (facts.account.rank().priority() - firstPriority) / (lastPriority - firstPriority);
            double load = 1 - Math.min((double) facts.inFlight / facts.account.rank().concurrency(), 1);
            double ttft = facts.ttftNanos == 0 || slowest <= fastest ? UNKNOWN_TTFT
                    : 1 - (facts.ttftNanos - fastest) / (slowest - fastest);
            double score = weights.priority() * priority + weights.load() * load + weights.queue()
                    + weights.errors() * (1 - facts.errors) + weights.ttft() * ttft;
            scored.add(new Scored(facts.account, facts.nameHash, score, draw(seed, facts.nameHash, facts.account.rank().weight())));
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparingDouble(Scored::draw));
        List<Scored> best = new ArrayList<>(scored.subList(0, Math.min(topK, scored.size())));
        double least = best.isEmpty() ? 0 : best.getLast().score;
        best.sort(Comparator.comparingDouble(one ->
                draw(seed, one.nameHash, one.account.rank().weight() * (one.score - least + 1))));
        List<Account> order = new ArrayList<>();
        best.forEach(one -> order.add(one.account));
        scored.stream().skip(best.size()).forEach(one -> order.add(one.account));
        return order;
    }

    /** Weighted random sampling by keys: the smallest comes first. */
    private static double draw(long seed, long nameHash, double weight) {
        long x = (seed ^ nameHash) + 0x9E3779B97F4A7C15L;
        x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return -Math.log((((x ^ x >>> 31) >>> 11) + 0.5) * 0x1p-53) / weight;
    }
}
