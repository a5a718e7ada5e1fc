package sluice.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sluice.api.UsageRecord;
import sluice.records.EndedRequest;

/**
 * How long an account takes, against the others for the same work: the same model on the same route, streams apart from whole answers.
 *
 * @param account the account
 * @param model the model for which it is slowest, as clients spell it
 * @param tookNanos from calling the account to its first output, or of a whole answer to its headers: the median of the newest three
 * @param othersNanos the same of all other accounts: the median over the newest three of each
 */
record Slowness(String account, String model, long tookNanos, long othersNanos) {
    /** Only what ended within this time is compared: an account that has recovered is forgiven by then. */
    private static final long WINDOW_MILLIS = 10 * 60_000;
    /**
     * So many of the newest answers of an account are looked at: one that took long says nothing, two of three do. More would hide
     * an account that sessions leave as soon as it is slow.
     */
    private static final int NEWEST = 3;
    /** A difference that nobody feels is none, however many times the small number fits into it. */
    private static final long FELT_NANOS = 1_000_000_000;

    private record Work(String route, String model, boolean stream) { }

    /** How many times as long as the others the account takes; 1 where the difference is less than a second. */
    double times() {
        return tookNanos - othersNanos < FELT_NANOS ? 1 : tookNanos / (double) Math.max(1, othersNanos);
    }

    /** Each account that can be compared, by its slowest work, in order of names. */
    static List<Slowness> of(RecentRequests recent, long nowEpochMillis) {
        Map<Work, Map<String, List<Long>>> times = new HashMap<>();
        recent.newest(Integer.MAX_VALUE, request -> compares(request, nowEpochMillis)).forEach(request -> {
            UsageRecord usage = request.usage();
            List<Long> newest = times.computeIfAbsent(new Work(usage.route(), usage.model(), usage.stream()), work -> new HashMap<>())
                    .computeIfAbsent(usage.account(), account -> new ArrayList<>());
            if (newest.size() < NEWEST) {
                newest.add(took(request));
            }
        });
        Map<String, Slowness> worst = new HashMap<>();
        times.forEach((work, byAccount) -> byAccount.forEach((account, own) -> {
            List<Long> others = byAccount.entrySet().stream().filter(entry -> !entry.getKey().equals(account))
                    .flatMap(entry -> entry.getValue().stream()).toList();
            if (own.size() == NEWEST && others.size() >= NEWEST) {
                worst.merge(account, new Slowness(account, work.model(), median(own), median(others)),
                        (one, other) -> one.times() >= other.times() ? one : other);
            }
        }));
        return worst.values().stream().sorted(Comparator.comparing(Slowness::account)).toList();
    }

    private static boolean compares(EndedRequest request, long nowEpochMillis) {
        UsageRecord usage = request.usage();
        return usage.status() == 200 && took(request) > 0
                && nowEpochMillis - usage.epochMillis() - usage.durationNanos() / 1_000_000 < WINDOW_MILLIS;
    }

    private static long took(EndedRequest request) {
        return request.usage().stream() ? request.upstreamFirstOutputNanos() : request.upstreamHeadersNanos();
    }

    private static long median(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
