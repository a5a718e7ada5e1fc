package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Four loops and a clock that the test sets. */
class LoopChoiceTest {
    private static final long LOOK = 10_000_000;

    private static final class Loop implements LoopChoice.Loop {
        private final int number;
        private int streams;
        private long idle;

        private Loop(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        @Override
        public int streams() {
            return streams;
        }

        @Override
        public long idleNanos(long nowNanos) {
            return idle;
        }
    }

    private final List<Loop> loops = IntStream.range(0, 4).mapToObj(Loop::new).toList();
    private long now;
    private final LoopChoice<Loop> choice = new LoopChoice<>(loops, () -> now);

    /** So many looks with each loop busy for such a part of its time. */
    private void pass(int looks, double... busy) {
        for (int i = 0; i < looks; i++) {
            now += LOOK;
            for (Loop loop : loops) {
                loop.idle += (long) (LOOK * (1 - (loop.number < busy.length ? busy[loop.number] : 0)));
            }
            choice.insteadOf(loops.getFirst());
        }
    }

    /** A connection that has made a request on {@code loop}; where the next one is. */
    private Loop next(Loop loop) {
        Loop next = choice.insteadOf(loop);
        if (next != loop) {
            loop.streams--;
            next.streams++;
        }
        return next;
    }

    @Test
    void littleWorkStaysOnOne() {
        for (int i = 0; i < 100; i++) {
            pass(5, 0.5);
            Loop loop = choice.forNewcomer();
            assertEquals(0, loop.number);
            loop.streams++;
            assertEquals(0, next(loop).number);
        }
        assertEquals(1, choice.inUse());
    }

    @Test
    void muchWorkIsSpreadEvenly() {
        loops.getFirst().streams = 32;
        pass(50, 0.8);
        assertEquals(2, choice.inUse());
        for (int i = 0; i < 32; i++) {
            next(loops.getFirst());
        }
        assertEquals(List.of(16, 16, 0, 0), loops.stream().map(loop -> loop.streams).toList());
        pass(50, 1, 1);
        assertEquals(4, choice.inUse());
        assertSame(loops.get(2), choice.forNewcomer());
    }

    @Test
    void aPauseIsNoWork() {
        pass(100, 0.1);
        pass(1, 1);
        pass(100, 0.1);
        assertEquals(1, choice.inUse());
    }

    @Test
    void goesBackToFewerOnceTheyHaveBeenQuietForASecond() {
        loops.getFirst().streams = 8;
        pass(50, 0.8);
        for (int i = 0; i < 8; i++) {
            next(loops.getFirst());
        }
        pass(500, 0.25, 0.25);
        assertEquals(2, choice.inUse(), "one would be nearly too busy: not enough to go back");
        pass(90, 0.2, 0.2);
        assertEquals(2, choice.inUse());
        pass(60, 0.2, 0.2);
        assertEquals(1, choice.inUse());
        assertSame(loops.getFirst(), next(loops.get(1)), "the next request comes back");
    }

    @Test
    void afterALongSilenceWhatWasKnownIsForgotten() {
        pass(50, 0.8);
        assertEquals(2, choice.inUse());
        pass(1, 0.8);
        now += 3600 * 1_000_000_000L;
        loops.forEach(loop -> loop.idle += 3600 * 1_000_000_000L);
        assertEquals(0, choice.forNewcomer().number);
        assertEquals(1, choice.inUse());
    }

    @Test
    void manyThatAreSilentAreSpreadToo() {
        for (int i = 0; i < 2000; i++) {
            pass(1);
            choice.forNewcomer().streams++;
        }
        assertEquals(4, choice.inUse());
        loops.forEach(loop -> assertTrue(loop.streams <= 513, () -> loop.number + " has " + loop.streams));
    }
}
