package sluice.simulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides about each request: the account's key, the model, a directive in the text and what a test has scripted, the later
 * stronger. Thread-safe.
 */
final class FaultPlan {
    /** Most counters of {@code times}: more accounts than any test has. */
    private static final int MAX_COUNTERS = 100_000;

    private final Fault base;
    private final ConcurrentMap<String, Queue<Fault>> scripts = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Fault> standing = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, AtomicInteger> counters = new ConcurrentHashMap<>();

    /**
     * Where a request came in.
     *
     * @param route one of {@link FaultOption#ROUTES}
     * @param reusedConnection whether an earlier request of the connection was answered
     */
    record Place(String route, boolean reusedConnection) {
    }

    FaultPlan(Fault base) {
        this.base = base;
    }

    /** The next requests of {@code key} get these, one each. */
    void script(String key, Fault... faults) {
        scripts.compute(key, (k, queue) -> {
            Queue<Fault> longer = queue == null ? new ArrayDeque<>() : queue;
            longer.addAll(Arrays.asList(faults));
            return longer;
        });
    }

    void forgetScript(String key) {
        scripts.remove(key);
    }

    /** Every request of {@code key} gets this, until changed. */
    void always(String key, Fault fault) {
        standing.put(key, fault);
    }

    /**
     * The fault for one request.
     *
     * @throws IllegalArgumentException if the key, the model or the text names an unknown option
     */
    Fault choose(String key, String model, String lastText, Place place) {
        Fault chosen = base.and(Fault.ofKey(key)).and(Fault.ofModel(model)).and(Fault.ofText(lastText));
        chosen = chosen.and(standing.getOrDefault(key, Fault.NONE)).and(scripted(key));
        boolean elsewhere = chosen.text(FaultOption.ROUTE).filter(route -> !route.equals(place.route())).isPresent();
        if (elsewhere || chosen.has(FaultOption.REUSE) && !place.reusedConnection()) {
            return chosen.healed();
        }
        int times = chosen.count(FaultOption.TIMES, Integer.MAX_VALUE);
        if (times == Integer.MAX_VALUE) {
            return chosen;
        }
        String counter = key + ' ' + chosen.text(FaultOption.ID).orElse("");
        if (counters.size() >= MAX_COUNTERS) {
            counters.clear();
        }
        int before = counters.computeIfAbsent(counter, k -> new AtomicInteger()).getAndIncrement();
        return before < times ? chosen : chosen.healed();
    }

    /** What an account gets apart from any single request: at a WebSocket handshake. */
    Fault standing(String key) {
        return base.and(Fault.ofKey(key)).and(standing.getOrDefault(key, Fault.NONE));
    }

    /** What {@link #standing} says of one count, before a request's body is read; none where the key is not understood. */
    OptionalInt standingCount(String key, FaultOption option) {
        try {
            int count = standing(key).count(option, -1);
            return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }

    private Fault scripted(String key) {
        Fault[] next = {Fault.NONE};
        scripts.computeIfPresent(key, (k, queue) -> {
            Fault head = queue.poll();
            if (head != null) {
                next[0] = head;
            }
            return queue.isEmpty() ? null : queue;
        });
        return next[0];
    }
}
