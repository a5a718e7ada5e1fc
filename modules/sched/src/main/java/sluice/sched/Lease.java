package sluice.sched;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountStatus.Quota;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.Headers;

/** A slot that is out. Thread-safe: report and close take effect once, whoever calls them. */
final class Lease implements AccountLease {
    private static final AtomicIntegerFieldUpdater<Lease> STATE = AtomicIntegerFieldUpdater.newUpdater(Lease.class, "state");
    private static final int REPORTED = 1;
    private static final int CLOSED = 2;

    /** Where what happens to leases is booked. */
    interface Desk {
        /** The client gets the answer of the lease's account. */
        void began(Lease lease, String responseId, String conversationId);

        /** The account has answered. */
        void answered(Lease lease, Headers headers);

        /** The account has told what it may still use. */
        void limited(Lease lease, List<Quota> quotas);

        /** How the attempt went. */
        void reported(Lease lease, AttemptOutcome outcome);

        /** The slot is given back. */
        void closed(Lease lease, boolean unreported);
    }

    private final Desk desk;
    final Member member;
    final Wish wish;
    private final Decision decision;
    final boolean rebind;
    /** Whether this request finds out whether the account's trouble has passed. */
    final boolean probe;
    final long takenNanos;
    private volatile int state;
    /** Whether the client gets this account's answer, so that no other account is tried. */
    volatile boolean began;

    Lease(Desk desk, Member member, Wish wish, Decision decision, boolean rebind, boolean probe,
            long takenNanos) {
        this.desk = desk;
        this.member = member;
        this.wish = wish;
        this.decision = decision;
        this.rebind = rebind;
        this.probe = probe;
        this.takenNanos = takenNanos;
    }

    @Override
    public Account account() {
        return member.account;
    }

    @Override
    public String upstreamModel() {
        return member.upstreamModel(wish.request().model());
    }

    @Override
    public boolean stripEncryptedReasoning() {
        return wish.strip();
    }

    @Override
    public Decision decision() {
        return decision;
    }

    @Override
    public void began(String responseId, String conversationId) {
        began = true;
        desk.began(this, responseId, conversationId);
    }

    @Override
    public void answered(Headers headers) {
        desk.answered(this, headers);
    }

    @Override
    public void limited(List<Quota> quotas) {
        desk.limited(this, quotas);
    }

    @Override
    public void report(AttemptOutcome outcome) {
        if (STATE.compareAndSet(this, 0, REPORTED)) {
            desk.reported(this, outcome);
        }
    }

    @Override
    public void close() {
        int before = STATE.getAndUpdate(this, now -> now | CLOSED);
        if ((before & CLOSED) == 0) {
            desk.closed(this, (before & REPORTED) == 0);
        }
    }

    @Override
    public String toString() {
        return "lease of " + member.name;
    }
}
