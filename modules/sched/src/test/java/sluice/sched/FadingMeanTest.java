package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FadingMeanTest {
    private static final long HALF = FadingMean.HALF_LIFE_NANOS;
    private final FadingMean mean = new FadingMean();

    @Test
    void takesTheFirstSampleAsItIsAndLaterOnesByWeight() {
        mean.add(1000, 0.2, 0);
        assertEquals(1000, FadingMean.mean(mean.read()));
        mean.add(2000, 0.2, 0);
        assertEquals(1200, FadingMean.mean(mean.read()), 0.01);
    }

    @Test
    void fadesWhileIdleUntilItIsUnknown() {
        assertEquals(0, FadingMean.freshness(mean.read(), 0));
        mean.add(1, 0.2, 0);
        assertEquals(1, FadingMean.freshness(mean.read(), 0));
        assertEquals(0.5, FadingMean.freshness(mean.read(), HALF), 0.01);
        assertEquals(0.25, FadingMean.freshness(mean.read(), 2 * HALF), 0.01);
        assertEquals(0, FadingMean.freshness(mean.read(), FadingMean.FORGOTTEN_AFTER_HALVES * HALF + HALF / 100));
        float last = 1;
        for (long at = 0; at < 5 * HALF; at += HALF / 50) {
            float now = FadingMean.freshness(mean.read(), at);
            assertTrue(now <= last, "never fresher with time");
            last = now;
        }
    }

    @Test
    void countsANewSampleMoreAfterAnIdleTime() {
        mean.add(1000, 0.2, 0);
        mean.add(2000, 0.2, HALF);

        assertEquals((0.4 * 1000 + 0.2 * 2000) / 0.6, FadingMean.mean(mean.read()), 5);
    }
}
