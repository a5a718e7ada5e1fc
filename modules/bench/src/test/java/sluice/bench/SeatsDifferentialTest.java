package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sluice.api.TurnPool;
import sluice.api.TurnPool.Seats.Grant;
import sluice.api.TurnPool.Seats.Seat;
import sluice.baseline.SweepingSeating;
import sluice.wspool.LeanSeating;

/** Both ways to keep seats, driven by the same clock and the same steps, choose, close and count the same. */
class SeatsDifferentialTest {
    private static final int STEPS = 20_000;
    private static final int CAPACITY = 16;
    private static final TurnPool.Settings SHORT_LIVED = new TurnPool.Settings(1, CAPACITY, 1, 4, 0.7, 0, Duration.ZERO,
            Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(9), Duration.ofSeconds(1), 1);

    private final AtomicLong clock = new AtomicLong();
    private final TurnPool.Seats<String> lean = new LeanSeating().create("a", SHORT_LIVED, CAPACITY, clock::get);
    private final TurnPool.Seats<String> sweeping = new SweepingSeating().create("a", SHORT_LIVED, CAPACITY, clock::get);
    private final List<Seat<String>> leanSeats = new ArrayList<>();
    private final List<Seat<String>> sweepingSeats = new ArrayList<>();

    @Test
    void chooseCloseAndCountTheSame() throws InterruptedException {
        for (long seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                clock.addAndGet(1 + random.nextLong(random.nextInt(50) == 0 ? 40_000_000_000L : 2_000_000_000));
                // The naive way sweeps in each step; the lean way's janitor is as quick here.
                assertEquals(sorted(sweeping.sweep(clock.get())), sorted(lean.sweep(clock.get())));
                step(random);
                assertEquals(sweeping.counts(), lean.counts());
                assertEquals(sorted(sweeping.occupants()), sorted(lean.occupants()));
            }
        }
        assertTrue(lean.counts().retired() > 0 && lean.counts().evictions() > 0, lean.counts().toString());
    }

    private void step(Random random) throws InterruptedException {
        int choice = random.nextInt(10);
        if (choice < 5 || leanSeats.isEmpty()) {
            acquire(random.nextLong(4), random.nextLong(3));
            return;
        }
        int index = random.nextInt(leanSeats.size());
        Seat<String> mine = leanSeats.get(index);
        Seat<String> theirs = sweepingSeats.get(index);
        switch (choice) {
            case 5 -> {
                lean.pin(mine);
                sweeping.pin(theirs);
            }
            case 6 -> {
                boolean resumed = lean.resume(mine);
                assertEquals(sweeping.resume(theirs), resumed);
                if (!resumed) {
                    forget(index);
                }
            }
            case 7 -> {
                lean.vacate(mine);
                sweeping.vacate(theirs);
                sweeping.sweep(clock.get());
                forget(index);
            }
            default -> {
                assertEquals(sweeping.release(theirs), lean.release(mine));
                forget(index);
            }
        }
    }

    private void acquire(long group, long affinity) throws InterruptedException {
        Grant<String> mine = lean.acquire(group, affinity, 0);
        Grant<String> theirs = sweeping.acquire(group, affinity, 0);
        if (mine instanceof Grant.Dial<String> dial && theirs instanceof Grant.Dial<String> other) {
            assertEquals(other.evicted(), dial.evicted());
            assertEquals(other.seat().id(), dial.seat().id());
            lean.opened(dial.seat(), dial.seat().id());
            sweeping.opened(other.seat(), other.seat().id());
            keep(dial.seat(), other.seat());
        } else if (mine instanceof Grant.Reuse<String> reuse && theirs instanceof Grant.Reuse<String> other) {
            assertEquals(other.idleNanos(), reuse.idleNanos());
            assertEquals(other.seat().id(), reuse.seat().id());
            keep(reuse.seat(), other.seat());
        } else {
            assertEquals(theirs.getClass(), mine.getClass());
        }
    }

    private static List<String> sorted(List<String> connections) {
        return connections.stream().sorted().toList();
    }

    private void keep(Seat<String> mine, Seat<String> theirs) {
        leanSeats.add(mine);
        sweepingSeats.add(theirs);
    }

    private void forget(int index) {
        leanSeats.remove(index);
        sweepingSeats.remove(index);
    }
}
