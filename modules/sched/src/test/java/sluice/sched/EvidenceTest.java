package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.State;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Decision.FilterReason;
import sluice.api.Evidence;
import sluice.api.SelectionRequest;

/** What one request may show about accounts, and what it may not do to others. */
class EvidenceTest {
    private static final String[] ALL = {"a", "b", "c"};
    private final Rig rig = new Rig(Rig.account("a"), Rig.account("b"), Rig.account("c"));

    /** The request tries one account after another, and each fails as it is told. */
    private void failAt(Evidence evidence, Kind... kinds) {
        for (int i = 0; i < kinds.length; i++) {
            String[] others = Arrays.copyOfRange(ALL, i + 1, ALL.length);
            SelectionRequest request = SelectionRequest.by("team").model(Rig.MODEL).evidence(evidence).only(ALL[i])
                    .excluding(java.util.Set.of(others)).build();
            rig.run(request, Rig.failure(kinds[i]));
        }
    }

    private AccountStatus status(String account) {
        return rig.scheduler.accounts().stream().filter(one -> one.name().equals(account)).findFirst().orElseThrow();
    }

    private void assertAllReady() {
        for (AccountStatus status : rig.scheduler.accounts()) {
            assertEquals(State.READY, status.state(), status.name());
            assertEquals(0, status.history().errorEwma(), status.name());
        }
    }

    @Test
    void aRequestThatFailsEverywhereClosesNoAccountToOthers() {
        for (int i = 0; i < 20; i++) {
            try (Evidence evidence = new Evidence()) {
                failAt(evidence, Kind.UPSTREAM, Kind.TRANSPORT, Kind.UPSTREAM);
            }
        }

        assertAllReady();
    }

    @Test
    void refusalsThatAllAccountsShareAreTheRequestsToo() {
        for (int i = 0; i < 20; i++) {
            try (Evidence evidence = new Evidence()) {
                failAt(evidence, Kind.FORBIDDEN, Kind.FORBIDDEN);
            }
        }

        assertAllReady();
    }

    @Test
    void aFailureCountsOnceAnotherAccountServesTheRequest() {
        for (int i = 0; i < 3; i++) {
            try (Evidence evidence = new Evidence()) {
                failAt(evidence, Kind.UPSTREAM);
                assertEquals(State.READY, status("a").state(), "nothing is known yet");
                try (AccountLease served = rig.take(Rig.showing(evidence, "a"))) {
                    served.began("resp_" + i, "");
                    assertEquals(i == 2 ? State.BREAKER_OPEN : State.READY, status("a").state(), "not only when it has ended");
                    served.report(Rig.success(Duration.ofMillis(1), 0));
                }
            }
        }

        assertEquals(State.BREAKER_OPEN, status("a").state());
    }

    @Test
    void aFailureCountsIfNoOtherAccountIsTried() {
        for (int i = 0; i < 3; i++) {
            try (Evidence evidence = new Evidence()) {
                failAt(evidence, Kind.UPSTREAM);
            }
        }

        assertEquals(State.BREAKER_OPEN, status("a").state());
    }

    @Test
    void countsARequestOnceAgainstAnAccount() {
        try (Evidence evidence = new Evidence()) {
            for (int i = 0; i < 5; i++) {
                failAt(evidence, Kind.UPSTREAM);
            }
        }

        assertEquals(State.READY, status("a").state());
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"RATE_LIMITED", "USAGE_LIMIT", "QUOTA", "UNAUTHORIZED"})
    void whatAnAccountSaysOfItselfCountsAtOnce(Kind kind) {
        try (Evidence evidence = new Evidence()) {
            failAt(evidence, kind, kind);
            assertFalse(status("a").state() == State.READY);
            assertFalse(status("b").state() == State.READY);
        }
    }

    @Test
    void anAccountThatCannotBeReachedIsNotTheRequestsFault() {
        for (int i = 0; i < 3; i++) {
            try (Evidence evidence = new Evidence()) {
                failAt(evidence, Kind.UNREACHABLE, Kind.UNREACHABLE);
            }
        }

        assertEquals(State.BREAKER_OPEN, status("a").state());
        assertEquals(State.BREAKER_OPEN, status("b").state());
        assertEquals(State.READY, status("c").state());
    }

    private void breakAll() {
        for (String account : ALL) {
            for (int i = 0; i < 3; i++) {
                rig.run(SelectionRequest.by("team").model(Rig.MODEL).only(account).build(), Rig.failure(Kind.UPSTREAM));
            }
        }
    }

    @Test
    void letsOneRequestThroughWhenAllBreakersAreOpen() {
        breakAll();
        AccountLease through = rig.take(Rig.request(0));
        Waiter waits = rig.scheduler.offer(Rig.waiting("honest", 2, Duration.ofSeconds(30)), () -> { });

        assertFalse(waits.answered(), "one at a time");
        through.report(Rig.success(Duration.ofMillis(1), 0));
        through.close();

        assertTrue(waits.answered(), "the others need not wait for the end of a rest");
        assertEquals(through.account().name(), Rig.lease(waits.answer()).account().name());
    }

    @Test
    void aFailureOfTheOneThatWasLetThroughMakesNoRestLonger() {
        breakAll();
        long before = rig.scheduler.accounts().stream().mapToLong(one -> one.limits().coolingNanos()).sum();
        for (int i = 0; i < 5; i++) {
            rig.run(Rig.request(0), Rig.failure(Kind.UPSTREAM));
        }

        assertEquals(before, rig.scheduler.accounts().stream().mapToLong(one -> one.limits().coolingNanos()).sum());
        rig.run(Rig.request(0));
        assertEquals(1, rig.scheduler.accounts().stream().filter(one -> one.state() == State.READY).count());
    }

    @Test
    void letsNobodyThroughWhileAnAccountOnlyRests() {
        Rig two = new Rig(Rig.account("a"), Rig.account("b"));
        two.run(Rig.request(0, "a"), Rig.failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)));
        for (int i = 0; i < 3; i++) {
            two.run(Rig.request(0, "b"), Rig.failure(Kind.UPSTREAM));
        }

        assertEquals(Map.of(FilterReason.BREAKER_OPEN, 1, FilterReason.RATE_LIMITED, 1), two.refused(Rig.request(0)).reasons());
        assertEquals(new Selection.Cause.Broken(), two.refused(Rig.request(0)).cause(), "the breaker's rest ends first");
    }
}
