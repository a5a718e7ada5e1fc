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
import sluice.api.Evidence;
import sluice.api.Selection;
import sluice.api.SelectionRequest;
import sluice.failures.FailedAttempt;
import sluice.failures.FailureRules;

/**
 * The only loop over accounts: chooses one, makes an attempt, lets {@link FailureRules} judge it, and goes on as long as the
 * rules allow it and nothing has been sent to the client. Stateless; {@link #run} runs on the request's thread.
 */
final class FailoverLoop<R extends PooledRequest> {
    /** Calls one account. */
    @FunctionalInterface
    interface Attempts<R extends PooledRequest> {
        /** Makes the attempt and reports it to the lease; empty if the client has its answer, or has left. */
        Optional<FailedAttempt> run(R request, AccountLease lease);
    }

    private final AccountScheduler scheduler;
    private final Attempts<R> attempts;
    private final LastWord answers;
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
    FailoverLoop(AccountScheduler scheduler, Attempts<R> attempts, LastWord answers, int maxAttempts, Duration deadline,
            Duration wait, LongSupplier clock) {
        this.scheduler = scheduler;
        this.attempts = attempts;
        this.answers = answers;
        this.maxAttempts = maxAttempts;
        deadlineNanos = deadline.toNanos();
        waitNanos = wait.toNanos();
        this.clock = clock;
    }

    /** Answers the request, by an account or with an error. */
    void run(R request) {
        try (Evidence evidence = new Evidence()) {
            run(request, evidence);
        }
    }

    private void run(R request, Evidence evidence) {
        Set<String> tried = Set.of();
        Optional<FailedAttempt> last = Optional.empty();
        long budgetEnd = 0;
        boolean mayHaveRun = false;
        while (true) {
            long asked = clock.getAsLong();
            Selection selection;
            try {
                selection = select(request, tried, evidence);
            } catch (InterruptedException e) {
                answers.clientGone(request);
                return;
            }
            long chosen = clock.getAsLong();
            request.record.queuedNanos += chosen - asked;
            request.record.scheduledNanos = chosen;
            // Waiting for a slot is not the attempt's fault, so it moves the deadline.
            budgetEnd = budgetEnd == 0 ? chosen + deadlineNanos : budgetEnd + chosen - asked;
            switch (selection) {
                case Selection.Unavailable none -> {
                    if (request.widen(none)) {
                        continue;
                    }
                    answers.unavailable(request, last, none);
                    return;
                }
                case Selection.Selected(AccountLease lease) -> {
                    if (mayHaveRun) {
                        request.record.resends++;
                    }
                    noteDecision(request, lease.decision());
                    last = attempt(request, lease);
                }
            }
            if (last.isEmpty()) {
                return;
            }
            FailedAttempt failure = last.get();
            request.record.failedTry(failure.account(), failure.rule().reason());
            mayHaveRun |= failure.mayHaveRun();
            tried = with(tried, failure.account());
            if (request.record.attempts >= maxAttempts || clock.getAsLong() - budgetEnd > 0
                    || !mayTryAnother(request, failure)) {
                evidence.close();
                answers.giveUp(request, failure, soonest(request, failure, tried));
                return;
            }
            request.record.retriedNanos += clock.getAsLong() - chosen;
        }
    }

    private static void noteDecision(PooledRequest request, Decision decision) {
        request.record.layer = decision.layer();
        request.ownerUnknown = !request.boundTo.isEmpty() && decision.layer() != Decision.Layer.RESPONSE_OWNER;
        request.record.escaped = decision.stickiness().left();
    }

    /** Chooses an account. A client that leaves while its request waits for a slot interrupts the wait. */
    private Selection select(PooledRequest request, Set<String> tried, Evidence evidence) throws InterruptedException {
        Cancellation cancellation = request.cancellation();
        Thread waiting = Thread.currentThread();
        cancellation.onCancel(waiting::interrupt);
        Selection selection = scheduler.select(wish(request, tried).showing(evidence));
        cancellation.clear();
        // A client that left in this very moment is noticed by the call to the upstream.
        boolean late = Thread.interrupted();
        if (late && !cancellation.isCancelled()) {
            waiting.interrupt();
        }
        return selection;
    }

    /** One account's turn; empty if the client has its answer. The lease is closed in any case. */
    private Optional<FailedAttempt> attempt(R request, AccountLease lease) {
        try (lease) {
            request.record.attempts++;
            return attempts.run(request, lease).map(failed -> failed.withoutSecretsOf(lease.account()));
        } catch (RuntimeException | Error e) {
            lease.report(new AttemptOutcome.Ignored());
            throw e;
        }
    }

    /** When a client may try again; a fault of its own does not pass with time. */
    private Duration soonest(PooledRequest request, FailedAttempt failure, Set<String> tried) {
        return switch (failure.rule().fault()) {
            case REQUEST, CLIENT -> Duration.ZERO;
            case ACCOUNT, ACCOUNT_MODEL, ACCOUNT_ROUTE, UPSTREAM, TRANSPORT -> scheduler.retryAfter(wish(request, tried));
        };
    }

    private static boolean mayTryAnother(PooledRequest request, FailedAttempt failure) {
        if (request.outputSent()) {
            return false;
        }
        return switch (failure.rule().effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> request.resendAllowed;
            case NEXT_IF_OWNER_UNKNOWN -> request.ownerUnknown;
            case STRIP_ONCE, BY_HTTP, PASS, END -> false;
        };
    }

    private SelectionRequest wish(PooledRequest request, Set<String> tried) {
        return SelectionRequest.by(request.client).model(request.model).session(request.sessionKey).boundTo(request.boundTo)
                .transport(request.transport()).encryptedContent(request.encryptedContent).excluding(tried).only(request.only())
                .waiting(request.waitNanos(waitNanos)).seed(request.record.startedNanos).build();
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return more;
    }
}
