package sluice.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Lets threads meet on fresh objects, millions of times, and counts in what state they leave them, as jcstress does: every
 * thread has one thing to do with each object of a batch, they all walk through the batch together, and then each object is asked
 * for what became of it. {@code -Dsluice.stress.seconds=60} repeats a race for that long.
 */
final class Race {
    private static final int BATCH = 4096;
    private static final int BATCHES = 250;
    private static final int SPINS_BEFORE_YIELD = 200;
    private static final long SECONDS = Long.getLong("sluice.stress.seconds", 0);

    private Race() {
    }

    /** An object with what each thread saw of it. */
    static final class Subject<T> {
        final T object;
        /** One place for each thread. */
        final long[] seen;

        private Subject(T object, int threads) {
            this.object = object;
            seen = new long[threads];
        }
    }

    /**
     * How often each result came about, of about a million.
     *
     * @param actors what each thread does; the number is its place in {@link Subject#seen}
     */
    static <T> Map<String, Long> run(Supplier<T> fresh, Function<Subject<T>, String> result,
            List<BiConsumer<Subject<T>, Integer>> actors) throws Exception {
        Map<String, Long> results = new TreeMap<>();
        long end = System.nanoTime() + SECONDS * 1_000_000_000;
        for (int batch = 0; batch < BATCHES || System.nanoTime() < end; batch++) {
            List<Subject<T>> subjects = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                subjects.add(new Subject<>(fresh.get(), actors.size()));
            }
            meet(subjects, actors);
            subjects.forEach(subject -> results.merge(result.apply(subject), 1L, Long::sum));
        }
        return results;
    }

    private static <T> void meet(List<Subject<T>> subjects, List<BiConsumer<Subject<T>, Integer>> actors) throws Exception {
        AtomicInteger ready = new AtomicInteger();
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int a = 0; a < actors.size(); a++) {
            int actor = a;
            FutureTask<Void> task = new FutureTask<>(() -> {
                ready.incrementAndGet();
                for (int spins = 0; ready.get() < actors.size(); spins++) {
                    if (spins < SPINS_BEFORE_YIELD) {
                        Thread.onSpinWait();
                    } else {
                        Thread.yield();
                    }
                }
                for (Subject<T> subject : subjects) {
                    actors.get(actor).accept(subject, actor);
                }
            }, null);
            tasks.add(task);
            Thread.ofPlatform().start(task);
        }
        for (FutureTask<Void> task : tasks) {
            task.get();
        }
    }
}
