package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Control;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;

class WaitingTest {
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final Rig rig = new Rig(Rig.account("a", 0, 0, 1, 1, "x"), Rig.account("b", 0, 0, 1, 1, "x"));

    private Waiter offer(String client) {
        return rig.scheduler.offer(Rig.waiting(client, 1, WAIT), () -> { });
    }

    @Test
    void servesTheWaitingInOrderWithWhateverComesFree() {
        AccountLease first = rig.take(Rig.anonymous(1));
        AccountLease second = rig.take(Rig.anonymous(2));
        Waiter early = offer("team");
        Waiter late = offer("team");

        second.close();
        assertTrue(early.answered());
        assertFalse(late.answered());
        first.close();

        assertEquals(second.account().name(), Rig.lease(early.answer()).account().name());
        assertEquals(first.account().name(), Rig.lease(late.answer()).account().name());
    }

    @Test
    void letsClientsTakeTurns() {
        AccountLease slot = rig.take(Rig.anonymous(1));
        rig.take(Rig.anonymous(2));
        List<Waiter> flood = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            flood.add(offer("loud"));
        }
        Waiter quiet = offer("quiet");

        slot.close();
        assertTrue(flood.getFirst().answered());
        Rig.lease(flood.getFirst().answer()).close();

        assertTrue(quiet.answered(), "the second slot is the other client's");
    }

    @Test
    void aClientThatKeepsItsSlotsLeavesSomeToOthersWhoAsk() {
        Rig pool = new Rig(Rig.account("a", 0, 0, 1, 20, "x"));
        List<AccountLease> kept = new ArrayList<>();
        Rig.lease(pool.answer(Rig.waiting("quiet", 1, Duration.ZERO))).close();
        for (int i = 0; i < 18; i++) {
            kept.add(pool.take(Rig.waiting("greedy", i, Duration.ZERO)));
        }

        Waiter more = pool.scheduler.offer(Rig.waiting("greedy", 19, WAIT), () -> { });
        assertFalse(more.answered(), "the rest is for others");
        AccountLease quiet = pool.take(Rig.waiting("quiet", 1, Duration.ZERO));
        quiet.close();
        assertFalse(more.answered(), "what another gives back stays for others");
        kept.removeLast().close();
        assertTrue(more.answered(), "what it gives back itself is its own again");

        pool.pass(Duration.ofMinutes(2));
        Rig.lease(pool.answer(Rig.waiting("greedy", 20, Duration.ZERO)));
        Rig.lease(pool.answer(Rig.waiting("greedy", 21, Duration.ZERO)));
        assertEquals(20, pool.scheduler.accounts().getFirst().slots().taken(), "nobody else has asked for long");
    }

    @Test
    void aClientThatIsAloneMayHaveAllSlotsAndFewSlotsAreForAll() {
        Rig pool = new Rig(Rig.account("a", 0, 0, 1, 20, "x"));
        for (int i = 0; i < 20; i++) {
            pool.take(Rig.waiting("alone", i, Duration.ZERO));
        }
        Rig small = new Rig(Rig.account("a", 0, 0, 1, 9, "x"));
        Rig.lease(small.answer(Rig.waiting("quiet", 1, Duration.ZERO))).close();
        for (int i = 0; i < 9; i++) {
            small.take(Rig.waiting("greedy", i, Duration.ZERO));
        }
    }

    @Test
    void makesRoomForAClientWithAShorterLine() {
        rig.take(Rig.anonymous(1));
        rig.take(Rig.anonymous(2));
        List<Waiter> flood = new ArrayList<>();
        for (int i = 0; i < SchedulerSettings.defaults().room().waiters(); i++) {
            flood.add(offer("loud"));
        }
        Waiter over = offer("loud");
        Waiter quiet = offer("quiet");

        assertEquals(Map.of(FilterReason.QUEUE_FULL, 1), ((Selection.Unavailable) over.answer()).reasons());
        assertFalse(quiet.answered());
        assertTrue(flood.getLast().answered(), "the last of the longest line goes");
        assertFalse(flood.getFirst().answered());
    }

    @Test
    void refusesOnceTheWaitIsOver() {
        rig.take(Rig.anonymous(1));
        rig.take(Rig.anonymous(2));
        Waiter waiter = offer("team");

        rig.pass(WAIT.minusNanos(1));
        assertFalse(waiter.answered());
        rig.pass(Duration.ofNanos(1));

        assertEquals(Map.of(FilterReason.NO_FREE_SLOT, 2), ((Selection.Unavailable) waiter.answer()).reasons());
    }

    @Test
    void waitsForTheSoonestEndOfARest() {
        rig.run(Rig.request(0, "b"), Rig.failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)));
        rig.run(Rig.request(0, "a"), Rig.failure(Kind.RATE_LIMITED, Duration.ofSeconds(10)));
        Waiter waiter = offer("team");

        assertEquals(Duration.ofSeconds(10).toNanos(), waiter.wakeNanos());
        rig.pass(Duration.ofSeconds(10));

        assertEquals("b", Rig.lease(waiter.answer()).account().name());
    }

    @Test
    void tellsWhenToComeBackIfRestsOutlastTheWait() {
        rig.run(Rig.request(0, "b"), Rig.failure(Kind.RATE_LIMITED, Duration.ofSeconds(90)));
        rig.run(Rig.request(0, "a"), Rig.failure(Kind.QUOTA));

        Selection.Unavailable refused = rig.refused(Rig.waiting("team", 1, WAIT));

        assertEquals(Duration.ofSeconds(90), refused.retryAfter());
        assertEquals(Map.of(FilterReason.RATE_LIMITED, 1, FilterReason.USAGE_LIMIT, 1), refused.reasons());
        assertEquals(new Selection.Cause.RateLimit(), refused.cause(), "the one that ends first");
    }

    @Test
    void doesNotWaitForWhatDoesNotPass() {
        rig.scheduler.control("a", Control.DISABLE);

        assertEquals(Map.of(FilterReason.DISABLED, 1, FilterReason.EXCLUDED, 1), rig.refused(new SelectionRequest("team",
                Rig.MODEL, 0, "", SelectionRequest.Transport.HTTP, false, Set.of("b"), WAIT.toNanos(), 1)).reasons());
    }

    @Test
    void wakesTheWaitingWhenAnAccountIsEnabled() {
        rig.take(Rig.anonymous(1));
        rig.take(Rig.anonymous(2));
        Waiter waiter = offer("team");

        rig.scheduler.apply(List.of(Rig.account("a", 0, 0, 1, 1, "x"), Rig.account("b", 0, 0, 1, 1, "x"), Rig.account("c")));

        assertEquals("c", Rig.lease(waiter.answer()).account().name());
    }

    @Test
    void handsABoundRequestItsOwnAccountOnly() {
        rig.state.owners().own("team", "resp_1", "a");
        AccountLease a = rig.take(Rig.request(0, "b"));
        AccountLease b = rig.take(Rig.request(0, "a"));
        Waiter bound = rig.scheduler.offer(new SelectionRequest("team", Rig.MODEL, 0, "resp_1", SelectionRequest.Transport.HTTP,
                false, Set.of(), WAIT.toNanos(), 1), () -> { });

        b.close();
        assertFalse(bound.answered());
        a.close();

        assertEquals("a", Rig.lease(bound.answer()).account().name());
    }

    @Test
    void waitsALittleForItsSessionsAccountWhereTheCacheIsWorthIt() {
        // Slots are held for 400 ms; 100 000 cached tokens are worth 2 s.
        String home = rig.run(Rig.request(5));
        AccountLease busy = rig.take(Rig.request(5));
        rig.nanos += Duration.ofMillis(400).toNanos();
        busy.report(Rig.success(Duration.ofMillis(300), 100_000));
        busy.close();
        busy = rig.take(Rig.request(5));
        SelectionRequest patient = new SelectionRequest("team", Rig.MODEL, 5, "", SelectionRequest.Transport.HTTP, false,
                Set.of(), WAIT.toNanos(), 1);
        assertEquals(home, rig.scheduler.explain(patient).account());
        Waiter waits = rig.scheduler.offer(patient, () -> { });
        Waiter givesUp = rig.scheduler.offer(patient, () -> { });

        rig.pass(Duration.ofMillis(300));
        busy.close();
        assertEquals(home, Rig.lease(waits.answer()).account().name());
        assertFalse(givesUp.answered());
        rig.pass(Duration.ofSeconds(3));

        assertFalse(home.equals(Rig.lease(givesUp.answer()).account().name()));
        assertEquals(home, rig.state.bindings().find(5).account(), "one turn elsewhere is no move");
    }

    @Test
    void endsTheWaitWhenClosed() {
        rig.take(Rig.anonymous(1));
        rig.take(Rig.anonymous(2));
        Waiter waiter = offer("team");

        rig.scheduler.close();

        assertTrue(waiter.answer() instanceof Selection.Unavailable);
        assertTrue(offer("team").answer() instanceof Selection.Unavailable);
    }

    @Test
    void wakesABlockedThreadAndLosesNoSlotWhenOneIsInterrupted() throws Exception {
        Rig real = new Rig(SchedulerSettings.defaults(), Rig.account("a", 0, 0, 1, 1, "x"));
        AccountLease held = real.take(Rig.anonymous(1));
        CountDownLatch started = new CountDownLatch(1);
        FutureTask<Selection> blocked = new FutureTask<>(() -> {
            started.countDown();
            return real.scheduler.select(Rig.waiting("team", 1, WAIT));
        });
        Thread thread = Thread.ofVirtual().start(blocked);
        started.await();
        thread.interrupt();
        assertTrue(assertThrows(java.util.concurrent.ExecutionException.class, blocked::get).getCause()
                instanceof InterruptedException);

        FutureTask<Selection> next = new FutureTask<>(() -> real.scheduler.select(Rig.waiting("team", 1, WAIT)));
        Thread.ofVirtual().start(next);
        held.close();
        Rig.lease(next.get()).close();

        assertEquals(0, real.scheduler.accounts().getFirst().slots().taken());
    }
}
