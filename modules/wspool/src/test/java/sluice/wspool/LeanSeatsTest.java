package sluice.wspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import sluice.api.TurnPool;
import sluice.api.TurnPool.Seats.Counts;
import sluice.api.TurnPool.Seats.Grant;
import sluice.api.TurnPool.Seats.Seat;

class LeanSeatsTest {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long GROUP = 1;
    private static final long OTHER = 2;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void idsNameTheAccountAndCount() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        assertEquals("ws_main_1", dial(seats, GROUP, "a").id());
        assertEquals("ws_main_2", dial(seats, GROUP, "b").id());
    }

    @Test
    void anIdleConnectionOfTheGroupIsReusedTheLastUsedFirst() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        Seat<String> a = dial(seats, GROUP, "a");
        Seat<String> b = dial(seats, GROUP, "b");
        seats.release(b);
        clock.addAndGet(5);
        seats.release(a);
        clock.addAndGet(7);
        Grant.Reuse<String> reuse = reuse(seats.acquire(GROUP, 0, 0));
        assertEquals("a", reuse.seat().occupant());
        assertEquals(7, reuse.idleNanos());
    }

    @Test
    void aConnectionWithTheSameAffinityComesFirst() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        Seat<String> mine = dial(seats, GROUP, 77, "mine");
        Seat<String> other = dial(seats, GROUP, 88, "other");
        seats.release(mine);
        seats.release(other);
        assertEquals("mine", reuse(seats.acquire(GROUP, 77, 0)).seat().occupant());
        assertEquals("other", reuse(seats.acquire(GROUP, 77, 0)).seat().occupant());
    }

    @Test
    void anotherGroupsConnectionIsNeverHandedOver() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        seats.release(dial(seats, GROUP, "a"));
        dial(seats.acquire(OTHER, 0, 0));
    }

    @Test
    void atTheCapTheLongestIdleOfAnyGroupGivesUpItsSeat() throws InterruptedException {
        LeanSeats<String> seats = seats(2);
        Seat<String> a = dial(seats, GROUP, "a");
        Seat<String> b = dial(seats, GROUP, "b");
        seats.release(b);
        clock.addAndGet(1);
        seats.pin(a);
        Grant.Dial<String> dial = dial(seats.acquire(OTHER, 0, 0));
        assertEquals(List.of("b"), dial.evicted());
        Grant.Dial<String> next = dial(seats.acquire(OTHER, 0, 0));
        assertEquals(List.of("a"), next.evicted());
        assertFalse(seats.resume(a), "a pinned connection may have to go");
        assertEquals(2, seats.counts().evictions());
    }

    @Test
    void aFullPoolSaysSoWithoutAWait() throws InterruptedException {
        LeanSeats<String> seats = seats(1);
        dial(seats, GROUP, "a");
        assertInstanceOf(Grant.Full.class, seats.acquire(GROUP, 0, 0));
        assertInstanceOf(Grant.Full.class, seats.acquire(GROUP, 0, 1));
        assertEquals(1, seats.counts().waits());
        assertEquals(0, seats.counts().waiting());
    }

    @Test
    void aClosedConnectionGivesItsSeatBackAtOnceAndOnce() throws InterruptedException {
        LeanSeats<String> seats = seats(1);
        Seat<String> a = dial(seats, GROUP, "a");
        seats.vacate(a);
        seats.vacate(a);
        Seat<String> b = dial(seats, GROUP, "b");
        seats.vacate(a);
        assertEquals(1, seats.counts().seats());
        seats.release(b);
        seats.vacate(b);
        assertEquals(0, seats.counts().seats());
        assertEquals(List.of(), seats.release(b), "what is vacated is not idle again");
        dial(seats.acquire(GROUP, 0, 0));
    }

    @Test
    void whoWaitsGetsTheSeatBeforeWhoComesLater() throws Exception {
        LeanSeats<String> seats = seats(1);
        Seat<String> a = dial(seats, GROUP, "a");
        BlockingQueue<Grant<String>> got = new LinkedBlockingQueue<>();
        Thread waiter = Thread.ofVirtual().start(() -> got.add(acquire(seats, OTHER)));
        untilWaiting(seats, 1);
        seats.release(a);
        Grant<String> late = seats.acquire(3, 0, 0);
        Grant.Dial<String> first = dial(got.take());
        waiter.join();
        assertInstanceOf(Grant.Full.class, late);
        assertEquals(List.of("a"), first.evicted());
    }

    @Test
    void waitersAreBounded() throws Exception {
        LeanSeats<String> seats = new LeanSeats<>("main", settings(2), 1, clock::get);
        Seat<String> a = dial(seats, GROUP, "a");
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            waiters.add(Thread.ofVirtual().start(() -> assertThrows(InterruptedException.class,
                    () -> seats.acquire(GROUP, 0, FOREVER))));
        }
        untilWaiting(seats, 2);
        assertInstanceOf(Grant.Full.class, seats.acquire(GROUP, 0, FOREVER));
        for (Thread waiter : waiters) {
            waiter.interrupt();
            waiter.join();
        }
        assertEquals(0, seats.counts().waiting());
        seats.release(a);
        assertEquals("a", reuse(seats.acquire(GROUP, 0, 0)).seat().occupant());
    }

    @Test
    void aTurnIsNeverStartedOnAConnectionAtItsAgeAndNeverEndedByIt() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        Seat<String> busy = dial(seats, GROUP, "busy");
        Seat<String> idle = dial(seats, GROUP, "idle");
        Seat<String> pinned = dial(seats, GROUP, "pinned");
        seats.release(idle);
        seats.pin(pinned);
        clock.set(55 * MINUTE);
        assertInstanceOf(Grant.Dial.class, seats.acquire(GROUP, 0, 0), "too old to be reused");
        assertEquals(List.of("idle", "pinned"), seats.sweep(clock.get()));
        assertEquals(List.of(), seats.sweep(clock.get() + 100 * MINUTE), "a turn is not interrupted");
        assertEquals(List.of("busy"), seats.release(busy));
        assertEquals(3, seats.counts().retired());
    }

    @Test
    void aPinnedConnectionAtItsAgeIsNotResumed() throws InterruptedException {
        LeanSeats<String> seats = seats(4);
        Seat<String> young = dial(seats, GROUP, "young");
        seats.pin(young);
        clock.set(55 * MINUTE - 1);
        assertTrue(seats.resume(young));
        seats.pin(young);
        clock.set(55 * MINUTE);
        assertFalse(seats.resume(young));
        assertEquals(0, seats.counts().seats());
    }

    @Test
    void turnsOfFiveMinutesNeverMeetTheUpstreamsLimit() throws InterruptedException {
        LeanSeats<Long> seats = new LeanSeats<>("main", settings(10), 8, clock::get);
        Random random = new Random(55);
        List<Seat<Long>> turns = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        for (int step = 0; step < 200_000; step++) {
            clock.addAndGet(SECOND);
            for (int i = turns.size() - 1; i >= 0; i--) {
                assertTrue(clock.get() - turns.get(i).occupant() < 60 * MINUTE + SECOND, "in mid-turn at 60 minutes");
                if (clock.get() >= ends.get(i)) {
                    seats.release(turns.remove(i));
                    ends.remove(i);
                }
            }
            seats.sweep(clock.get());
            if (turns.size() < 8 && random.nextInt(20) == 0) {
                switch (seats.acquire(GROUP, 0, 0)) {
                    case Grant.Reuse<Long> reuse -> turns.add(reuse.seat());
                    case Grant.Dial<Long> fresh -> {
                        seats.opened(fresh.seat(), clock.get());
                        turns.add(fresh.seat());
                    }
                    case Grant.Full<Long> full -> throw new AssertionError("there are seats");
                }
                ends.add(clock.get() + random.nextLong(5 * MINUTE));
            }
        }
        assertTrue(seats.counts().retired() > 50, "retired " + seats.counts().retired());
        assertTrue(seats.counts().reuses() > 10 * seats.counts().dials(), seats.counts().toString());
    }

    @Test
    void moreThanTwelveIdleAreNotKept() throws InterruptedException {
        LeanSeats<String> seats = seats(64);
        List<Seat<String>> open = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            open.add(dial(seats, GROUP, "c" + i));
        }
        for (int i = 0; i < 12; i++) {
            clock.incrementAndGet();
            assertEquals(List.of(), seats.release(open.get(i)));
        }
        assertEquals(List.of("c0"), seats.release(open.get(12)));
    }

    @Test
    void theJanitorKeepsIdleConnectionsOfABusyAccountAndClosesThoseOfAQuietOne() throws InterruptedException {
        LeanSeats<String> seats = seats(64);
        List<Seat<String>> open = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            open.add(dial(seats, GROUP, "c" + i));
        }
        for (int i = 7; i < 11; i++) {
            seats.release(open.get(i));
        }
        clock.set(5 * MINUTE);
        assertEquals(List.of("c7"), seats.sweep(clock.get()), "seven busy of ten open are the target of 0.7");
        for (int i = 0; i < 7; i++) {
            seats.release(open.get(i));
        }
        assertEquals(List.of("c8", "c9", "c10"), seats.sweep(clock.get()), "those just used are kept for a while");
        clock.set(10 * MINUTE);
        assertEquals(7, seats.sweep(clock.get()).size());
        assertEquals(0, seats.counts().seats());
    }

    @Test
    void seatsStayExactUnderSixtyFourThreads() throws Exception {
        int capacity = 16;
        LeanSeats<AtomicInteger> seats = new LeanSeats<>("main", settings(64), capacity, System::nanoTime);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger highest = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < 64; t++) {
            int number = t;
            threads.add(Thread.ofVirtual().uncaughtExceptionHandler((thread, failure) -> failures.add(failure)).start(() -> {
                Random random = new Random(number);
                try {
                    start.await();
                    for (int i = 0; i < 1000; i++) {
                        turn(seats, number % 5, random, open, highest);
                        turns.incrementAndGet();
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
        assertEquals(64_000, turns.get());
        assertTrue(highest.get() <= capacity, "open at a time: " + highest.get());
        Counts counts = seats.counts();
        assertEquals(0, counts.busy());
        assertEquals(0, counts.waiting());
        assertEquals(open.get(), counts.seats(), "every seat is an open connection and the other way round");
        assertEquals(open.get(), seats.occupants().size());
        assertTrue(counts.waits() > 0, "the test must have been crowded");
    }

    /** One turn: the connection's counter says that nobody else is on it. */
    private static void turn(LeanSeats<AtomicInteger> seats, long group, Random random, AtomicInteger open,
            AtomicInteger highest) throws InterruptedException {
        Seat<AtomicInteger> seat;
        switch (seats.acquire(group, 0, FOREVER)) {
            case Grant.Reuse<AtomicInteger> reuse -> seat = reuse.seat();
            case Grant.Dial<AtomicInteger> dial -> {
                open.addAndGet(-dial.evicted().size());
                highest.accumulateAndGet(open.incrementAndGet(), Math::max);
                seats.opened(dial.seat(), new AtomicInteger());
                seat = dial.seat();
            }
            case Grant.Full<AtomicInteger> full -> throw new AssertionError("a wait without end found no seat");
        }
        assertEquals(1, seat.occupant().incrementAndGet());
        Thread.yield();
        if (random.nextInt(4) == 0) {
            seats.pin(seat);
            if (!seats.resume(seat)) {
                return;
            }
        }
        seat.occupant().decrementAndGet();
        if (random.nextInt(10) == 0) {
            open.decrementAndGet();
            seats.vacate(seat);
        } else {
            open.addAndGet(-seats.release(seat).size());
        }
    }

    private static Grant<String> acquire(LeanSeats<String> seats, long group) {
        try {
            return seats.acquire(group, 0, FOREVER);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void untilWaiting(LeanSeats<String> seats, int count) {
        while (seats.counts().waiting() < count) {
            LockSupport.parkNanos(100_000);
        }
    }

    private LeanSeats<String> seats(int capacity) {
        return new LeanSeats<>("main", TurnPool.Settings.DEFAULT, capacity, clock::get);
    }

    private static TurnPool.Settings settings(int waiters) {
        TurnPool.Settings usual = TurnPool.Settings.DEFAULT;
        return new TurnPool.Settings(2.0, 128, 0, 16, 0.7, waiters, usual.seatWait(), usual.idleKeep(), usual.retireAfter(),
                usual.pingAfter(), usual.pongWait(), usual.maxMessageBytes());
    }

    private static Seat<String> dial(LeanSeats<String> seats, long group, String connection) throws InterruptedException {
        return dial(seats, group, 0, connection);
    }

    private static Seat<String> dial(LeanSeats<String> seats, long group, long affinity, String connection)
            throws InterruptedException {
        Grant.Dial<String> dial = dial(seats.acquire(group, affinity, 0));
        seats.opened(dial.seat(), connection);
        return dial.seat();
    }

    private static Grant.Dial<String> dial(Grant<String> grant) {
        if (grant instanceof Grant.Dial<String> dial) {
            return dial;
        }
        throw new AssertionError("not a free seat: " + grant);
    }

    private static Grant.Reuse<String> reuse(Grant<String> grant) {
        if (grant instanceof Grant.Reuse<String> reuse) {
            return reuse;
        }
        throw new AssertionError("not a connection: " + grant);
    }
}
