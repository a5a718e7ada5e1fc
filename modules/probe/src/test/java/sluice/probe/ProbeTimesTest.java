package sluice.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProbeTimesTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(-5);
    private final ProbeTimes times = new ProbeTimes(clock::get);

    /** Direct 1, 2, 3 … and through three times as much, in an order that does not matter. */
    private void add(int count) {
        for (int i = 0; i < count; i++) {
            long value = 1 + i * 7L % count;
            times.addDirect(value);
            times.addThrough(3 * value);
        }
    }

    @Test
    void saysNothingOfTooFew() {
        add(ProbeTimes.FEWEST - 1);
        AddedTime few = times.now();
        assertEquals(AddedTime.State.MEASURING, few.state());
        assertEquals(99, few.samples());
        assertTrue(Double.isNaN(few.p50().nanos()) && Double.isNaN(few.throughP50Nanos()));

        times.addThrough(1);
        assertEquals(AddedTime.State.MEASURING, times.now().state(), "there is one too few of the others");
        times.addDirect(1);
        assertEquals(AddedTime.State.MEASURED, times.now().state());
    }

    @Test
    void takesTheDifferenceOfTheQuantiles() {
        add(1000);
        AddedTime added = times.now();
        assertEquals(1000, added.samples());
        assertEquals(500, added.directP50Nanos());
        assertEquals(1500, added.throughP50Nanos());
        assertEquals(1000, added.p50().nanos());
        assertEquals(1980, added.p99().nanos());
    }

    @Test
    void boundsTheP99OnlyWhenThereAreProbesBeyondIt() {
        add(300);
        assertTrue(Double.isNaN(times.now().p99().highNanos()));
        assertTrue(times.now().p50().highNanos() > times.now().p50().nanos());
        add(300);
        AddedTime.Difference p99 = times.now().p99();
        assertTrue(p99.lowNanos() < p99.nanos() && p99.nanos() < p99.highNanos(), p99.toString());
    }

    @Test
    void forgetsWhatIsFiveMinutesOld() {
        add(150);
        clock.addAndGet(200 * SECOND);
        add(120);
        assertEquals(270, times.now().samples());
        clock.addAndGet(101 * SECOND);
        assertEquals(120, times.now().samples());
        clock.addAndGet(200 * SECOND);
        assertEquals(AddedTime.State.MEASURING, times.now().state());
    }

    @Test
    void keepsTheNewestOfVeryMany() {
        add(4096);
        for (int i = 0; i < 4096; i++) {
            times.addDirect(10);
            times.addThrough(25);
        }
        AddedTime added = times.now();
        assertEquals(4096, added.samples());
        assertEquals(15, added.p50().nanos());
        assertEquals(15, added.p99().nanos());
    }

    /** Of exponentially distributed times with means of 1 and 2 s; the true differences are those of their quantiles. */
    @Test
    void itsIntervalsHoldTheTruthInNinetyFiveOfAHundredCases() {
        Random random = new Random(42);
        int rounds = 1000;
        int mediansHeld = 0;
        int p99sHeld = 0;
        for (int round = 0; round < rounds; round++) {
            ProbeTimes drawn = new ProbeTimes(clock::get);
            for (int i = 0; i < 1000; i++) {
                drawn.addDirect((long) (-Math.log(1 - random.nextDouble()) * SECOND));
                drawn.addThrough((long) (-Math.log(1 - random.nextDouble()) * 2 * SECOND));
            }
            mediansHeld += holds(drawn.now().p50(), Math.log(2) * SECOND) ? 1 : 0;
            p99sHeld += holds(drawn.now().p99(), Math.log(100) * SECOND) ? 1 : 0;
        }
        assertTrue(mediansHeld > 930 && mediansHeld < 985, mediansHeld + " medians");
        assertTrue(p99sHeld > 930 && p99sHeld < 990, p99sHeld + " p99s");
    }

    private static boolean holds(AddedTime.Difference difference, double truth) {
        return difference.lowNanos() <= truth && truth <= difference.highNanos();
    }
}
