package sluice.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SweepPaceTest {
    private static final long MILLI = 1_000_000;
    private static final long INTERVAL = 100 * MILLI;
    private static final long MINUTE = 60_000 * MILLI;

    private final SweepPace pace = new SweepPace(INTERVAL, 0);

    @Test
    void theUsualPaceVisitsAlways() {
        long now = 0;
        for (int i = 0; i < 100; i++) {
            now += INTERVAL + i % 5 * 100 * MILLI;
            assertTrue(pace.visits(now));
        }
    }

    @Test
    void whoWasLateGivesAsMuchTimeAgain() {
        long resumed = INTERVAL + 1000 * MILLI;
        assertFalse(pace.visits(resumed));
        assertFalse(pace.visits(resumed + 500 * MILLI));
        assertFalse(pace.visits(resumed + 999 * MILLI));
        assertTrue(pace.visits(resumed + 1000 * MILLI));
    }

    @Test
    void aLongAbsenceGivesALimitedTime() {
        assertFalse(pace.visits(MINUTE));
        long now = MINUTE;
        for (; now < MINUTE + SweepPace.LONGEST_HOLD_NANOS; now += INTERVAL) {
            assertFalse(pace.visits(now));
        }
        assertTrue(pace.visits(now));
    }
}
