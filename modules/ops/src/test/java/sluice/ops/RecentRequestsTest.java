package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sluice.api.TokenUsage;
import sluice.records.EndedRequest;

class RecentRequestsTest {
    private static final int PLACES = 1000;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final RecentRequests recent = new RecentRequests(PLACES, now::get);

    private static EndedRequest good() {
        return Requests.good("ci", "a", "gpt-5", TokenUsage.NONE);
    }

    private void end(EndedRequest request, int count, long overNanos) {
        for (int i = 0; i < count; i++) {
            recent.add(request, Ending.of(request));
            now.addAndGet(overNanos / count);
        }
    }

    @Test
    void allRequestsOfAnUsualLoadAreKept() {
        end(good(), 10 * (RecentRequests.PER_SECOND - 1), TimeUnit.SECONDS.toNanos(10));
        assertEquals(0, recent.skipped());
        assertEquals(PLACES, recent.newest(PLACES, any -> true).size());
    }

    @Test
    void aBurstOfASecondsWorthIsKept() {
        end(good(), RecentRequests.PER_SECOND, 0);
        assertEquals(0, recent.skipped());
    }

    @Test
    void ofAStormSoManyASecondAreKeptEvenlySpread() {
        int sent = 50_000;
        end(good(), sent, TimeUnit.SECONDS.toNanos(2));
        long kept = sent - recent.skipped();
        assertTrue(kept >= 2 * RecentRequests.PER_SECOND && kept <= 3 * RecentRequests.PER_SECOND + 2, kept + " kept");
        long before = recent.skipped();
        end(good(), 250, TimeUnit.MILLISECONDS.toNanos(10));
        assertEquals(248, recent.skipped() - before, 1, "two in ten milliseconds");
    }

    @Test
    void aStormOfOneKindDoesNotWashOutTheOthers() {
        EndedRequest failed = Requests.of("ci", "a", "gpt-5", 502, "upstream_unavailable", 1, TokenUsage.NONE, List.of());
        end(failed, 1, TimeUnit.MILLISECONDS.toNanos(1));
        end(good(), 20_000, TimeUnit.SECONDS.toNanos(1));
        assertEquals(List.of(failed), recent.newest(PLACES, request -> request.usage().status() == 502));
        end(failed, 1, 0);
        assertEquals(2, recent.newest(PLACES, request -> request.usage().status() == 502).size());
    }
}
