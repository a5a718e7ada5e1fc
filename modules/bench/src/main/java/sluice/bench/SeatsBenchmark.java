package sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import sluice.api.TurnPool;
import sluice.api.TurnPool.Seats.Grant;
import sluice.api.TurnPool.Seats.Seat;
import sluice.baseline.SweepingSeating;
import sluice.wspool.LeanSeating;

/** Optimisation 9: a turn's acquire and release in an account with 128 connections, half of them busy. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SeatsBenchmark {
    static final int CONNECTIONS = 128;
    private static final int GROUPS = 16;

    /** Which seats. */
    @Param({"sweeping", "lean"})
    public String seating;

    private TurnPool.Seats<String> seats;

    /** Fills all seats. */
    @Setup
    public void fill() {
        seats = filled(seating);
    }

    /** All seats taken: half busy, half idle in {@value #GROUPS} groups. */
    static TurnPool.Seats<String> filled(String seating) {
        TurnPool.Settings usual = TurnPool.Settings.DEFAULT;
        TurnPool.Settings roomy = new TurnPool.Settings(usual.seatsPerSlot(), CONNECTIONS, 0, CONNECTIONS,
                usual.targetUtilisation(), usual.maxWaiters(), usual.seatWait(), usual.idleKeep(), usual.retireAfter(),
                usual.pingAfter(), usual.pongWait(), usual.maxMessageBytes());
        TurnPool.Seats.Factory factory = seating.equals("lean") ? new LeanSeating() : new SweepingSeating();
        TurnPool.Seats<String> seats = factory.create("main", roomy, CONNECTIONS, System::nanoTime);
        List<Seat<String>> idle = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Seat<String> seat = take(seats, i % GROUPS, i);
            if (i >= CONNECTIONS / 2) {
                idle.add(seat);
            }
        }
        idle.forEach(seats::release);
        return seats;
    }

    static Seat<String> take(TurnPool.Seats<String> seats, long group, long affinity) {
        try {
            return switch (seats.acquire(group, affinity, Long.MAX_VALUE)) {
                case Grant.Reuse<String> reuse -> reuse.seat();
                case Grant.Dial<String> dial -> {
                    seats.opened(dial.seat(), dial.seat().id());
                    yield dial.seat();
                }
                case Grant.Full<String> full -> throw new IllegalStateException("no seat came free");
            };
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One thread. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public Object turn() {
        return turnOn(7);
    }

    /** Eight threads in eight groups. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @Threads(8)
    public Object contendedTurn() {
        return turnOn(Thread.currentThread().threadId() % 8);
    }

    private Object turnOn(long group) {
        Seat<String> seat = take(seats, group, group);
        return seats.release(seat);
    }
}
