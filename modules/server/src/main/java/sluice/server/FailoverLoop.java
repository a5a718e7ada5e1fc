package sluice.server;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AttemptOutcome;
import sluice.api.Cancellation;
import sluice.api.Decision;
import sluice.api.Selection;
import sluice.api.SelectionRequest;

/**
 * The only loop over accounts: chooses one, makes an attempt, lets {@link FailureRules} judge it, and goes on as long as the
 * rules allow it and nothing has been sent to the client. Stateless; {@link #run} runs on the request's thread.
 */
final class FailoverLoop {
    private final AccountScheduler scheduler;
    private final Attempt attempts;
    private final FailureAnswer answers;
    private final int maxAttempts;
    private final long deadlineNanos;
    private final long waitNanos;
    private final LongSupplier clock;

    /**
     * A loop.
     *
     * @param maxAttempts most accounts that one request calls
     * @param deadline how long after its start a further attempt may begin; waits for a slot do not count
     * @param wait longest wait for a slot
     */
    FailoverLoop(AccountScheduler scheduler, Attempt attempts, FailureAnswer answers, int maxAttempts, Duration deadline,
            Duration wait, LongSupplier clock) {
        this.scheduler = scheduler;
        this.attempts = attempts;
        this.answers = answers;
        this.maxAttempts = maxAttempts;
        deadlineNanos = deadline.toNanos();
        waitNanos = wait.toNanos();
        this.clock = clock;
    }

    /** Answers the call, by an account or with an error. */
    void run(Call call) {
        Set<String> tried = Set.of();
        Optional<FailedAttempt> last = Optional.empty();
        long budgetEnd = 0;
        boolean mayHaveRun = false;
        while (true) {
            long asked = clock.getAsLong();
            Selection selection;
            try {
                selection = select(call, tried);
            } catch (InterruptedException e) {
                answers.clientGone(call);
                return;
            }
            long chosen = clock.getAsLong();
            call.record.queuedNanos += chosen - asked;
            call.record.scheduledNanos = chosen;
            // Waiting for a slot is not the attempt's fault, so it moves the deadline.
            budgetEnd = budgetEnd == 0 ? chosen + deadlineNanos : budgetEnd + chosen - asked;
            switch (selection) {
                case Selection.Unavailable none -> {
                    answers.unavailable(call, last, none);
                    return;
                }
                case Selection.Selected(AccountLease lease) -> {
                    if (mayHaveRun) {
                        call.record.resends++;
                    }
                    noteDecision(call, lease.decision());
                    last = attempt(call, lease);
                }
            }
            if (last.isEmpty()) {
                return;
            }
            FailedAttempt failure = last.get();
            call.record.failedTry(failure.account(), failure.rule());
            mayHaveRun |= failure.requestSent();
            tried = with(tried, failure.account());
            if (call.record.attempts >= maxAttempts || clock.getAsLong() - budgetEnd > 0
                    || !mayTryAnother(call, failure)) {
                answers.giveUp(call, failure, soonest(call, failure, tried));
                return;
            }
            call.record.retriedNanos += clock.getAsLong() - chosen;
        }
    }

    private static void noteDecision(Call call, Decision decision) {
        call.record.layer = decision.layer();
        call.ownerUnknown = !call.boundTo.isEmpty() && decision.layer() != Decision.Layer.RESPONSE_OWNER;
        call.record.escaped = decision.stickiness().map(Decision.Stickiness::left).orElse(false);
    }

    /** Chooses an account. A client that leaves while its request waits for a slot interrupts the wait. */
    private Selection select(Call call, Set<String> tried) throws InterruptedException {
        Cancellation cancellation = call.exchange.cancellation();
        Thread waiting = Thread.currentThread();
        cancellation.onCancel(waiting::interrupt);
        Selection selection = scheduler.select(request(call, tried));
        cancellation.clear();
        // A client that left in this very moment is noticed by the call to the upstream.
        boolean late = Thread.interrupted();
        if (late && !cancellation.isCancelled()) {
            waiting.interrupt();
        }
        return selection;
    }

    /** One account's turn; empty if the client has its answer. The lease is closed in any case. */
    private Optional<FailedAttempt> attempt(Call call, AccountLease lease) {
        try (lease) {
            call.record.attempts++;
            return attempts.run(call, lease);
        } catch (RuntimeException | Error e) {
            lease.report(new AttemptOutcome.Ignored());
            throw e;
        }
    }

    /** When a client may try again; a fault of its own does not pass with time. */
    private Duration soonest(Call call, FailedAttempt failure, Set<String> tried) {
        return switch (failure.rule().fault()) {
            case REQUEST, CLIENT -> Duration.ZERO;
            case ACCOUNT, ACCOUNT_MODEL, UPSTREAM, TRANSPORT -> scheduler.retryAfter(request(call, tried));
        };
    }

    private static boolean mayTryAnother(Call call, FailedAttempt failure) {
        if (call.exchange.response().outputSent()) {
            return false;
        }
        return switch (failure.rule().effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> call.resendAllowed;
            case NEXT_IF_OWNER_UNKNOWN -> call.ownerUnknown;
            case STRIP_ONCE, PASS, END -> false;
        };
    }

    private SelectionRequest request(Call call, Set<String> tried) {
        return new SelectionRequest(call.client, call.model, call.sessionKey, call.boundTo, call.transport(),
                call.encryptedContent, tried, waitNanos, call.record.startedNanos);
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return more;
    }
}
