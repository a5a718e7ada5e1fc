package sluice.gauge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * What one side did under a load.
 *
 * @param samples the requests that were answered
 * @param failures how many were not, by reason
 * @param elapsedNanos from the first request due to the last answer's end
 */
record Round(List<Sample> samples, Map<String, Integer> failures, long elapsedNanos) {
    /** Requests that may be under way at once; those due later wait for a place, and their waiting counts. */
    private static final int MAX_IN_FLIGHT = 10_000;

    Round {
        samples = List.copyOf(samples);
        failures = Map.copyOf(failures);
    }

    /** Sends all requests, each when it is due, and waits for all answers. */
    static Round run(Side side, Load load) throws InterruptedException {
        byte[] body = load.body().getBytes(StandardCharsets.UTF_8);
        Queue<Sample> samples = new ConcurrentLinkedQueue<>();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        Semaphore places = new Semaphore(MAX_IN_FLIGHT);
        long start = System.nanoTime();
        try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < load.requests(); i++) {
                long due = start + load.dueNanos(i);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                places.acquire();
                requests.execute(() -> {
                    try {
                        samples.add(side.call(body, due));
                    } catch (IOException e) {
                        failures.add(e.getMessage() == null ? e.toString() : e.getMessage());
                    } finally {
                        places.release();
                    }
                });
            }
        }
        Map<String, Integer> reasons = new TreeMap<>();
        failures.forEach(reason -> reasons.merge(reason, 1, Integer::sum));
        return new Round(List.copyOf(samples), reasons, System.nanoTime() - start);
    }
}
