package sluice.sched;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.api.AccountScheduler.Selection;

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

    /** Answers the waiter at once, or lets it wait. */
    void enter(Waiter waiter) {
        if (!settle(waiter)) {
            room.join(waiter, this::settle);
        }
    }

    /** Blocks until the waiter is answered. */
    void await(Waiter waiter) throws InterruptedException {
        while (!waiter.answered()) {
            if (Thread.interrupted()) {
                room.leave(waiter);
                if (waiter.answered() && waiter.answer() instanceof Selection.Selected(var lease)) {
                    lease.close();
                }
                throw new InterruptedException("interrupted while waiting for a slot");
            }
            long left = waiter.wakeNanos() - clock.getAsLong();
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
            room.offer(waiter -> member.isPresent() && grant(trial, accounts, waiter, member.get()), state::release);
        } finally {
            trials.give(trial);
        }
    }

    private boolean grant(Trial trial, Fleet accounts, Waiter waiter, Member member) {
        Optional<Lease> lease = slots.grant(trial, accounts, waiter, member);
        lease.ifPresent(granted -> waiter.answer(new Selection.Selected(granted)));
        return lease.isPresent();
    }

    /** One more try for a waiter; true once it has its answer. */
    private boolean settle(Waiter waiter) {
        Trial trial = trials.take();
        try {
            Optional<Lease> lease = tryTake(trial, waiter);
            boolean wait = lease.isEmpty() && mayWait(trial, waiter);
            if (lease.isEmpty() && !wait && waiter.wish.limited()) {
                // Nobody who can read its reasoning will be there in time: it goes on without.
                waiter.wish = waiter.wish.leavingOrganization();
                lease = tryTake(trial, waiter);
                wait = lease.isEmpty() && mayWait(trial, waiter);
            }
            if (lease.isEmpty()) {
                lease = slots.tryBroken(trial, fleet.get(), waiter.wish);
            }
            if (wait && lease.isEmpty()) {
                return false;
            }
            waiter.answer(lease.isPresent() ? new Selection.Selected(lease.get()) : unavailable(trial, waiter.wish));
            return true;
        } finally {
            trials.give(trial);
        }
    }

    private Optional<Lease> tryTake(Trial trial, Waiter waiter) {
        boolean patience = waiter.patientUntilNanos == Long.MIN_VALUE || clock.getAsLong() < waiter.patientUntilNanos;
        Slots.Taken taken = slots.tryTake(trial, fleet.get(), waiter.wish, patience);
        waiter.patient = taken.lease().isEmpty() && taken.choice().patientUntilNanos() > 0;
        if (waiter.patient && waiter.patientUntilNanos == Long.MIN_VALUE) {
            waiter.patientUntilNanos = taken.choice().patientUntilNanos();
        }
        return taken.lease();
    }

    /** Whether a wait makes sense; then also says when to look again. */
    private boolean mayWait(Trial trial, Waiter waiter) {
        Outlook outlook = trial.outlook;
        outlook.survey(trial.view);
        long deadline = waiter.wish.deadlineNanos();
        if (clock.getAsLong() >= deadline || !waiter.patient && !outlook.someBusy() && outlook.soonestFitNanos() > deadline
                && !outlook.someFit()) {
            return false;
        }
        long wake = Math.min(deadline, outlook.soonestFitNanos());
        waiter.wakeAt(waiter.patient ? Math.min(wake, waiter.patientUntilNanos) : wake);
        if (!waiter.queued) {
            waiter.bound = fleet.get().named(waiter.wish.owner()).map(member -> member.state);
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
