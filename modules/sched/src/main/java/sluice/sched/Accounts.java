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
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.Quota;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.Evidence;
import sluice.api.Headers;
import sluice.api.SchedulerSettings;
import sluice.api.SchedulerSettings.CoolDown;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionPolicy.Choice;
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
    private final LongSupplier epochMillis;
    private final long originNanos;
    private final Memory memory;
    private final RestBook rests;
    private final Outcomes outcomes;
    private final ReusePool<Trial> trials = new ReusePool<>(this::trial);
    private final Slots slots;
    private final Waiting waiting;
    /** Guards the exchange of {@link #fleet} and {@link #states}. Lock "reload": nothing else is taken under it. */
    private final Object reload = new Object();
    private final Map<String, AccountState> states = new HashMap<>();
    private volatile Fleet fleet = Fleet.EMPTY;

    Accounts(SchedulerSettings settings, SelectionPolicy policy, SharedState state) {
        nanoClock = settings.clocks().nanos();
        epochMillis = settings.clocks().epochMillis();
        originNanos = nanoClock.getAsLong();
        memory = new Memory(state);
        CoolDown coolDown = settings.failures().coolDown();
        rests = new RestBook(state.rests(), Math.max(coolDown.max().toNanos(), coolDown.modelUnserved().toNanos()), epochMillis);
        outcomes = new Outcomes(settings, rests);
        slots = new Slots(settings, policy, this::now, this);
        waiting = new Waiting(settings.room().waiters(), slots, () -> fleet, trials, rests, this::now);
    }

    private Trial trial() {
        return new Trial(epochMillis);
    }

    @Override
    public void apply(List<Account> accounts) {
        synchronized (reload) {
            Map<String, AccountState> next = new HashMap<>();
            List<Member> members = new ArrayList<>();
            for (Account account : accounts) {
                AccountState state = states.containsKey(account.name()) ? states.get(account.name()) : remembered(account.name());
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

    private AccountState remembered(String account) {
        AccountState state = new AccountState();
        rests.restore(account, state, now());
        return state;
    }

    /** Another key or address is another account: what went wrong before says nothing about it. */
    private void forgetIfReplaced(Account old, Account now, AccountState state) {
        if (!old.endpoint().apiKey().equals(now.endpoint().apiKey()) || !old.endpoint().baseUrl().equals(now.endpoint().baseUrl())) {
            state.reset();
            rests.forget(now.name());
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
        Waiter waiter = new Waiter(wish, () -> LockSupport.unpark(thread));
        boolean served = false;
        try {
            waiting.enter(waiter);
            waiting.await(waiter);
            served = waiter.answer() instanceof Selection.Selected;
        } finally {
            if (!served) {
                memory.forgetFlight(wish);
            }
        }
        Evidence evidence = request.tried().evidence();
        if (!served && evidence.anyHeld()) {
            // No other account can be tried, so what is held back counts now; then the pool may have to be left alone for longer.
            evidence.settle();
            return waiting.refused(wish);
        }
        return waiter.answer();
    }

    /** For simulations: as {@link #select}, but calls {@code notice} instead of blocking; {@link #tick} must be called now and then. */
    Waiter offer(SelectionRequest request, Runnable notice) {
        Waiter waiter = new Waiter(memory.recall(request, fleet, now()), notice);
        waiting.enter(waiter);
        return waiter;
    }

    /** For simulations: looks again at all who wait, because time has passed. */
    void tick() {
        waiting.review();
    }

    /** For simulations: how many wait. */
    int waiting() {
        return waiting.size();
    }

    @Override
    public Decision explain(SelectionRequest request) {
        Fleet accounts = fleet;
        long now = now();
        Wish wish = memory.peek(request, accounts, now);
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
            int through = account.isEmpty() ? letThrough(trial) : -1;
            return through < 0 ? slots.explained(trial, choice, account, wish, now)
                    : slots.explained(trial, Slots.throughOf(trial), accounts.at(through).name, wish, now);
        } finally {
            trials.give(trial);
        }
    }

    private static int letThrough(Trial trial) {
        trial.outlook.survey(trial.view);
        return Slots.broken(trial);
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
            trial.view.look(accounts, memory.peek(request, accounts, now), now, false);
            trial.outlook.survey(trial.view);
            return trial.outlook.someFit() || trial.outlook.someBusy() ? Duration.ZERO
                    : trial.outlook.retryAfter(now);
        } finally {
            trials.give(trial);
        }
    }

    /** The client gets the answer of a lease's account. */
    @Override
    public void began(Lease lease, String responseId, String conversationId) {
        lease.wish.request().tried().evidence().settle();
        memory.began(lease, responseId, conversationId);
    }

    @Override
    public void answered(Lease lease, Headers headers) {
        long now = epochMillis.getAsLong();
        lease.member.state.quotas.told(QuotaHeaders.read(headers, lease.wish.request().model(), now), now);
    }

    @Override
    public void limited(Lease lease, List<Quota> quotas) {
        lease.member.state.quotas.told(quotas, epochMillis.getAsLong());
    }

    @Override
    public void limited(String account, List<Quota> quotas) {
        fleet.named(account).ifPresent(member -> member.state.quotas.told(quotas, epochMillis.getAsLong()));
    }

    /** How an attempt went: statistics, health, and where the session and the response live. */
    @Override
    public void reported(Lease lease, AttemptOutcome outcome) {
        AccountState state = lease.member.state;
        Outcomes.Attempt attempt = new Outcomes.Attempt(lease.member, lease.wish.request().need(), lease.probe, lease.takenNanos);
        switch (outcome) {
            case AttemptOutcome.Succeeded success -> {
                lease.wish.request().tried().evidence().settle();
                outcomes.succeeded(attempt, success, now());
                memory.keep(lease, success);
                if (lease.probe) {
                    waiting.review();
                }
            }
            case AttemptOutcome.Failed failure -> {
                state.failed.increment();
                failed(lease, attempt, failure);
            }
            case AttemptOutcome.Ignored _ -> outcomes.ignored(state, lease.probe);
        }
    }

    /**
     * A failure that the request itself may have caused counts against the account only once another account has served the request.
     * After output no other one is tried, so then it counts at once.
     */
    private void failed(Lease lease, Outcomes.Attempt attempt, AttemptOutcome.Failed failure) {
        Runnable mark = () -> {
            outcomes.failed(attempt, failure, now());
            waiting.review();
        };
        if (failure.kind().maybeTheRequest() && !lease.began) {
            // The probe has told nothing yet, and nobody is to wait until it does.
            outcomes.ignored(lease.member.state, lease.probe);
            lease.wish.request().tried().evidence().doubt(lease.member.name, failure.kind(), mark);
        } else {
            mark.run();
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
        memory.forgetFlight(lease.wish);
        state.holders.giveBack(lease.wish.request().client());
        waiting.givenBack(lease.member);
    }

    @Override
    public List<AccountStatus> accounts() {
        long now = now();
        return fleet.configured.stream().map(member -> Statuses.of(member, now, epochMillis.getAsLong())).toList();
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
            case COOL -> outcomes.cool(found.get(), now());
            case RESET -> {
                state.reset();
                rests.forget(account);
            }
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
