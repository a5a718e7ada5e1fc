package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Control;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;
import sluice.state.LocalStateFactory;

/**
 * Many threads on few slots. Bounded by iterations; {@code -Dsluice.stress.seconds=60} repeats it for that long.
 */
class StressTest {
    private static final int THREADS = 64;
    private static final int ACCOUNTS = 8;
    private static final int CONCURRENCY = 4;
    private static final int SELECTIONS_PER_THREAD = 400;
    private static final long SECONDS = Long.getLong("sluice.stress.seconds", 0);

    private final Accounts scheduler = new Accounts(SchedulerSettings.defaults(),
            new LayeredPolicy(SchedulerSettings.defaults()),
            new LocalStateFactory().create(Map.of()));
    private final Map<String, AtomicInteger> inUse = new ConcurrentHashMap<>();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger exceeded = new AtomicInteger();

    @Test
    void neverExceedsNorLeaksSlotsWhateverHappens() throws Exception {
        List<sluice.api.Account> accounts = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add(Rig.account("a" + i, 0, i % 3, 1 + i % 2, CONCURRENCY, i < 4 ? "x" : "y"));
            inUse.put("a" + i, new AtomicInteger());
        }
        scheduler.apply(accounts);
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        do {
            List<FutureTask<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int seed = t;
                FutureTask<Void> task = new FutureTask<>(() -> work(new Random(seed)), null);
                tasks.add(task);
                Thread.ofVirtual().start(task);
            }
            for (FutureTask<Void> task : tasks) {
                task.get();
            }
        } while (System.nanoTime() < end);

        assertEquals(0, exceeded.get(), "slots in use above the limit");
        for (AccountStatus status : scheduler.accounts()) {
            assertEquals(0, status.slots().taken(), status.name());
        }
        assertEquals(0, scheduler.waiting());
        // How many are refused is up to the machine, for accounts cool down in real time.
        assertTrue(served.get() >= (long) THREADS * SELECTIONS_PER_THREAD / 10, "served " + served + ", refused " + refused);
    }

    private void work(Random random) {
        for (int i = 0; i < SELECTIONS_PER_THREAD; i++) {
            boolean leaves = random.nextInt(20) == 0;
            if (leaves) {
                // The client has left already: the next wait ends at once, whatever it was about to be given.
                Thread.currentThread().interrupt();
            }
            SelectionRequest request = new SelectionRequest("client" + random.nextInt(5), Rig.MODEL, random.nextInt(50), "",
                    SelectionRequest.Transport.HTTP, random.nextInt(3) == 0, java.util.Set.of(),
                    random.nextInt(10) == 0 ? 50_000 : Duration.ofSeconds(20).toNanos(), random.nextLong());
            try {
                switch (scheduler.select(request)) {
                    case Selection.Selected(AccountLease lease) -> use(lease, random);
                    case Selection.Unavailable _ -> refused.incrementAndGet();
                }
            } catch (InterruptedException e) {
                refused.incrementAndGet();
            }
            Thread.interrupted();
            if (random.nextInt(500) == 0) {
                scheduler.control("a" + random.nextInt(ACCOUNTS), Control.RESET);
            }
        }
    }

    private void use(AccountLease lease, Random random) {
        AtomicInteger users = inUse.get(lease.account().name());
        if (users.incrementAndGet() > CONCURRENCY) {
            exceeded.incrementAndGet();
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            Thread.yield();
        }
        int fate = random.nextInt(200);
        if (fate < 4) {
            lease.report(Rig.failure(Kind.values()[random.nextInt(Kind.values().length)], Duration.ofMillis(1 + random.nextInt(5))));
        } else if (fate < 20) {
            lease.report(new AttemptOutcome.Ignored());
        } else if (fate < 180) {
            lease.report(Rig.success(Duration.ofMillis(1 + random.nextInt(100)), random.nextInt(1000)));
        }
        users.decrementAndGet();
        served.incrementAndGet();
        lease.close();
        if (random.nextBoolean()) {
            lease.close();
        }
    }

    @Test
    void losesNoSampleOfTheStatistics() throws Exception {
        FadingMean mean = new FadingMean();
        List<FutureTask<Void>> tasks = new ArrayList<>();
        AtomicInteger outside = new AtomicInteger();
        for (int t = 0; t < 8; t++) {
            FutureTask<Void> task = new FutureTask<>(() -> {
                for (int i = 0; i < 50_000; i++) {
                    mean.add(100 + i % 100, 0.2, i * 1000L);
                    float now = FadingMean.mean(mean.read());
                    if (now < 100 || now >= 200) {
                        outside.incrementAndGet();
                    }
                }
            }, null);
            tasks.add(task);
            Thread.ofPlatform().start(task);
        }
        for (FutureTask<Void> task : tasks) {
            task.get();
        }

        assertEquals(0, outside.get(), "a mean lies between its samples");
    }

    @Test
    void takesInEverySampleThatRaces() throws Exception {
        // Equal samples commute, so that 80 of them give one result, and a lost one another.
        FadingMean mean = new FadingMean();
        mean.add(1, 0.2, 0);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10; i++) {
                    mean.add(0, 0.2, 0);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(Math.pow(0.8, 80), FadingMean.mean(mean.read()), Math.pow(0.8, 80) / 1000);
    }
}
