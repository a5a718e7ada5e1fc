package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapTrimmerTest {
    private static final long MB = 1 << 20;

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong heap = new AtomicLong(100 * MB);
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicInteger trims = new AtomicInteger();
    /** What the heap shrinks to when it is collected. */
    private long living = 1 << 20;
    private final HeapTrimmer memory = new HeapTrimmer(underWay::get, ended::get, heap::get, new HeapTrimmer.Work() {
        @Override
        public void trim() {
            trims.incrementAndGet();
        }

        @Override
        public void collect() {
            collections.incrementAndGet();
            heap.set(living);
        }
    });

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            memory.look();
        }
    }

    @Test
    void collectsOnceWhenALoadHasGone() {
        ended.set(100);
        look(2);
        assertEquals(0, collections.get());
        look(10);
        assertEquals(1, collections.get());
        heap.set(90 * MB);
        ended.set(101);
        look(10);
        assertEquals(2, collections.get());
        assertEquals(2, trims.get());
    }

    @Test
    void doesNothingBeforeTheFirstRequest() {
        look(10);
        assertEquals(0, collections.get());
    }

    @Test
    void waitsWhileARequestIsUnderWay() {
        ended.set(100);
        underWay.set(1);
        look(10);
        assertEquals(0, collections.get());
        underWay.set(0);
        look(3);
        assertEquals(1, collections.get());
    }

    @Test
    void leavesASmallHeapAlone() {
        heap.set(1 << 20);
        ended.set(100);
        look(10);
        assertEquals(0, collections.get());
    }

    /** A gateway at work: {@code requests} are under way, and others end between two looks. */
    private void work(int requests, long heapMb, int times) {
        underWay.set(requests);
        heap.set(heapMb * MB);
        for (int i = 0; i < times; i++) {
            ended.incrementAndGet();
            memory.look();
        }
    }

    @Test
    void collectsUnderLoadWhatEndedRequestsLeft() {
        work(10, 140, 10);
        assertEquals(0, collections.get());
        living = 60 * MB;
        work(10, 160, 10);
        assertEquals(1, collections.get());
        assertEquals(0, trims.get());
        work(10, 60 + 115, 10);
        assertEquals(1, collections.get());
        work(10, 60 + 125, 1);
        assertEquals(2, collections.get());
    }

    @Test
    void aHeapThatLivesIsNotCollectedAgainAndAgain() {
        living = 400 * MB;
        work(10, 400, 10);
        assertEquals(1, collections.get());
        work(10, 1100, 10);
        assertEquals(1, collections.get());
    }

    @Test
    void whatRequestsUnderWayHoldIsNoGarbage() {
        work(5000, 400, 10);
        assertEquals(0, collections.get());
        work(10, 400, 1);
        assertEquals(1, collections.get());
    }
}
