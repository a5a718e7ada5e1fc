package sluice.baseline;

import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.SelectionRequest;

/** A slot of the {@link LockedScheduler}. Thread-safe. */
final class LockedLease implements AccountLease {
    private final LockedScheduler scheduler;
    private final Account account;
    private final SelectionRequest request;
    private final Decision decision;
    private boolean reported;
    private boolean closed;

    LockedLease(LockedScheduler scheduler, Account account, SelectionRequest request, Decision decision) {
        this.scheduler = scheduler;
        this.account = account;
        this.request = request;
        this.decision = decision;
    }

    @Override
    public Account account() {
        return account;
    }

    @Override
    public String upstreamModel() {
        return request.model().isEmpty() ? "" : account.upstreamModel(request.model()).orElse(request.model());
    }

    @Override
    public boolean stripEncryptedReasoning() {
        return false;
    }

    @Override
    public Decision decision() {
        return decision;
    }

    @Override
    public void began(String responseId, String conversationId) {
        scheduler.began(account, request, responseId, conversationId);
    }

    @Override
    public synchronized void report(AttemptOutcome outcome) {
        if (!reported && !closed) {
            reported = true;
            scheduler.reported(account, request, outcome);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            scheduler.released(account);
        }
    }
}
