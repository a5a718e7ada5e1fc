package sluice.sched;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.api.AccountStatus;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.SchedulerSettings;
import sluice.api.Selection;
import sluice.api.SelectionRequest;
import sluice.api.StateStore;

/**
 * The scheduler. A selection looks up what is remembered ({@link Memory}), lets the {@link Layers} choose from the
 * {@link Fleet}, takes a slot, and otherwise waits in the {@link WaitingRoom}.
 */
final class LayeredScheduler implements AccountScheduler {
    /** How often a choice is repeated when all its accounts were taken in the meantime; after that the request waits. */
    private static final int MAX_ROUNDS = 4;
    /** Weight of the newest time that a slot was held. */
    private static final double HELD_ALPHA = 0.2;
    /** What to tell a client while a probe is under way. */
    private static final Duration PROBE_RETRY = Duration.ofSeconds(1);

    private final LongSupplier nanoClock;
    private final LongSupplier epochMillis;
    private final long originNanos;
    private final Memory memory;
    private final Layers layers;
    private final Outcomes outcomes;
    private final LineupPool lineups;
    private final WaitingRoom room;
    private final DecisionRing decisions;
    private final DecisionDetails details;
    /** Guards the exchange of {@link #fleet} and {@link #states}. Lock "reload": nothing else is taken under it. */
    private final Object reload = new Object();
    private final Map<String, AccountState> states = new HashMap<>();
    private volatile Fleet fleet = Fleet.EMPTY;

    LayeredScheduler(SchedulerSettings settings, StateStore store) {
        nanoClock = settings.nanoClock();
        epochMillis = settings.epochMillis();
        originNanos = nanoClock.getAsLong();
        memory = new Memory(store);
        layers = new Layers(settings);
        outcomes = new Outcomes(settings);
        lineups = new LineupPool(settings.topK(), settings.weights());
        decisions = new DecisionRing(settings.decisions());
        details = new DecisionDetails(lineups, now());
        room = new WaitingRoom(settings.waiters());
    }

    @Override
    public void apply(List<Account> accounts) {
        synchronized (reload) {
            Map<String, AccountState> next = new HashMap<>();
            List<Member> members = new ArrayList<>();
            for (Account account : accounts) {
                AccountState state = states.getOrDefault(account.name(), new AccountState());
                fleet.named(account.name()).ifPresent(old -> forgetIfReplaced(old.account, account, state));
                next.put(account.name(), state);
                members.add(new Member(account, state));
            }
            Fleet replacement = new Fleet(members);
            // An account that comes back while its old requests still run must count them.
            states.forEach((name, state) -> {
                if (state.inFlight() > 0) {
                    next.putIfAbsent(name, state);
                }
            });
            states.clear();
            states.putAll(next);
            fleet = replacement;
        }
        review();
    }

    /** Another key or address is another account: what went wrong before says nothing about it. */
    private static void forgetIfReplaced(Account old, Account now, AccountState state) {
        if (!old.apiKey().equals(now.apiKey()) || !old.baseUrl().equals(now.baseUrl())) {
            state.reset();
        }
    }

    @Override
    public Selection select(SelectionRequest request) throws InterruptedException {
        Wish wish = memory.recall(request, fleet, now());
        Lineup lineup = lineups.take();
        try {
            Optional<Lease> lease = tryTake(lineup, wish, true);
            if (lease.isPresent()) {
                return new Selection.Selected(lease.get());
            }
        } finally {
            lineups.give(lineup);
        }
        Thread thread = Thread.currentThread();
        Claim claim = new Claim(wish, () -> LockSupport.unpark(thread));
        enter(claim);
        await(claim);
        return claim.answer();
    }

    /** As {@link #select}, but calls {@code notice} instead of blocking; {@link #tick} must be called now and then. */
    Claim offer(SelectionRequest request, Runnable notice) {
        Claim claim = new Claim(memory.recall(request, fleet, now()), notice);
        enter(claim);
        return claim;
    }

    /** Looks again at all who wait, because time has passed. */
    void tick() {
        review();
    }

    /** How many wait. */
    int waiting() {
        return room.size();
    }

    private void enter(Claim claim) {
        if (!settle(claim)) {
            room.join(claim, this::settle);
        }
    }

    private void await(Claim claim) throws InterruptedException {
        while (!claim.answered()) {
            if (Thread.interrupted()) {
                room.leave(claim);
                if (claim.answered() && claim.answer() instanceof Selection.Selected(var lease)) {
                    lease.close();
                }
                throw new InterruptedException("interrupted while waiting for a slot");
            }
            long left = claim.wakeNanos() - now();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                review();
            }
        }
    }

    /** One more try for a claim; true once it has its answer. */
    private boolean settle(Claim claim) {
        Lineup lineup = lineups.take();
        try {
            Optional<Lease> lease = tryTake(lineup, claim);
            boolean wait = lease.isEmpty() && mayWait(lineup, claim);
            if (lease.isEmpty() && !wait && claim.wish.limited()) {
                // Nobody who can read its reasoning will be there in time: it goes on without.
                claim.wish = claim.wish.leavingOrganization();
                lease = tryTake(lineup, claim);
                wait = lease.isEmpty() && mayWait(lineup, claim);
            }
            if (wait) {
                return false;
            }
            claim.answer(lease.isPresent() ? new Selection.Selected(lease.get()) : unavailable(lineup, claim.wish));
            return true;
        } finally {
            lineups.give(lineup);
        }
    }

    private Optional<Lease> tryTake(Lineup lineup, Claim claim) {
        boolean patience = claim.patientUntilNanos == Long.MIN_VALUE || now() < claim.patientUntilNanos;
        Optional<Lease> lease = tryTake(lineup, claim.wish, patience);
        if (lease.isEmpty() && lineup.patientUntilNanos() > 0 && claim.patientUntilNanos == Long.MIN_VALUE) {
            claim.patientUntilNanos = lineup.patientUntilNanos();
        }
        return lease;
    }

    /** Whether a wait makes sense; then also says when to look again. */
    private boolean mayWait(Lineup lineup, Claim claim) {
        long deadline = claim.wish.deadlineNanos();
        boolean patient = lineup.patientUntilNanos() > 0;
        if (now() >= deadline || !patient && !lineup.someBusy() && lineup.soonestFitNanos() > deadline
                && lineup.size() == 0) {
            return false;
        }
        long wake = Math.min(deadline, lineup.soonestFitNanos());
        claim.wakeAt(patient ? Math.min(wake, claim.patientUntilNanos) : wake);
        if (!claim.queued) {
            claim.bound = fleet.named(claim.wish.owner()).map(member -> member.state);
        }
        return true;
    }

    /** Chooses and takes a slot; empty if there is none to be had now. */
    private Optional<Lease> tryTake(Lineup lineup, Wish wish, boolean patience) {
        Fleet accounts = fleet;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            long now = now();
            Choice choice = layers.choose(lineup, accounts, wish, now, patience && now < wish.deadlineNanos());
            lineup.patientUntil(choice.patientUntilNanos());
            if (lineup.ranked() == 0) {
                return Optional.empty();
            }
            List<Decision.Candidate> candidates = choice.layer() == Decision.Layer.LOAD_BALANCE
                    ? details.ofGathered(lineup, accounts, wish, now) : details.of(accounts, wish, now);
            for (int rank = 0; rank < lineup.ranked(); rank++) {
                Optional<Lease> lease = take(lineup.ranked(rank), wish, choice, now, candidates);
                if (lease.isPresent()) {
                    return lease;
                }
            }
            if (choice.layer() == Decision.Layer.LOAD_BALANCE) {
                for (int i = 0; i < lineup.size(); i++) {
                    Optional<Lease> lease = take(lineup.member(i), wish, choice, now, candidates);
                    if (lease.isPresent()) {
                        return lease;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Lease> take(Member member, Wish wish, Choice choice, long nowNanos,
            List<Decision.Candidate> candidates) {
        if (!member.state.tryTake(member.concurrency)) {
            return Optional.empty();
        }
        boolean probe = member.state.condition.get().needsProbe();
        if (probe && !member.state.tryProbe(nowNanos)) {
            member.state.release();
            return Optional.empty();
        }
        return Optional.of(lease(member, wish, choice, probe, nowNanos, candidates));
    }

    private Lease lease(Member member, Wish wish, Choice choice, boolean probe, long nowNanos,
            List<Decision.Candidate> candidates) {
        Decision decision = decision(choice, member.name, wish, nowNanos, candidates);
        decisions.add(decision);
        return new Lease(this, member, wish, decision, choice.rebind(), probe, nowNanos);
    }

    private Decision decision(Choice choice, String account, Wish wish, long nowNanos, List<Decision.Candidate> candidates) {
        Decision.Layer layer = account.isEmpty() ? Decision.Layer.NONE : choice.layer();
        return new Decision(layer, account, wish.request().model(), wish.request().sessionKey(), epochMillis.getAsLong(),
                nowNanos - wish.startedNanos(), candidates, choice.stickiness(), wish.strip());
    }

    private Selection unavailable(Lineup lineup, Wish wish) {
        long now = now();
        decisions.add(decision(Choice.FREE, "", wish, now, details.of(fleet, wish, now)));
        Duration retryAfter = lineup.soonestEndNanos() == Long.MAX_VALUE
                && lineup.someBusy() && lineup.reasons().containsKey(Selection.FilterReason.BREAKER_OPEN)
                ? PROBE_RETRY : untilSoonestEnd(lineup);
        return new Selection.Unavailable(lineup.reasons(), retryAfter);
    }

    @Override
    public Decision explain(SelectionRequest request) {
        Fleet accounts = fleet;
        long now = now();
        Wish wish = memory.recall(request, accounts, now);
        Lineup lineup = lineups.take();
        try {
            Choice choice = layers.choose(lineup, accounts, wish, now, now < wish.deadlineNanos());
            if (lineup.ranked() == 0 && wish.limited() && choice.patientUntilNanos() == 0 && !lineup.someBusy()
                    && lineup.soonestFitNanos() > wish.deadlineNanos()) {
                wish = wish.leavingOrganization();
                choice = layers.choose(lineup, accounts, wish, now, now < wish.deadlineNanos());
            }
            String account = lineup.ranked() == 0 ? "" : lineup.ranked(0).name;
            if (choice.patientUntilNanos() > 0) {
                account = wish.binding().account();
            }
            lineup.gather(accounts, wish, now);
            return decision(choice, account, wish, now, lineup.candidates(accounts.configured, wish, now));
        } finally {
            lineups.give(lineup);
        }
    }

    @Override
    public Duration retryAfter(SelectionRequest request) {
        Fleet accounts = fleet;
        Wish wish = memory.recall(request, accounts, now());
        Lineup lineup = lineups.take();
        try {
            layers.choose(lineup, accounts, wish, now(), false);
            return lineup.size() > 0 || lineup.someBusy() ? Duration.ZERO : untilSoonestEnd(lineup);
        } finally {
            lineups.give(lineup);
        }
    }

    private Duration untilSoonestEnd(Lineup lineup) {
        return lineup.soonestEndNanos() == Long.MAX_VALUE ? Duration.ZERO
                : Duration.ofNanos(Math.max(1, lineup.soonestEndNanos() - now()));
    }

    /** The client gets the answer of a lease's account. */
    void began(Lease lease, String responseId, String conversationId) {
        memory.began(lease, responseId, conversationId);
    }

    /** How an attempt went: statistics, health, and where the session and the response live. */
    void reported(Lease lease, AttemptOutcome outcome) {
        AccountState state = lease.member.state;
        String model = lease.wish.request().model();
        switch (outcome) {
            case AttemptOutcome.Succeeded success -> {
                outcomes.succeeded(state, model, success, lease.probe, now());
                memory.keep(lease, success);
                if (lease.probe) {
                    review();
                }
            }
            case AttemptOutcome.Failed failure -> {
                outcomes.failed(state, model, failure, lease.probe, lease.takenNanos, now());
                review();
            }
            case AttemptOutcome.Ignored _ -> outcomes.ignored(state, lease.probe);
        }
    }

    /** Hands the slot to who waits for it, or frees it. */
    void closed(Lease lease, boolean unreported) {
        AccountState state = lease.member.state;
        if (unreported) {
            outcomes.ignored(state, lease.probe);
        }
        state.heldNanos.add(now() - lease.takenNanos, HELD_ALPHA, now());
        if (!room.isEmpty()) {
            handOver(lease.member.name, state);
            return;
        }
        state.release();
        // Somebody may have come between the look and the release, and seen no slot.
        if (!room.isEmpty() && state.tryTake(lease.member.concurrency)) {
            handOver(lease.member.name, state);
        }
    }

    private void handOver(String name, AccountState state) {
        Optional<Member> member = fleet.named(name).filter(found -> found.state == state
                && state.inFlight() <= found.concurrency);
        room.offer(claim -> member.isPresent() && grant(claim, member.get()), state::release);
    }

    /** Gives a slot that is at hand to a claim, if the account suits it. */
    private boolean grant(Claim claim, Member member) {
        Wish wish = claim.wish;
        long now = now();
        boolean home = member.name.equals(wish.binding().account());
        if (!wish.owner().isEmpty() && !wish.owner().equals(member.name)
                || now < claim.patientUntilNanos && !home
                || Eligibility.checkWithoutSlot(member, wish, now) != Eligibility.FITS) {
            return false;
        }
        boolean probe = member.state.condition.get().needsProbe();
        if (probe && !member.state.tryProbe(now)) {
            return false;
        }
        Choice choice = !wish.owner().isEmpty() ? Choice.OWNER : layers.granted(fleet, wish, home, now);
        claim.answer(new Selection.Selected(lease(member, wish, choice, probe, now, List.of())));
        return true;
    }

    private void review() {
        room.review(this::settle);
    }

    @Override
    public String ownerOf(String client, String responseId) {
        return memory.ownerOf(client, responseId);
    }

    @Override
    public boolean isForeign(String client, String responseId) {
        return memory.isForeign(client, responseId);
    }

    @Override
    public void own(String client, String responseId, String account) {
        memory.own(client, responseId, account);
    }

    @Override
    public List<AccountStatus> accounts() {
        long now = now();
        return fleet.configured.stream().map(member -> Statuses.of(member, now)).toList();
    }

    @Override
    public List<Decision> recentDecisions(int limit) {
        return decisions.latest(limit);
    }

    @Override
    public boolean control(String account, Control control) {
        Optional<Member> found = fleet.named(account);
        if (found.isEmpty()) {
            return false;
        }
        AccountState state = found.get().state;
        switch (control) {
            case ENABLE -> state.disable(false);
            case DISABLE -> state.disable(true);
            case COOL -> outcomes.cool(state, now());
            case RESET -> state.reset();
        }
        review();
        return true;
    }

    @Override
    public void close() {
        room.close();
    }

    /** Nanoseconds since the scheduler was made. */
    private long now() {
        return nanoClock.getAsLong() - originNanos;
    }
}
