package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;
import sluice.state.LocalStateFactory;

/**
 * The lock-free statistics, slots and conditions under races: each result is one that some order of the calls would give. Nothing
 * is lost, nothing is half of one call and half of another, and time never runs backwards in a mean.
 */
class RaceTest {
    private static final double ALPHA = 0.2;
    private static final long LATER = FadingMean.HALF_LIFE_NANOS;

    private static FadingMean known() {
        FadingMean mean = new FadingMean();
        mean.add(100, ALPHA, 0);
        return mean;
    }

    private static String cell(FadingMean mean) {
        return cell(mean.read());
    }

    private static String cell(long cell) {
        return cell == FadingMean.UNKNOWN ? "unknown" : FadingMean.mean(cell) + "@" + (int) cell;
    }

    private static Consumer<FadingMean> adding(double sample, long nowNanos) {
        return mean -> mean.add(sample, ALPHA, nowNanos);
    }

    /** What every order of these calls gives. */
    private static Set<String> everyOrder(List<Consumer<FadingMean>> calls) {
        Set<String> results = new TreeSet<>();
        orders(calls, new ArrayList<>(), results);
        return results;
    }

    private static void orders(List<Consumer<FadingMean>> left, List<Consumer<FadingMean>> done, Set<String> results) {
        if (left.isEmpty()) {
            FadingMean mean = known();
            done.forEach(call -> call.accept(mean));
            results.add(cell(mean));
            return;
        }
        for (Consumer<FadingMean> call : left) {
            List<Consumer<FadingMean>> rest = new ArrayList<>(left);
            rest.remove(call);
            List<Consumer<FadingMean>> next = new ArrayList<>(done);
            next.add(call);
            orders(rest, next, results);
        }
    }

    private static void assertEveryResultHasAnOrder(List<Consumer<FadingMean>> calls) throws Exception {
        Set<String> allowed = everyOrder(calls);
        List<BiConsumer<Race.Subject<FadingMean>, Integer>> actors = new ArrayList<>();
        for (Consumer<FadingMean> call : calls) {
            actors.add((subject, actor) -> call.accept(subject.object));
        }
        Map<String, Long> results = Race.run(RaceTest::known, subject -> cell(subject.object), actors);
        assertTrue(allowed.containsAll(results.keySet()), results + " where only " + allowed + " are possible");
    }

    @Test
    void twoSamplesAreBothTakenIn() throws Exception {
        assertEquals(2, everyOrder(List.of(adding(1000, 0), adding(2000, 0))).size());
        assertEveryResultHasAnOrder(List.of(adding(1000, 0), adding(2000, 0)));
    }

    @Test
    void fourSamplesAreAllTakenIn() throws Exception {
        assertEquals(24, everyOrder(List.of(adding(1000, 0), adding(2000, 0), adding(4000, 0), adding(8000, 0))).size());
        assertEveryResultHasAnOrder(List.of(adding(1000, 0), adding(2000, 0), adding(4000, 0), adding(8000, 0)));
    }

    @Test
    void aSampleThatComesLateDoesNotTurnTheTimeBack() throws Exception {
        Set<String> allowed = everyOrder(List.of(adding(1000, LATER), adding(2000, 0)));
        assertTrue(allowed.stream().allMatch(cell -> cell.endsWith(allowed.iterator().next().replaceAll(".*@", "@"))), allowed.toString());
        assertEveryResultHasAnOrder(List.of(adding(1000, LATER), adding(2000, 0)));
    }

    @Test
    void forgettingIsWholeOrNotYet() throws Exception {
        assertEveryResultHasAnOrder(List.of(adding(1000, LATER), FadingMean::clear));
        assertEveryResultHasAnOrder(List.of(adding(1000, LATER), adding(2000, LATER), FadingMean::clear));
    }

    @Test
    void aReaderSeesEachSampleWithItsOwnTimeAndNeverAnOlderOneAgain() throws Exception {
        FadingMean sequential = known();
        List<Long> states = new ArrayList<>(List.of(sequential.read()));
        for (int i = 1; i <= 4; i++) {
            sequential.add(i * 1000, ALPHA, i * LATER / 2);
            states.add(sequential.read());
        }
        BiConsumer<Race.Subject<FadingMean>, Integer> reader = (subject, actor) ->
                subject.seen[actor] = ordered(subject.object, states);
        Map<String, Long> results = Race.run(RaceTest::known, subject -> {
            int first = states.indexOf(subject.seen[1]);
            int second = states.indexOf(subject.seen[2]);
            return first < 0 || second < 0 ? "torn" : "whole";
        }, List.of((subject, actor) -> {
            for (int i = 1; i <= 4; i++) {
                subject.object.add(i * 1000, ALPHA, i * LATER / 2);
            }
        }, reader, reader));
        assertEquals(Set.of("whole"), results.keySet(), results.toString());
    }

    /** Reads some times; the last cell, or -1 if a later one was older than one before it. */
    private static long ordered(FadingMean mean, List<Long> states) {
        int before = 0;
        long cell = FadingMean.UNKNOWN;
        for (int i = 0; i < 4; i++) {
            cell = mean.read();
            int now = states.indexOf(cell);
            if (now < before) {
                return -1;
            }
            before = now;
        }
        return cell;
    }

    @Test
    void oneOfThreeGetsTheLastSlotAndOneOfTwoIsTheProbe() throws Exception {
        BiConsumer<Race.Subject<AccountState>, Integer> take = (subject, actor) -> subject.seen[actor] = subject.object.tryTake(1) ? 1 : 0;
        assertEquals(Set.of("1 of 3, 1 taken"), Race.run(AccountState::new, subject -> subject.seen[0] + subject.seen[1] + subject.seen[2]
                + " of 3, " + subject.object.inFlight() + " taken", List.of(take, take, take)).keySet());
        BiConsumer<Race.Subject<AccountState>, Integer> probe =
                (subject, actor) -> subject.seen[actor] = subject.object.tryProbe(10) ? 1 : 0;
        assertEquals(Set.of("1 probe"), Race.run(() -> {
            AccountState state = new AccountState();
            state.condition.set(Condition.resting(Condition.Trouble.BREAKER, 5, 0, 0));
            return state;
        }, subject -> subject.seen[0] + subject.seen[1] + " probe", List.of(probe, probe)).keySet());
    }

    @Test
    void slotsThatAreTakenAndGivenBackAreNeverMoreThanThereAreAndAllThereInTheEnd() throws Exception {
        BiConsumer<Race.Subject<AccountState>, Integer> use = (subject, actor) -> {
            for (int i = 0; i < 3; i++) {
                if (subject.object.tryTake(2)) {
                    subject.seen[actor] = Math.max(subject.seen[actor], subject.object.inFlight());
                    subject.object.release();
                }
            }
        };
        Map<String, Long> results = Race.run(AccountState::new, subject ->
                Math.max(subject.seen[0], Math.max(subject.seen[1], subject.seen[2]))
                + " at once, " + subject.object.inFlight() + " left", List.of(use, use, use));
        assertTrue(Set.of("0 at once, 0 left", "1 at once, 0 left", "2 at once, 0 left").containsAll(results.keySet()), results.toString());
    }

    @Test
    void everyFailureInARowCountsTowardsTheBreaker() throws Exception {
        SchedulerSettings settings = SchedulerSettings.defaults();
        assertEquals(3, settings.failures().breaker().failures());
        Outcomes outcomes = new Outcomes(settings,
                new RestBook(new LocalStateFactory().create(Map.of()).rests(), Long.MAX_VALUE / 2, () -> 0));
        SelectionRequest.Need need = SelectionRequest.by("team").build().need();
        BiConsumer<Race.Subject<Member>, Integer> fail = (subject, actor) -> outcomes.failed(
                new Outcomes.Attempt(subject.object, need, false, 1), new AttemptOutcome.Failed(Kind.TRANSPORT, Duration.ZERO), 1);
        Map<String, Long> results = Race.run(() -> new Member(Rig.account("a"), new AccountState()),
                subject -> subject.object.state.condition.get().trouble() + " " + cell(subject.object.state.errors),
                List.of(fail, fail, fail));
        FadingMean certain = new FadingMean();
        certain.add(1, settings.scoring().ewmaAlpha(), 1);
        assertEquals(Set.of("BREAKER " + cell(certain)), results.keySet(), results.toString());
    }
}
