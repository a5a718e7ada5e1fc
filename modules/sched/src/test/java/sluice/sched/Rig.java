package sluice.sched;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Evidence;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.TokenUsage;
import sluice.state.LocalStateFactory;

/** A scheduler on a clock that moves by hand. */
final class Rig {
    static final String MODEL = "gpt-5";

    volatile long nanos;
    final SharedState state = new LocalStateFactory().create(Map.of());
    final Accounts scheduler;

    Rig(Account... accounts) {
        this(SchedulerSettings.defaults(), accounts);
    }

    Rig(SelectionPolicy policy, Account... accounts) {
        scheduler = new Accounts(onThisClock(SchedulerSettings.defaults()), policy, state);
        scheduler.apply(List.of(accounts));
    }

    Rig(SchedulerSettings base, Account... accounts) {
        SchedulerSettings settings = onThisClock(base);
        scheduler = new Accounts(settings, new LayeredPolicy(settings), state);
        scheduler.apply(List.of(accounts));
    }

    SchedulerSettings settings() {
        return onThisClock(SchedulerSettings.defaults());
    }

    /** Another process that finds this one's state, and whose clock on the wall was set back by {@code back}. */
    Accounts restarted(Duration back, Account... accounts) {
        SchedulerSettings base = SchedulerSettings.defaults();
        SchedulerSettings settings = new SchedulerSettings(base.scoring(), base.sticky(), base.failures(), base.room(),
                new SchedulerSettings.Clocks(() -> nanos, () -> nanos / 1_000_000 - back.toMillis()));
        Accounts next = new Accounts(settings, new LayeredPolicy(settings), state);
        next.apply(List.of(accounts));
        return next;
    }

    private SchedulerSettings onThisClock(SchedulerSettings base) {
        return new SchedulerSettings(base.scoring(), base.sticky(), base.failures(), base.room(),
                new SchedulerSettings.Clocks(() -> nanos, () -> nanos / 1_000_000));
    }

    /** What a request shows, account by account, until it is served or over. */
    static SelectionRequest showing(Evidence evidence, String... tried) {
        return SelectionRequest.by("team").model(MODEL).excluding(Set.of(tried)).evidence(evidence).seed(1).build();
    }

    static SelectionRequest guessed(long key) {
        return SelectionRequest.by("team").model(MODEL).session(new SelectionRequest.Session(key, true)).seed(key * 31).build();
    }

    void pass(Duration time) {
        nanos += time.toNanos();
        scheduler.tick();
    }

    static Account account(String name) {
        return account(name, 0, 0, 1, 4, name);
    }

    static Account account(String name, int tier, int priority, int weight, int concurrency, String organization) {
        return new Account(name, Account.Endpoint.of(URI.create("http://localhost/v1"), new Secret("k-" + name)),
                new Account.Rank(tier, priority, weight, concurrency),
                new Account.Offer(List.of(), organization, Account.WebSocketUse.ON), Account.Edits.NONE);
    }

    static Account serving(String name, String model) {
        return new Account(name, Account.Endpoint.of(URI.create("http://localhost/v1"), new Secret("k")),
                new Account.Rank(0, 0, 1, 4),
                new Account.Offer(List.of(new Account.ModelRule(model, "")), name, Account.WebSocketUse.OFF), Account.Edits.NONE);
    }

    static SelectionRequest request(long session, String... excluded) {
        return new SelectionRequest("team", MODEL, session, "", SelectionRequest.Transport.HTTP, false,
                Set.copyOf(Arrays.asList(excluded)), 0, 1);
    }

    static SelectionRequest anonymous(long seed) {
        return new SelectionRequest("team", MODEL, 0, "", SelectionRequest.Transport.HTTP, false, Set.of(), 0, seed);
    }

    static SelectionRequest waiting(String client, long seed, Duration wait) {
        return new SelectionRequest(client, MODEL, 0, "", SelectionRequest.Transport.HTTP, false, Set.of(), wait.toNanos(), seed);
    }

    static SelectionRequest encrypted(long session, Duration wait, String... excluded) {
        return new SelectionRequest("team", MODEL, session, "", SelectionRequest.Transport.HTTP, true,
                Set.copyOf(Arrays.asList(excluded)), wait.toNanos(), 1);
    }

    static SelectionRequest bound(String client, long session, String id) {
        return new SelectionRequest(client, MODEL, session, id, SelectionRequest.Transport.HTTP, false, Set.of(), 0, 1);
    }

    /** Takes a slot without waiting; fails the test if there is none. */
    AccountLease take(SelectionRequest request) {
        return lease(answer(request));
    }

    Selection answer(SelectionRequest request) {
        Waiter waiter = scheduler.offer(request, () -> { });
        if (!waiter.answered()) {
            throw new AssertionError("waits");
        }
        return waiter.answer();
    }

    Selection.Unavailable refused(SelectionRequest request) {
        return (Selection.Unavailable) answer(request);
    }

    static AccountLease lease(Selection selection) {
        return switch (selection) {
            case Selection.Selected(AccountLease lease) -> lease;
            case Selection.Unavailable refused -> throw new AssertionError("" + refused);
        };
    }

    static AttemptOutcome success(Duration firstOutput, long cached) {
        return new AttemptOutcome.Succeeded(firstOutput.toNanos(), TokenUsage.told(cached, cached, 1, 0), "", "");
    }

    static AttemptOutcome failure(Kind kind, Duration coolDown) {
        return new AttemptOutcome.Failed(kind, coolDown);
    }

    static AttemptOutcome failure(Kind kind) {
        return failure(kind, Duration.ZERO);
    }

    /** One whole request; the name of the account that served it. */
    String run(SelectionRequest request, AttemptOutcome outcome) {
        try (AccountLease lease = take(request)) {
            lease.report(outcome);
            return lease.account().name();
        }
    }

    String run(SelectionRequest request) {
        return run(request, success(Duration.ofMillis(500), 0));
    }
}
