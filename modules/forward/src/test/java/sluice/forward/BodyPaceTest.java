package sluice.forward;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyPaceTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void whoHasSentMuchAtOnceMayNotTrickleAfterwards() {
        BodyPace pace = new BodyPace(0, 30 * SECOND, 1000);
        assertFalse(pace.isTooSlow(30 * SECOND, 50_000_000));
        assertFalse(pace.isTooSlow(31 * SECOND, 50_000_000));
        assertFalse(pace.isTooSlow(60 * SECOND, 50_000_001));
        assertTrue(pace.isTooSlow(62 * SECOND, 50_000_002));
    }

    @Test
    void whoKeepsThePaceMaySendForEver() {
        BodyPace pace = new BodyPace(0, 30 * SECOND, 1000);
        for (int second = 0; second < 100_000; second += 10) {
            assertFalse(pace.isTooSlow(second * SECOND, second * 1000L));
        }
    }

    @Test
    void withoutALeastRateAnyPaceWillDo() {
        assertFalse(new BodyPace(0, 30 * SECOND, 0).isTooSlow(1000 * SECOND, 0));
    }
}
