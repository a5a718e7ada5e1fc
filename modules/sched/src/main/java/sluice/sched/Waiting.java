package sluice.sched;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.Selection;

/**
 * Requests that found no slot at once: whether a wait makes sense, when to look again, and who gets a slot that comes free.
 * Thread-safe; the only lock is that of the {@link WaitingRoom}.
 */
final class Waiting {
    private final WaitingRoom room;
    private final Slots slots;
    private final Supplier<Fleet> fleet;
    private final ReusePool<Trial> trials;
    private final RestBook rests;
    private final LongSupplier clock;

    Waiting(int maxWaiters, Slots slots, Supplier<Fleet> fleet, ReusePool<Trial> trials, RestBook rests, LongSupplier clock) {
        this.rests = rests;
        room = new WaitingRoom(maxWaiters);
        this.slots = slots;
        this.fleet = fleet;
        this.trials = trials;
        this.clock = clock;
    }

    int size() {
        return room.size();
    }

    /** Answers the claim at once, or lets it wait. */
    void enter(Claim claim) {
        if (!settle(claim)) {
            room.join(claim, this::settle);
        }
    }

    /** Blocks until the claim is answered. */
    void await(Claim claim) throws InterruptedException {
        while (!claim.answered()) {
            if (Thread.interrupted()) {
                room.leave(claim);
                if (claim.answered() && claim.answer() instanceof Selection.Selected(var lease)) {
                    lease.close();
                }
                throw new InterruptedException("interrupted while waiting for a slot");
            }
            long left = claim.wakeNanos() - clock.getAsLong();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                review();
            }
        }
    }

    /** Tries again for all who wait: an account may have become well, or time has passed. */
    void review() {
        room.review(this::settle);
    }

    /** Hands a slot that its holder gives up to who waits for it, or frees it. */
    void givenBack(Member member) {
        AccountState state = member.state;
        if (!room.isEmpty()) {
            handOver(member.name, state);
            return;
        }
        state.release();
        // Somebody may have come between the look and the release, and seen no slot.
        if (!room.isEmpty() && state.tryTake(member.concurrency)) {
            handOver(member.name, state);
        }
    }

    /** Answers all who wait, and all who come later. */
    void close() {
        room.close();
    }

    private void handOver(String name, AccountState state) {
        Fleet accounts = fleet.get();
        Optional<Member> member = accounts.named(name).filter(found -> found.state == state
                && state.inFlight() <= found.concurrency);
        Trial trial = trials.take();
        try {
            room.offer(claim -> member.isPresent() && grant(trial, accounts, claim, member.get()), state::release);
        } finally {
            trials.give(trial);
        }
    }

    private boolean grant(Trial trial, Fleet accounts, Claim claim, Member member) {
        Optional<Lease> lease = slots.grant(trial, accounts, claim, member);
        lease.ifPresent(granted -> claim.answer(new Selection.Selected(granted)));
        return lease.isPresent();
    }

    /** One more try for a claim; true once it has its answer. */
    private boolean settle(Claim claim) {
        Trial trial = trials.take();
        try {
            Optional<Lease> lease = tryTake(trial, claim);
            boolean wait = lease.isEmpty() && mayWait(trial, claim);
            if (lease.isEmpty() && !wait && claim.wish.limited()) {
                // Nobody who can read its reasoning will be there in time: it goes on without.
                claim.wish = claim.wish.leavingOrganization();
                lease = tryTake(trial, claim);
                wait = lease.isEmpty() && mayWait(trial, claim);
            }
            if (lease.isEmpty()) {
                lease = slots.tryBroken(trial, fleet.get(), claim.wish);
            }
            if (wait && lease.isEmpty()) {
                return false;
            }
            claim.answer(lease.isPresent() ? new Selection.Selected(lease.get()) : unavailable(trial, claim.wish));
            return true;
        } finally {
            trials.give(trial);
        }
    }

    private Optional<Lease> tryTake(Trial trial, Claim claim) {
        boolean patience = claim.patientUntilNanos == Long.MIN_VALUE || clock.getAsLong() < claim.patientUntilNanos;
        Slots.Taken taken = slots.tryTake(trial, fleet.get(), claim.wish, patience);
        claim.patient = taken.lease().isEmpty() && taken.choice().patientUntilNanos() > 0;
        if (claim.patient && claim.patientUntilNanos == Long.MIN_VALUE) {
            claim.patientUntilNanos = taken.choice().patientUntilNanos();
        }
        return taken.lease();
    }

    /** Whether a wait makes sense; then also says when to look again. */
    private boolean mayWait(Trial trial, Claim claim) {
        Outlook outlook = trial.outlook;
        outlook.survey(trial.view);
        long deadline = claim.wish.deadlineNanos();
        if (clock.getAsLong() >= deadline || !claim.patient && !outlook.someBusy() && outlook.soonestFitNanos() > deadline
                && !outlook.someFit()) {
            return false;
        }
        long wake = Math.min(deadline, outlook.soonestFitNanos());
        claim.wakeAt(claim.patient ? Math.min(wake, claim.patientUntilNanos) : wake);
        if (!claim.queued) {
            claim.bound = fleet.get().named(claim.wish.owner()).map(member -> member.state);
        }
        return true;
    }

    /** The refusal of a request as the accounts are now. */
    Selection refused(Wish wish) {
        Trial trial = trials.take();
        try {
            trial.view.look(fleet.get(), wish, clock.getAsLong(), false);
            trial.outlook.survey(trial.view);
            return refusal(trial.outlook);
        } finally {
            trials.give(trial);
        }
    }

    private Selection unavailable(Trial trial, Wish wish) {
        slots.refused(trial, wish, clock.getAsLong());
        return refusal(trial.outlook);
    }

    private Selection refusal(Outlook outlook) {
        long now = clock.getAsLong();
        return new Selection.Unavailable(outlook.reasons(), outlook.cause(rests, now), outlook.retryAfter(now));
    }
}
