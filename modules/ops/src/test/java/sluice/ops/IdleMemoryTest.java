package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong heap = new AtomicLong(1 << 30);
    private final AtomicInteger collections = new AtomicInteger();
    private final IdleMemory memory = new IdleMemory(underWay::get, ended::get, heap::get, collections::incrementAndGet);

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
        ended.set(101);
        look(10);
        assertEquals(2, collections.get());
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
}
