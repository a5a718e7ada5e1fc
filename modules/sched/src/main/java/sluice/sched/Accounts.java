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
import sluice.api.Choice;
import sluice.api.Decision;
import sluice.api.SchedulerSettings;
import sluice.api.Selection;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;

/**
 * The accounts of the process. A selection looks up what is remembered ({@link Memory}), takes a slot as the policy wants it
 * ({@link Slots}), and otherwise waits ({@link Waiting}); what became of it is booked here ({@link Outcomes}).
 */
final class Accounts implements AccountScheduler, Lease.Desk {
    /** Weight of the newest time that a slot was held. */
    private static final double HELD_ALPHA = 0.2;

    private final LongSupplier nanoClock;
    private final long originNanos;
    private final Memory memory;
    private final Outcomes outcomes;
    private final ReusePool<Trial> trials = new ReusePool<>(Trial::new);
    private final Slots slots;
    private final Waiting waiting;
    /** Guards the exchange of {@link #fleet} and {@link #states}. Lock "reload": nothing else is taken under it. */
    private final Object reload = new Object();
    private final Map<String, AccountState> states = new HashMap<>();
    private volatile Fleet fleet = Fleet.EMPTY;

    Accounts(SchedulerSettings settings, SelectionPolicy policy, SharedState state) {
        nanoClock = settings.nanoClock();
        originNanos = nanoClock.getAsLong();
        memory = new Memory(state);
        outcomes = new Outcomes(settings);
        slots = new Slots(settings, policy, this::now, this);
        waiting = new Waiting(settings.waiters(), slots, () -> fleet, trials, this::now);
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
        waiting.review();
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
        Trial trial = trials.take();
        try {
            Slots.Taken taken = slots.tryTake(trial, fleet, wish, true);
            if (taken.lease().isPresent()) {
                return new Selection.Selected(taken.lease().get());
            }
        } finally {
            trials.give(trial);
        }
        Thread thread = Thread.currentThread();
        Claim claim = new Claim(wish, () -> LockSupport.unpark(thread));
        waiting.enter(claim);
        waiting.await(claim);
        return claim.answer();
    }

    /** As {@link #select}, but calls {@code notice} instead of blocking; {@link #tick} must be called now and then. */
    Claim offer(SelectionRequest request, Runnable notice) {
        Claim claim = new Claim(memory.recall(request, fleet, now()), notice);
        waiting.enter(claim);
        return claim;
    }

    /** Looks again at all who wait, because time has passed. */
    void tick() {
        waiting.review();
    }

    /** How many wait. */
    int waiting() {
        return waiting.size();
    }

    @Override
    public Decision explain(SelectionRequest request) {
        Fleet accounts = fleet;
        long now = now();
        Wish wish = memory.recall(request, accounts, now);
        Trial trial = trials.take();
        try {
            Choice choice = slots.choose(trial, accounts, wish, now, true);
            if (trial.shortlist.size() == 0 && wish.limited() && choice.patientUntilNanos() == 0 && !worthAWait(trial, wish)) {
                wish = wish.leavingOrganization();
                choice = slots.choose(trial, accounts, wish, now, true);
            }
            String account = trial.shortlist.size() == 0 ? "" : accounts.at(trial.shortlist.get(0)).name;
            if (choice.patientUntilNanos() > 0) {
                account = wish.binding().account();
            }
            return slots.explained(trial, choice, account, wish, now);
        } finally {
            trials.give(trial);
        }
    }

    private static boolean worthAWait(Trial trial, Wish wish) {
        trial.outlook.survey(trial.view);
        return trial.outlook.someBusy() || trial.outlook.soonestFitNanos() <= wish.deadlineNanos();
    }

    @Override
    public Duration retryAfter(SelectionRequest request) {
        Fleet accounts = fleet;
        long now = now();
        Trial trial = trials.take();
        try {
            trial.view.look(accounts, memory.recall(request, accounts, now), now, false);
            trial.outlook.survey(trial.view);
            return trial.outlook.someFit() || trial.outlook.someBusy() ? Duration.ZERO
                    : Waiting.untilSoonestEnd(trial.outlook, now);
        } finally {
            trials.give(trial);
        }
    }

    /** The client gets the answer of a lease's account. */
    @Override
    public void began(Lease lease, String responseId, String conversationId) {
        memory.began(lease, responseId, conversationId);
    }

    /** How an attempt went: statistics, health, and where the session and the response live. */
    @Override
    public void reported(Lease lease, AttemptOutcome outcome) {
        AccountState state = lease.member.state;
        String model = lease.wish.request().model();
        switch (outcome) {
            case AttemptOutcome.Succeeded success -> {
                outcomes.succeeded(state, model, success, lease.probe, now());
                memory.keep(lease, success);
                if (lease.probe) {
                    waiting.review();
                }
            }
            case AttemptOutcome.Failed failure -> {
                outcomes.failed(state, model, failure, lease.probe, lease.takenNanos, now());
                waiting.review();
            }
            case AttemptOutcome.Ignored _ -> outcomes.ignored(state, lease.probe);
        }
    }

    @Override
    public void closed(Lease lease, boolean unreported) {
        AccountState state = lease.member.state;
        if (unreported) {
            outcomes.ignored(state, lease.probe);
        }
        long now = now();
        state.heldNanos.add(now - lease.takenNanos, HELD_ALPHA, now);
        waiting.givenBack(lease.member);
    }

    @Override
    public List<AccountStatus> accounts() {
        long now = now();
        return fleet.configured.stream().map(member -> Statuses.of(member, now)).toList();
    }

    @Override
    public List<Decision> recentDecisions(int limit) {
        return slots.decisions().latest(limit);
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
        waiting.review();
        return true;
    }

    @Override
    public void close() {
        waiting.close();
    }

    /** Nanoseconds since the scheduler was made. */
    private long now() {
        return nanoClock.getAsLong() - originNanos;
    }
}
