package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IdleTimeTest {
    private final IdleTime idle = new IdleTime();
    private final long start = System.nanoTime();

    @Test
    void isTheSumOfAllWaits() {
        assertEquals(0, idle.until(start + 10));
        idle.begin(start + 10);
        idle.end(start + 25);
        assertEquals(15, idle.until(start + 40), "it works");
        idle.begin(start + 50);
        idle.end(start + 51);
        assertEquals(16, idle.until(start + 60));
    }

    @Test
    void aWaitThatGoesOnCountsUpToNow() {
        idle.begin(start + 100);
        assertEquals(0, idle.until(start + 100));
        assertEquals(7, idle.until(start + 107));
        idle.end(start + 120);
        idle.begin(start + 130);
        assertEquals(20 + 1_000_000_000_000L, idle.until(start + 130 + 1_000_000_000_000L));
    }
}
