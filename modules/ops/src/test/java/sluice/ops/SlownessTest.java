package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.records.EndedRequest;

class SlownessTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long MILLI = 1_000_000;

    private final RecentRequests recent = new RecentRequests(1000, () -> 0);

    private void answered(String account, String model, boolean stream, long millis, int times) {
        EndedRequest good = Requests.good("team", account, model, TokenUsage.NONE);
        UsageRecord as = good.usage();
        UsageRecord usage = new UsageRecord(as.requestId(), as.times(), as.who(),
                new UsageRecord.Asked(as.route(), model, "", stream, 1), as.served(), as.result(), as.charge());
        for (int i = 0; i < times; i++) {
            recent.add(new EndedRequest(usage, good.times(), millis * MILLI, stream ? millis * MILLI : 0, 1, 1, 1, good.layer(), false,
                    good.story()), Ending.GOOD);
        }
    }

    private List<Slowness> found() {
        return Slowness.of(recent, NOW);
    }

    @Test
    void comparesAnAccountWithTheOthersForTheSameModel() {
        answered("one", "big", true, 4_000, 3);
        answered("two", "big", true, 50, 3);
        answered("two", "small", true, 10, 3);
        assertEquals(List.of(new Slowness("one", "big", 4_000 * MILLI, 50 * MILLI), new Slowness("two", "big", 50 * MILLI, 4_000 * MILLI)),
                found());
        assertEquals(80, found().getFirst().times());
        assertEquals(1, found().getLast().times());
    }

    @Test
    void aModelThatOnlyOneAccountServesIsComparedWithNothing() {
        answered("one", "big", true, 9_000, 9);
        answered("two", "small", true, 50, 9);
        assertEquals(List.of(), found());
    }

    @Test
    void wholeAnswersAreNotComparedWithStreams() {
        answered("one", "big", false, 9_000, 9);
        answered("two", "big", true, 50, 9);
        assertEquals(List.of(), found());
        answered("three", "big", false, 3_000, 3);
        assertEquals(3, found().getFirst().times());
    }

    @Test
    void oneSlowAnswerIsNotASlowAccount() {
        answered("one", "big", true, 50, 2);
        answered("one", "big", true, 60_000, 1);
        answered("two", "big", true, 50, 3);
        assertEquals(1, found().getFirst().times());
    }

    @Test
    void anAccountThatSessionsLeaveAfterTwoSlowAnswersIsSlowAllTheSame() {
        answered("one", "big", true, 50, 20);
        answered("two", "big", true, 50, 20);
        answered("one", "big", true, 4_000, 2);
        answered("two", "big", true, 50, 20);
        assertEquals(80, found().getFirst().times());
    }

    @Test
    void aDifferenceThatNobodyFeelsIsNone() {
        answered("one", "big", true, 900, 3);
        answered("two", "big", true, 20, 3);
        assertEquals(1, found().getFirst().times());
    }

    @Test
    void whatIsLongPastIsForgiven() {
        answered("one", "big", true, 9_000, 3);
        answered("two", "big", true, 50, 3);
        assertEquals(List.of(), Slowness.of(recent, NOW + 11 * 60_000));
    }
}
