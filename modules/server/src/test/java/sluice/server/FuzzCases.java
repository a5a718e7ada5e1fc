package sluice.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Runs numbered cases, several at a time: most of them wait for a silence. Thread-safe. */
final class FuzzCases {
    private static final int AT_ONCE = 8;
    private static final int REMEMBERED = 2000;

    private final int seconds;
    private final long fewest;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    /** Markers of the cases before and of those that run: what leaks leaks soon. */
    private final Set<String> markers = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }));

    /** One case. */
    @FunctionalInterface
    interface Case {
        void run(long number) throws Exception;
    }

    /** So many cases, or as many as fit into so many seconds, if that is not 0. */
    FuzzCases(int seconds, long fewest) {
        this.seconds = seconds;
        this.fewest = fewest;
    }

    /** From now on no answer to another case may have this marker. */
    void begins(String marker) {
        markers.add(marker);
    }

    /** Whether a marker is that of a case other than the one of {@code own}. */
    boolean isAnothers(String marker, String own) {
        return !marker.equals(own) && markers.contains(marker);
    }

    synchronized void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** Runs all, and says how many there were and what became of them. */
    void run(String what, Case each) throws Exception {
        long begun = System.nanoTime();
        AtomicLong next = new AtomicLong();
        List<Future<?>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < AT_ONCE; i++) {
                workers.add(threads.submit(() -> {
                    long number = next.getAndIncrement();
                    while (seconds == 0 ? number < fewest : System.nanoTime() - begun < seconds * 1_000_000_000L) {
                        each.run(number);
                        number = next.getAndIncrement();
                    }
                    return number;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
        long cases = next.get() - AT_ONCE;
        System.out.printf("fuzzed %s: %d in %.0f s, %s%n", what, cases, (System.nanoTime() - begun) / 1e9, outcomes);
    }
}
