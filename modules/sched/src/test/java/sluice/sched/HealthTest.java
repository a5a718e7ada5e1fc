package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Control;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.State;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Decision.FilterReason;
import sluice.api.SelectionRequest;

class HealthTest {
    private final Rig rig = new Rig(Rig.account("a"));

    private void fail(Kind kind) {
        rig.run(Rig.request(0), Rig.failure(kind));
    }

    private void ruledOutFor(FilterReason reason, Duration time) {
        // One that has tried an account is not let through while all breakers are open.
        assertEquals(Map.of(reason, 1), rig.refused(Rig.request(0, "tried")).reasons());
        rig.pass(time.minusMillis(1));
        assertEquals(Map.of(reason, 1), rig.refused(Rig.request(0, "tried")).reasons());
        rig.pass(Duration.ofMillis(1));
    }

    private AccountStatus status() {
        return rig.scheduler.accounts().getFirst();
    }

    @Test
    void restsAModelAsLongAsTheUpstreamAsks() {
        rig.run(Rig.request(0), Rig.failure(Kind.RATE_LIMITED, Duration.ofSeconds(7)));

        assertEquals(State.MODEL_COOLING_DOWN, status().state());
        assertEquals(List.of(new AccountStatus.RestingModel(Rig.MODEL, 7_000_000_000L)), status().limits().restingModels());
        rig.run(new SelectionRequest("team", "other", 0, "", SelectionRequest.Transport.HTTP, false, Set.of(), 0, 1));
        ruledOutFor(FilterReason.RATE_LIMITED, Duration.ofSeconds(7));
        rig.run(Rig.request(0));
        assertEquals(State.READY, status().state());
    }

    @Test
    void neverRestsLongerThanTheCap() {
        rig.run(Rig.request(0), Rig.failure(Kind.RATE_LIMITED, Duration.ofDays(3)));

        ruledOutFor(FilterReason.RATE_LIMITED, Duration.ofMinutes(10));
        rig.run(Rig.request(0));
    }

    @Test
    void doublesTheRestWhileTheUpstreamNamesNoneAndForgetsItOnSuccess() {
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            fail(Kind.RATE_LIMITED);
            ruledOutFor(FilterReason.RATE_LIMITED, Duration.ofSeconds(seconds));
        }
        rig.run(Rig.request(0));
        fail(Kind.RATE_LIMITED);
        ruledOutFor(FilterReason.RATE_LIMITED, Duration.ofSeconds(5));
    }

    @Test
    void takesABurstForOneFailure() {
        AccountLease[] burst = {rig.take(Rig.request(0)), rig.take(Rig.request(0)), rig.take(Rig.request(0))};
        for (AccountLease lease : burst) {
            lease.report(Rig.failure(Kind.RATE_LIMITED));
            lease.close();
        }

        ruledOutFor(FilterReason.RATE_LIMITED, Duration.ofSeconds(5));
        rig.run(Rig.request(0));
    }

    @Test
    void aClockThatWasSetBackMakesNoRestLonger() {
        // The state has the clock of the machine, and forgets what is over by that one.
        rig.pass(Duration.ofDays(40_000));
        fail(Kind.QUOTA);

        Accounts next = rig.restarted(Duration.ofDays(1), Rig.account("a"));
        assertEquals(State.COOLING_DOWN, next.accounts().getFirst().state());
        rig.pass(Duration.ofMinutes(10));
        assertEquals(State.READY, next.accounts().getFirst().state());
    }

    @Test
    void restsTheAccountWhenItsQuotaIsUsedUp() {
        fail(Kind.QUOTA);

        ruledOutFor(FilterReason.USAGE_LIMIT, Duration.ofMinutes(10));
        rig.run(Rig.request(0));
    }

    @Test
    void probesARefusedKeyWithOneRequest() {
        fail(Kind.UNAUTHORIZED);
        assertEquals(State.UNAUTHORIZED, status().state());
        ruledOutFor(FilterReason.UNAUTHORIZED, Duration.ofSeconds(30));

        try (AccountLease probe = rig.take(Rig.request(0))) {
            assertEquals(Map.of(FilterReason.UNAUTHORIZED, 1), rig.refused(Rig.request(0)).reasons());
            probe.report(Rig.failure(Kind.UNAUTHORIZED));
        }
        ruledOutFor(FilterReason.UNAUTHORIZED, Duration.ofSeconds(60));
        rig.run(Rig.request(0));

        assertEquals(State.READY, status().state());
    }

    @Test
    void restsAfterThreeRefusalsInARow() {
        fail(Kind.FORBIDDEN);
        fail(Kind.FORBIDDEN);
        rig.run(Rig.request(0));
        fail(Kind.FORBIDDEN);
        fail(Kind.FORBIDDEN);
        assertEquals(State.READY, status().state());
        fail(Kind.FORBIDDEN);

        ruledOutFor(FilterReason.BREAKER_OPEN, Duration.ofSeconds(30));
        fail(Kind.FORBIDDEN);
        ruledOutFor(FilterReason.BREAKER_OPEN, Duration.ofSeconds(60));
        rig.run(Rig.request(0));
        assertEquals(State.READY, status().state(), "a probe was served");
    }

    @Test
    void leavesAModelAloneThatIsNotServed() {
        fail(Kind.MODEL_UNSERVED);

        assertEquals(Duration.ZERO, rig.refused(Rig.request(0)).retryAfter());
        ruledOutFor(FilterReason.MODEL_NOT_SERVED, Duration.ofMinutes(10));
        rig.run(Rig.request(0));
    }

    @Test
    void opensTheBreakerAfterThreeFailuresAndHealsByOneProbe() {
        fail(Kind.UPSTREAM);
        fail(Kind.TRANSPORT);
        assertEquals(State.READY, status().state());
        fail(Kind.UPSTREAM);
        assertEquals(State.BREAKER_OPEN, status().state());
        ruledOutFor(FilterReason.BREAKER_OPEN, Duration.ofSeconds(5));

        try (AccountLease probe = rig.take(Rig.request(0))) {
            assertEquals(Map.of(FilterReason.BREAKER_OPEN, 1), rig.refused(Rig.request(0)).reasons());
            assertTrue(rig.refused(Rig.request(0)).retryAfter().isPositive());
            probe.report(Rig.failure(Kind.TRANSPORT));
        }
        ruledOutFor(FilterReason.BREAKER_OPEN, Duration.ofSeconds(10));
        rig.run(Rig.request(0));
        AccountLease one = rig.take(Rig.request(0));
        AccountLease two = rig.take(Rig.request(0));

        assertEquals(2, status().slots().taken());
        one.close();
        two.close();
    }

    @Test
    void probesAgainAfterAProbeThatToldNothing() {
        for (int i = 0; i < 3; i++) {
            fail(Kind.UPSTREAM);
        }
        rig.pass(Duration.ofSeconds(5));
        rig.run(Rig.request(0), new AttemptOutcome.Ignored());
        rig.take(Rig.request(0)).close();

        assertEquals("a", rig.run(Rig.request(0)));
        assertEquals(State.READY, status().state());
    }

    @Test
    void countsFailuresOfRequestsFromBeforeTheBreakerOnce() {
        AccountLease[] burst = {rig.take(Rig.request(0)), rig.take(Rig.request(0)), rig.take(Rig.request(0)),
                rig.take(Rig.request(0))};
        rig.nanos += 1_000_000;
        for (AccountLease lease : burst) {
            lease.report(Rig.failure(Kind.UPSTREAM));
            lease.close();
        }
        ruledOutFor(FilterReason.BREAKER_OPEN, Duration.ofSeconds(5));
        rig.run(Rig.request(0));
    }

    @Test
    void doesNotBlameTheAccountForWhatIsIgnored() {
        for (int i = 0; i < 10; i++) {
            rig.run(Rig.request(0), new AttemptOutcome.Ignored());
        }

        assertEquals(0, status().history().errorEwma());
        assertEquals(0, status().history().failed() + status().history().succeeded());
        assertEquals(State.READY, status().state());
    }

    @Test
    void wakesWhoWaitsForAProbe() {
        for (int i = 0; i < 3; i++) {
            fail(Kind.UPSTREAM);
        }
        rig.pass(Duration.ofSeconds(5));
        AccountLease probe = rig.take(Rig.request(0));
        Waiter waits = rig.scheduler.offer(Rig.waiting("team", 1, Duration.ofSeconds(1)), () -> { });
        assertFalse(waits.answered());

        probe.report(Rig.success(Duration.ofMillis(1), 0));

        assertTrue(waits.answered());
    }

    @Test
    void obeysTheOperator() {
        assertTrue(rig.scheduler.control("a", Control.COOL));
        assertEquals(State.COOLING_DOWN, status().state());
        rig.scheduler.control("a", Control.RESET);
        rig.run(Rig.request(0));
        rig.scheduler.control("a", Control.DISABLE);
        assertEquals(State.DISABLED, status().state());
        rig.scheduler.control("a", Control.ENABLE);
        rig.run(Rig.request(0));

        assertFalse(rig.scheduler.control("nobody", Control.RESET));
    }
}
