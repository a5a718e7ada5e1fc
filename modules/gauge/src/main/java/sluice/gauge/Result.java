package sluice.gauge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** All rounds of one side. Confined to one thread. */
final class Result {
    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private long elapsedNanos;
    private Duration cpu = Duration.ZERO;
    private boolean cpuKnown;

    /** Adds a round; {@code used} is the CPU time that the gateway's process used meanwhile, where it can be known. */
    void add(Round round, Optional<Duration> used) {
        samples.addAll(round.samples());
        round.failures().forEach((reason, count) -> failures.merge(reason, count, Integer::sum));
        elapsedNanos += round.elapsedNanos();
        used.ifPresent(time -> {
            cpu = cpu.plus(time);
            cpuKnown = true;
        });
    }

    int answered() {
        return samples.size();
    }

    int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }

    Map<String, Integer> failures() {
        return failures;
    }

    /** The time that {@code percent} of the answered requests did not exceed; of none, empty. */
    Optional<Long> percentile(ToLongFunction<Sample> time, double percent) {
        long[] sorted = samples.stream().mapToLong(time).sorted().toArray();
        return sorted.length == 0 ? Optional.empty()
                : Optional.of(sorted[Math.clamp((int) Math.ceil(sorted.length * percent / 100) - 1, 0, sorted.length - 1)]);
    }

    /** Answered requests in a second. */
    double perSecond() {
        return elapsedNanos == 0 ? 0 : answered() * 1e9 / elapsedNanos;
    }

    /** Events in a second. */
    double eventsPerSecond() {
        return elapsedNanos == 0 ? 0 : samples.stream().mapToLong(Sample::events).sum() * 1e9 / elapsedNanos;
    }

    /** CPU time of the gateway's process for each answered request. */
    Optional<Duration> cpuPerRequest() {
        return cpuKnown && answered() > 0 ? Optional.of(cpu.dividedBy(answered())) : Optional.empty();
    }

    @Override
    public String toString() {
        return answered() + " answered, " + Arrays.toString(failures.entrySet().toArray());
    }
}
