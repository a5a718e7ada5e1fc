package sluice.forward;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome;
import sluice.api.Cancellation;
import sluice.api.Decision;
import sluice.api.Evidence;
import sluice.failures.AttemptResult;
import sluice.failures.FailedAttempt;
import sluice.failures.FailureAnswer;
import sluice.failures.FailureRules;

/**
 * The only loop over accounts: chooses one, makes an attempt, and goes on as the row of {@link FailureRules} says that judged it,
 * as long as no output has gone to the client. Stateless; {@link #run} runs on the request's thread.
 */
final class FailoverLoop {
    private static final Logger LOG = System.getLogger("sluice.forward");

    private final AccountScheduler scheduler;
    private final Attempt attempt;
    private final int maxAttempts;
    private final long deadlineNanos;
    private final long waitNanos;
    private final LongSupplier clock;

    /**
     * A loop.
     *
     * @param maxAttempts most accounts that one request calls; a search for what an account keeps goes on to the last of them
     * @param deadline how long after an account was first chosen a further attempt may begin; waits for a slot do not count
     * @param wait longest wait for a slot
     */
    FailoverLoop(AccountScheduler scheduler, Attempt attempt, int maxAttempts, Duration deadline, Duration wait,
            LongSupplier clock) {
        this.scheduler = scheduler;
        this.attempt = attempt;
        this.maxAttempts = maxAttempts;
        deadlineNanos = deadline.toNanos();
        waitNanos = wait.toNanos();
        this.clock = clock;
    }

    /** Answers the call, by an account or with an error. */
    void run(Call call) {
        try (Evidence evidence = new Evidence()) {
            run(call, evidence);
        }
    }

    private void run(Call call, Evidence evidence) {
        Set<String> tried = Set.of();
        AttemptResult last = new AttemptResult.Done();
        long budgetEnd = 0;
        boolean mayHaveRun = false;
        while (true) {
            long asked = clock.getAsLong();
            Selection selection;
            try {
                selection = select(call, tried, evidence);
            } catch (InterruptedException e) {
                call.abandon("the client left while its request waited for a slot");
                return;
            }
            long chosen = clock.getAsLong();
            call.record.queuedNanos += chosen - asked;
            call.record.scheduledNanos = chosen;
            // The time for attempts does not run while the request waits for a slot.
            budgetEnd = budgetEnd == 0 ? chosen + deadlineNanos : budgetEnd + chosen - asked;
            switch (selection) {
                case Selection.Unavailable unavailable -> {
                    if (call.way.askForLess(call.record.model, call.record.attempts, unavailable)) {
                        continue;
                    }
                    call.tell(last instanceof AttemptResult.Failed(FailedAttempt failure)
                            ? FailureAnswer.exhausted(call.subject(chosen), failure, unavailable)
                            : FailureAnswer.untried(call.subject(chosen), unavailable));
                    return;
                }
                case Selection.Selected(AccountLease lease) -> {
                    if (mayHaveRun) {
                        call.record.resends++;
                    }
                    noteDecision(call, lease.decision());
                    last = attempt(call, lease);
                    noteAttempt(call, lease.decision(), chosen, last);
                }
            }
            if (!(last instanceof AttemptResult.Failed(FailedAttempt failure))) {
                return;
            }
            if (call.isCutOff()) {
                call.tellCutOff();
                return;
            }
            call.record.failedTry(failure.account(), failure.rule().reason());
            mayHaveRun |= failure.mayHaveRun();
            tried = with(tried, failure.account());
            boolean enough = call.record.attempts >= maxAttempts && !isSearch(call, failure) || clock.getAsLong() - budgetEnd > 0;
            if (enough || call.answer().outputSent() || !call.triesAnother(failure.rule())) {
                // The scheduler is asked next when accounts can be had: what was held back counts by then.
                evidence.settle();
                call.tell(FailureAnswer.of(call.subject(clock.getAsLong()), failure, soonest(call, failure, tried)));
                return;
            }
            if (isSearch(call, failure)) {
                call.way.searches();
            }
            call.record.retried(chosen, clock.getAsLong());
        }
    }

    private void noteAttempt(Call call, Decision decision, long chosen, AttemptResult result) {
        long now = clock.getAsLong();
        if (LOG.isLoggable(Level.DEBUG)) {
            LOG.log(Level.DEBUG, call.record.requestId + ": account " + decision.account() + " by " + decision.layer() + " for "
                    + decision.asked().model() + ", waited " + decision.when().waitedNanos() / 1_000_000 + " ms, edits "
                    + call.record.edits + "; " + (result instanceof AttemptResult.Failed ? "failed" : "over") + " after "
                    + (now - chosen) / 1_000_000 + " ms" + (result instanceof AttemptResult.Failed(FailedAttempt failure)
                    ? ": " + failure.detail() + (failure.retryAfter().isZero() ? "" : "; asks for " + failure.retryAfter().toSeconds()
                    + " s of rest") : ""));
        }
        call.record.attempt(decision, chosen, now, failureOf(result));
    }

    private static String failureOf(AttemptResult result) {
        return result instanceof AttemptResult.Failed(FailedAttempt failure) ? failure.detail() : "";
    }

    private static void noteDecision(Call call, Decision decision) {
        call.record.layer = decision.layer();
        call.chosen(decision.layer() == Decision.Layer.RESPONSE_OWNER);
        call.record.escaped = decision.stickiness().left();
    }

    /** Chooses an account. A client that leaves while its request waits for a slot interrupts the wait. */
    private Selection select(Call call, Set<String> tried, Evidence evidence) throws InterruptedException {
        Cancellation cancellation = call.exchange.cancellation();
        Thread waiting = Thread.currentThread();
        cancellation.onCancel(waiting::interrupt);
        Selection selection = scheduler.select(call.wish(tried, waitNanos).showing(evidence));
        cancellation.clear();
        // A client that left in this very moment is noticed by the call to the upstream.
        boolean late = Thread.interrupted();
        if (late && !cancellation.isCancelled()) {
            waiting.interrupt();
        }
        return selection;
    }

    /** One account's turn. The lease is closed in any case. */
    private AttemptResult attempt(Call call, AccountLease lease) {
        try (lease) {
            call.record.attempts++;
            return switch (attempt.run(call, lease)) {
                case AttemptResult.Failed(FailedAttempt failed) -> new AttemptResult.Failed(failed.withoutSecretsOf(lease.account()));
                case AttemptResult.Done done -> done;
            };
        } catch (RuntimeException | Error e) {
            lease.report(new AttemptOutcome.Ignored());
            throw e;
        }
    }

    /** When a client may try again; zero if that is not known, or never. */
    private Duration soonest(Call call, FailedAttempt failure, Set<String> tried) {
        // Nobody is told a time for what does not pass; looking at all accounts for it would be work that wrong requests could ask for.
        return failure.rule().fault().isTransient() ? scheduler.retryAfter(call.wish(tried, waitNanos)) : Duration.ZERO;
    }

    /** "Not here" costs nothing: the search for what an account keeps goes on until all have been asked. */
    private static boolean isSearch(Call call, FailedAttempt failure) {
        return failure.rule().effect() == FailureRules.Effect.NEXT_IF_OWNER_UNKNOWN && call.ownerUnknown();
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return more;
    }
}
