package sluice.sched;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.SelectionRequest;

/** Asks the policy, and takes a slot of the first account on its list that has one. Thread-safe, without a lock. */
final class Slots {
    /** How often a choice is repeated when all its accounts were taken in the meantime; after that the request waits. */
    private static final int MAX_ROUNDS = 4;

    private final SelectionPolicy policy;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;
    private final DecisionRing decisions;
    private final DecisionDetails details;
    private final Lease.Desk desk;

    /**
     * Slots.
     *
     * @param clock nanoseconds since the scheduler was made
     * @param desk where leases report and are given back
     */
    Slots(SchedulerSettings settings, SelectionPolicy policy, LongSupplier clock, Lease.Desk desk) {
        this.policy = policy;
        this.clock = clock;
        this.desk = desk;
        epochMillis = settings.clocks().epochMillis();
        decisions = new DecisionRing(settings.room().decisions());
        details = new DecisionDetails(clock.getAsLong());
    }

    /** The last decisions. */
    DecisionRing decisions() {
        return decisions;
    }

    /** What the policy chose, and the lease if there was a slot. */
    record Taken(Choice choice, Optional<Lease> lease) { }

    /** Chooses and takes a slot, if there is one to be had now. */
    Taken tryTake(Trial trial, Fleet fleet, Wish wish, boolean patience) {
        Choice choice = Choice.FREE;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            long now = clock.getAsLong();
            choice = choose(trial, fleet, wish, now, patience);
            if (trial.shortlist.size() == 0) {
                break;
            }
            List<Decision.Candidate> candidates = details.of(policy, trial.view, now);
            for (int rank = 0; rank < trial.shortlist.size(); rank++) {
                Optional<Lease> lease = take(fleet.at(trial.shortlist.get(rank)), wish, choice, now, candidates);
                if (lease.isPresent()) {
                    return new Taken(choice, lease);
                }
            }
            if (choice.layer() == Decision.Layer.LOAD_BALANCE) {
                Optional<Lease> lease = takeAny(trial, fleet, wish, choice, now, candidates);
                if (lease.isPresent()) {
                    return new Taken(choice, lease);
                }
            }
        }
        return new Taken(choice, Optional.empty());
    }

    /** What the policy would do now. */
    Choice choose(Trial trial, Fleet fleet, Wish wish, long nowNanos, boolean patience) {
        trial.view.look(fleet, wish, nowNanos, patience && nowNanos < wish.deadlineNanos());
        trial.shortlist.clear();
        return policy.choose(trial.view, trial.shortlist);
    }

    /** All on the list are taken by now: any other account of their tier. */
    private Optional<Lease> takeAny(Trial trial, Fleet fleet, Wish wish, Choice choice, long nowNanos,
            List<Decision.Candidate> candidates) {
        int tier = fleet.at(trial.shortlist.get(0)).tier;
        for (int i = 0; i < fleet.size(); i++) {
            Member member = fleet.at(i);
            if (member.tier == tier) {
                Optional<Lease> lease = take(member, wish, choice, nowNanos, candidates);
                if (lease.isPresent()) {
                    return lease;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Lease> take(Member member, Wish wish, Choice choice, long nowNanos, List<Decision.Candidate> candidates) {
        // Whatever a policy says, no account is used that rests, is disabled, or was tried.
        if (Eligibility.checkWithoutSlot(member, wish, nowNanos) != Eligibility.FITS
                || !member.tryTake(wish.request().client(), nowNanos)) {
            return Optional.empty();
        }
        boolean probe = member.state.condition.get().needsProbe();
        if (probe && !member.state.tryProbe(nowNanos)) {
            member.state.holders.giveBack(wish.request().client());
            member.state.release();
            return Optional.empty();
        }
        return Optional.of(lease(member, wish, choice, probe, nowNanos, candidates));
    }

    /** While every breaker is open, lets this request through to the account whose rest ends first; empty if another is on its way. */
    Optional<Lease> tryBroken(Trial trial, Fleet fleet, Wish wish) {
        int position = broken(trial);
        if (position < 0 || !fleet.at(position).state.tryTake(fleet.at(position).concurrency)) {
            return Optional.empty();
        }
        Member member = fleet.at(position);
        if (!member.state.tryEarlyProbe()) {
            member.state.release();
            return Optional.empty();
        }
        member.state.holders.take(wish.request().client());
        return Optional.of(lease(member, wish, throughOf(trial), true, clock.getAsLong(), List.of()));
    }

    /** Position of the account whose breaker's rest ends first, if breakers are all that is in the way; else -1. */
    static int broken(Trial trial) {
        View view = trial.view;
        int soonest = -1;
        if (trial.outlook.onlyBreakers() && view.request().tried().accounts().isEmpty()) {
            for (int i = 0; i < view.accounts().size(); i++) {
                boolean mine = view.owner() < 0 || view.owner() == i;
                if (mine && !view.fits(i) && view.reason(i) == FilterReason.BREAKER_OPEN
                        && (soonest < 0 || view.restEndsNanos(i) < view.restEndsNanos(soonest))) {
                    soonest = i;
                }
            }
        }
        return soonest;
    }

    /** How such a request is let through: its session stays where it lives. */
    static Choice throughOf(Trial trial) {
        return trial.view.owner() >= 0 ? Choice.OWNER : Choice.leave(false, Decision.Stickiness.NONE);
    }

    /** Makes the lease of a slot that is at hand for a request that waited; empty if the account does not suit it. */
    Optional<Lease> grant(Trial trial, Fleet fleet, Waiter waiter, Member member) {
        Wish wish = waiter.wish;
        long now = clock.getAsLong();
        boolean home = member.name.equals(wish.binding().account());
        if (!wish.owner().isEmpty() && !wish.owner().equals(member.name)
                || now < waiter.patientUntilNanos && !home
                || Eligibility.checkWithoutSlot(member, wish, now) != Eligibility.FITS
                || !member.state.holders.tryTake(wish.request().client(), member.concurrency, now)) {
            return Optional.empty();
        }
        boolean probe = member.state.condition.get().needsProbe();
        if (probe && !member.state.tryProbe(now)) {
            member.state.holders.giveBack(wish.request().client());
            return Optional.empty();
        }
        trial.view.look(fleet, wish, now, false);
        Choice choice = policy.granted(trial.view, fleet.position(member.name));
        return Optional.of(lease(member, wish, choice, probe, now, List.of()));
    }

    private Lease lease(Member member, Wish wish, Choice choice, boolean probe, long nowNanos,
            List<Decision.Candidate> candidates) {
        Decision decision = decision(choice, member.name, wish, nowNanos, candidates);
        decisions.add(decision);
        return new Lease(desk, member, wish, decision, choice.rebind(), probe, nowNanos);
    }

    /** Remembers that nobody could be had. */
    void refused(Trial trial, Wish wish, long nowNanos) {
        decisions.add(decision(Choice.FREE, "", wish, nowNanos, details.of(policy, trial.view, nowNanos)));
    }

    /** A decision in full, for people. */
    Decision explained(Trial trial, Choice choice, String account, Wish wish, long nowNanos) {
        return decision(choice, account, wish, nowNanos, policy.candidates(trial.view));
    }

    private Decision decision(Choice choice, String account, Wish wish, long nowNanos, List<Decision.Candidate> candidates) {
        SelectionRequest request = wish.request();
        return new Decision(account, choice, new Decision.Asked(request.model(), request.sessionKey(), wish.strip()),
                new Decision.When(epochMillis.getAsLong(), nowNanos - wish.startedNanos()), candidates);
    }
}
