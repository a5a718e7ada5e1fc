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
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.Decision.Layer;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;
import sluice.api.TokenUsage;

class SelectionTest {
    private final Rig rig = new Rig(Rig.account("a"), Rig.account("b"), Rig.account("c"));

    @Test
    void countsTheReasonsWhenNobodyFits() {
        Rig small = new Rig(Rig.account("a", 0, 0, 1, 1, "a"), Rig.account("b"), Rig.account("c"), Rig.serving("d", "other"));
        small.take(Rig.request(0, "b", "c"));
        small.scheduler.control("c", Control.DISABLE);

        Map<FilterReason, Integer> reasons = small.refused(Rig.request(0, "b")).reasons();

        assertEquals(Map.of(FilterReason.NO_FREE_SLOT, 1, FilterReason.EXCLUDED, 1, FilterReason.DISABLED, 1,
                FilterReason.MODEL_NOT_SERVED, 1), reasons);
    }

    @Test
    void rulesOutAccountsWithoutTheTransport() {
        Rig small = new Rig(Rig.serving("plain", Rig.MODEL), Rig.account("socket"));
        SelectionRequest request = new SelectionRequest("t", Rig.MODEL, 0, "", SelectionRequest.Transport.WEBSOCKET, false,
                Set.of(), 0, 1);

        assertEquals("socket", small.run(request));
        assertEquals(new Decision.Candidate.RuledOut("plain", FilterReason.TRANSPORT_NOT_OFFERED),
                small.scheduler.explain(request).candidates().getFirst());
    }

    @Test
    void takesTheOneAccountThatWillDoOrNone() {
        Rig small = new Rig(Rig.account("a"), Rig.account("b"), Rig.account("c"));
        for (long seed = 0; seed < 20; seed++) {
            assertEquals("b", small.run(onlyB(seed)));
        }
        small.scheduler.control("b", Control.DISABLE);
        assertEquals(Map.of(FilterReason.DISABLED, 1, FilterReason.EXCLUDED, 2), small.refused(onlyB(1)).reasons());
    }

    private static SelectionRequest onlyB(long seed) {
        return new SelectionRequest("t", Rig.MODEL, 0, "", SelectionRequest.Transport.WEBSOCKET, false, Set.of(), "b", 0, seed);
    }

    @Test
    void keepsASessionOnItsAccountForFiftyTurns() {
        for (long session = 1; session <= 20; session++) {
            String first = rig.run(Rig.request(session));
            for (int turn = 0; turn < 50; turn++) {
                rig.pass(Duration.ofSeconds(20));
                assertEquals(first, rig.run(Rig.request(session)));
            }
        }
    }

    @Test
    void movesASessionBackFromNoSlotAndForgetsNothing() {
        Rig small = new Rig(Rig.account("a", 0, 0, 1, 1, "a"), Rig.account("b", 0, 0, 1, 1, "b"));
        String home = small.run(Rig.request(7));
        AccountLease busy = small.take(Rig.request(7));

        String other = small.run(Rig.request(7));
        busy.close();

        assertFalse(home.equals(other));
        assertEquals(home, small.run(Rig.request(7)));
    }

    @Test
    void keepsAConversationThatNamesNoSessionOnItsAccount() {
        String home = rig.run(Rig.guessed(77));
        for (int turn = 0; turn < 12; turn++) {
            rig.pass(Duration.ofSeconds(20));
            assertEquals(home, rig.run(Rig.guessed(77)));
        }
    }

    @Test
    void spreadsConversationsThatBeginAlikeAndRunAtTheSameTime() {
        AccountLease first = rig.take(Rig.guessed(77));
        Map<String, Integer> used = new java.util.HashMap<>();
        List<AccountLease> others = new java.util.ArrayList<>();
        for (int i = 0; i < 8; i++) {
            AccountLease agent = rig.take(SelectionRequest.by("team").model(Rig.MODEL)
                    .session(new SelectionRequest.Session(77, true)).seed(i).build());
            used.merge(agent.account().name(), 1, Integer::sum);
            others.add(agent);
        }
        first.report(Rig.success(Duration.ofMillis(1), 0));
        first.close();
        others.forEach(agent -> agent.report(Rig.success(Duration.ofMillis(1), 0)));
        others.forEach(AccountLease::close);

        assertEquals(3, used.size(), used.toString());
        assertEquals(first.account().name(), rig.run(Rig.guessed(77)), "the first one goes on where it was");
    }

    @Test
    void sendsABoundResponseToItsAccountOnly() {
        AccountLease maker = rig.take(Rig.request(0));
        maker.report(new AttemptOutcome.Succeeded(1, TokenUsage.NONE, "resp_1", "conv_1"));
        maker.close();
        String owner = maker.account().name();

        assertEquals(owner, rig.run(Rig.bound("team", 0, "resp_1")));
        assertEquals(owner, rig.run(Rig.bound("team", 99, "conv_1")));
        assertEquals(Layer.RESPONSE_OWNER, rig.scheduler.explain(Rig.bound("team", 0, "resp_1")).layer());
        rig.scheduler.control(owner, Control.DISABLE);
        assertEquals(Map.of(FilterReason.DISABLED, 1), rig.refused(Rig.bound("team", 0, "resp_1")).reasons());
    }

    @Test
    void looksForAnUnknownResponseAtTheSessionsAccountFirst() {
        String home = rig.run(Rig.request(5), Rig.success(Duration.ofSeconds(30), 0));

        assertEquals(home, rig.run(Rig.bound("team", 5, "resp_unknown")));
    }

    @Test
    void usesAHigherTierOnlyWhenNoneBelowFits() {
        Rig tiers = new Rig(Rig.account("spare", 1, 0, 9, 4, "x"), Rig.account("main", 0, 0, 1, 1, "x"));
        for (int seed = 0; seed < 50; seed++) {
            assertEquals("main", tiers.run(Rig.anonymous(seed)));
        }
        AccountLease busy = tiers.take(Rig.anonymous(1));
        assertEquals("spare", tiers.run(Rig.request(3)));
        busy.close();
        assertEquals("main", tiers.run(Rig.request(3)), "a session returns from the spare");
    }

    @Test
    void staysInItsOrganizationAndStripsWhenItMustLeave() {
        Rig two = new Rig(Rig.account("a1", 0, 0, 1, 4, "a"), Rig.account("a2", 0, 0, 1, 4, "a"), Rig.account("b", 0, 0, 9, 4, "b"));
        two.scheduler.control("b", Control.DISABLE);
        String home = two.run(Rig.encrypted(1, Duration.ZERO));
        two.scheduler.control("b", Control.ENABLE);
        String sister = home.equals("a1") ? "a2" : "a1";

        assertEquals(sister, two.run(Rig.encrypted(1, Duration.ZERO, home)));
        AccountLease left = two.take(Rig.encrypted(1, Duration.ZERO, "a1", "a2"));
        assertEquals("b", left.account().name());
        assertTrue(left.stripEncryptedReasoning());
        left.report(Rig.success(Duration.ofMillis(1), 0));
        left.close();

        AccountLease later = two.take(Rig.encrypted(1, Duration.ZERO));
        assertEquals("b", later.account().name());
        assertTrue(later.stripEncryptedReasoning(), "the binding remembers");
    }

    @Test
    void waitsForItsOrganizationBeforeItLeaves() {
        Rig two = new Rig(Rig.account("a", 0, 0, 1, 1, "a"), Rig.account("b", 0, 0, 1, 4, "b"));
        two.scheduler.control("b", Control.DISABLE);
        two.run(Rig.encrypted(1, Duration.ZERO));
        two.scheduler.control("b", Control.ENABLE);
        AccountLease busy = two.take(Rig.encrypted(1, Duration.ZERO));

        Waiter stays = two.scheduler.offer(Rig.encrypted(1, Duration.ofSeconds(2)), () -> { });
        Waiter leaves = two.scheduler.offer(Rig.encrypted(1, Duration.ofSeconds(2)), () -> { });
        two.pass(Duration.ofSeconds(1));
        assertFalse(stays.answered());
        busy.close();
        assertEquals("a", Rig.lease(stays.answer()).account().name());
        two.pass(Duration.ofSeconds(1));
        assertEquals("b", Rig.lease(leaves.answer()).account().name());
        assertTrue(Rig.lease(leaves.answer()).stripEncryptedReasoning());
    }

    @Test
    void stripsWhenTheSessionsAccountIsGone() {
        String home = rig.run(Rig.encrypted(1, Duration.ZERO));
        rig.scheduler.apply(List.of(Rig.account("z")));

        AccountLease lease = rig.take(Rig.encrypted(1, Duration.ZERO));

        assertFalse(home.equals(lease.account().name()));
        assertTrue(lease.stripEncryptedReasoning());
    }

    @Test
    void keepsStatisticsAndSlotsOverAReload() {
        AccountLease held = rig.take(Rig.request(0, "b", "c"));
        rig.run(Rig.request(0, "b", "c"), Rig.failure(Kind.UPSTREAM));

        rig.scheduler.apply(List.of(Rig.account("b"), Rig.account("a")));

        assertEquals(1, rig.scheduler.accounts().get(1).slots().taken());
        assertEquals(1, rig.scheduler.accounts().get(1).history().failed());
        held.close();
        held.close();
        assertEquals(0, rig.scheduler.accounts().get(1).slots().taken());
    }

    @Test
    void countsRequestsOfAnAccountThatComesBack() {
        AccountLease held = rig.take(Rig.request(0, "b", "c"));
        rig.scheduler.apply(List.of(Rig.account("b")));
        rig.scheduler.apply(List.of(Rig.account("a")));

        assertEquals(1, rig.scheduler.accounts().getFirst().slots().taken());
        held.close();
        assertEquals(0, rig.scheduler.accounts().getFirst().slots().taken());
    }

    @Test
    void forgetsTroubleWhenTheKeyIsReplaced() {
        Rig one = new Rig(Rig.serving("a", Rig.MODEL));
        one.run(Rig.request(0), Rig.failure(Kind.UNAUTHORIZED));
        assertEquals(Map.of(FilterReason.UNAUTHORIZED, 1), one.refused(Rig.request(0)).reasons());

        one.scheduler.apply(List.of(Rig.account("a")));

        assertEquals("a", one.run(Rig.request(0)));
    }

    @Test
    void explainsWhatSelectThenDoes() {
        java.util.Random random = new java.util.Random(7);
        Rig mixed = new Rig(Rig.account("a", 0, 0, 3, 3, "x"), Rig.account("b", 0, 5, 1, 2, "x"), Rig.account("c", 0, 2, 1, 9, "y"),
                Rig.account("d", 1, 0, 1, 3, "y"), Rig.serving("e", "other"));
        for (int i = 0; i < 5_000; i++) {
            SelectionRequest request = new SelectionRequest("team", Rig.MODEL, random.nextInt(30), "",
                    SelectionRequest.Transport.HTTP, random.nextInt(4) == 0, random.nextInt(5) == 0 ? Set.of("a") : Set.of(), 0, i);
            Decision said = mixed.scheduler.explain(request);
            String done = switch (mixed.answer(request)) {
                case sluice.api.AccountScheduler.Selection.Selected(AccountLease lease) -> {
                    if (random.nextInt(3) > 0) {
                        lease.report(random.nextInt(8) == 0 ? Rig.failure(Kind.values()[random.nextInt(7)])
                                : Rig.success(Duration.ofMillis(random.nextInt(3000)), random.nextInt(50_000)));
                    }
                    assertEquals(said.stickiness(), lease.decision().stickiness());
                    assertEquals(said.layer(), lease.decision().layer());
                    lease.close();
                    yield lease.account().name();
                }
                case sluice.api.AccountScheduler.Selection.Unavailable _ -> "";
            };
            assertEquals(said.account(), done);
            mixed.nanos += random.nextInt(2_000_000_000);
        }
    }

    @Test
    void repeatsItsChoiceFromTheSeed() {
        for (int seed = 0; seed < 100; seed++) {
            assertEquals(new Rig(Rig.account("a"), Rig.account("b"), Rig.account("c")).run(Rig.anonymous(seed)),
                    new Rig(Rig.account("c"), Rig.account("a"), Rig.account("b")).run(Rig.anonymous(seed)),
                    "whatever the order of the accounts");
        }
    }

    @Test
    void remembersTheLastDecisions() {
        for (int i = 0; i < SchedulerSettings.defaults().room().decisions() + 10; i++) {
            rig.run(Rig.request(i + 1));
        }

        assertEquals(SchedulerSettings.defaults().room().decisions(), rig.scheduler.recentDecisions(1_000).size());
        assertEquals(SchedulerSettings.defaults().room().decisions() + 10,
                rig.scheduler.recentDecisions(1).getFirst().asked().sessionKey());
    }

    @Test
    void recordsHowEveryCandidateFaredButNotWithEachDecision() {
        Rig two = new Rig(Rig.account("a"), Rig.account("b", 1, 0, 1, 4, "b"));
        two.run(Rig.request(1));
        two.run(Rig.request(1));
        two.pass(Duration.ofNanos(DecisionDetails.EVERY_NANOS));
        Decision said = two.scheduler.explain(Rig.request(1));
        two.run(Rig.request(1));
        List<Decision> latest = two.scheduler.recentDecisions(3);

        assertEquals(said.candidates(), latest.get(0).candidates(), "as explain says, before the slot is taken");
        assertEquals(2, latest.get(0).candidates().size());
        assertEquals(Layer.SESSION, latest.get(0).layer());
        assertEquals(List.of(), latest.get(1).candidates(), "too soon after the first");
        assertEquals(new Decision.Candidate.RuledOut("b", FilterReason.HIGHER_TIER), latest.get(2).candidates().get(1));
    }
}
