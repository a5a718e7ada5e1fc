package sluice.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StageTimesTest {
    @Test
    void stagesOfACompleteRequestAreWhatTheirNamesSay() {
        StageTimes times = StageTimes.between(new StageTimes.Readings(1000, 1010, 1030, 1060, 1200, 1300, 2000, 50, 0, 40));
        assertEquals(new StageTimes(10, 20, 30, 50, 90, 0, 40, 60, 700), times);
        assertEquals(10 + 30 + 90, times.addedNanos());
    }

    @Test
    void attemptsThatFailedAreAStageOfTheirOwn() {
        StageTimes times = StageTimes.between(new StageTimes.Readings(0, 10, 20, 30, 500, 600, 700, 100, 300, 0));
        assertEquals(new StageTimes(10, 10, 10, 100, 70, 300, 0, 100, 100), times);
    }

    @Test
    void whatARefusedRequestTookIsInItsLastStage() {
        StageTimes times = StageTimes.between(new StageTimes.Readings(1000, 1010, 0, 0, 0, 0, 1100, 0, 0, 0));
        assertEquals(new StageTimes(10, 0, 0, 0, 0, 0, 0, 0, 90), times);
    }

    @Test
    void headersOfAnEarlierAttemptDoNotCount() {
        StageTimes times = StageTimes.between(new StageTimes.Readings(0, 10, 20, 30, 500, 400, 700, 0, 0, 0));
        assertEquals(new StageTimes(10, 10, 10, 0, 470, 0, 0, 200, 0), times, "it was sent again, and there was no answer");
    }

    @Test
    void whoWaitsForASlotInVainHasWaitedInTheQueue() {
        StageTimes times = StageTimes.between(new StageTimes.Readings(0, 10, 20, 30, 0, 0, 6050, 6000, 0, 0));
        assertEquals(new StageTimes(10, 10, 10, 6000, 0, 0, 0, 0, 20), times);
    }

    @Test
    void whoWaitsForAnotherAccountHasWaitedInTheQueueToo() {
        RequestRecord record = new RequestRecord("r", 0, 1000);
        record.authenticatedNanos = 1010;
        record.bodyReadNanos = 1020;
        record.scannedNanos = 1030;
        record.sentNanos = 1100;
        record.headersNanos = 1150;
        record.retried(1090, 1200);
        record.queuedNanos = 60 + 5000;
        assertEquals(new StageTimes(10, 10, 10, 5060, 0, 110, 0, 0, 10), record.timesUntil(6210));
    }

    @Test
    void stagesAddUpToTheTotalWhereverARequestEnds() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long[] at = new long[7];
            at[0] = 1 + random.nextInt(1000);
            for (int step = 1; step < at.length; step++) {
                at[step] = at[step - 1] + random.nextInt(1000);
            }
            int reached = random.nextInt(6);
            for (int step = reached + 1; step < 6; step++) {
                at[step] = 0;
            }
            StageTimes times = StageTimes.between(new StageTimes.Readings(at[0], at[1], at[2], at[3], at[4], at[5], at[6],
                    random.nextInt(2000), random.nextInt(2000), random.nextInt(2000)));
            assertEquals(at[6] - at[0], times.totalNanos());
            assertTrue(times.queueNanos() >= 0 && times.retryNanos() >= 0 && times.connectNanos() >= 0
                    && times.scheduleNanos() >= 0 && times.upstreamNanos() >= 0 && times.relayNanos() >= 0, times.toString());
        }
    }
}
