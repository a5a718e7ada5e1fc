package sluice.bench;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.TokenUsage;
import sluice.sched.AccountsFactory;
import sluice.state.LocalStateFactory;

/** Pools of accounts, the same for both schedulers. Stateless. */
final class AccountPools {
    private AccountPools() {
    }

    /** A scheduler over {@code n} accounts of different priority, weight, speed and load. */
    static AccountScheduler scheduler(SelectionPolicy.Factory policy, int n) {
        return scheduler(new AccountsFactory(), policy, n);
    }

    /** The same, of another kind. */
    static AccountScheduler scheduler(AccountScheduler.Factory factory, SelectionPolicy.Factory policy, int n) {
        SchedulerSettings base = SchedulerSettings.defaults();
        // A clock that stands still: means do not fade, so both schedulers know the same.
        SchedulerSettings settings = new SchedulerSettings(base.scoring(), base.sticky(), base.failures(), base.room(),
                new SchedulerSettings.Clocks(() -> 0, () -> 0));
        SharedState state = new LocalStateFactory().create(Map.of());
        AccountScheduler scheduler = factory.create(settings, policy.create(settings), state);
        List<Account> accounts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            accounts.add(new Account("account-" + i, Account.Endpoint.of(URI.create("http://localhost/v1"), new Secret("k")),
                    new Account.Rank(0, i % 3, 1 + i % 4, 64), new Account.Offer(List.of(), "o", Account.WebSocketUse.ON),
                    Account.Edits.NONE));
        }
        scheduler.apply(accounts);
        for (int i = 0; i < n; i += 2) {
            // A bound request goes where it must, so that each account gets its own speed.
            state.owners().own("team", "resp_" + i, "account-" + i);
            AccountLease lease = take(scheduler, new SelectionRequest("team", "gpt-5", 0, "resp_" + i,
                    SelectionRequest.Transport.HTTP, false, Set.of(), 0, i));
            lease.report(new AttemptOutcome.Succeeded((1 + i % 16) * 1L << 26, TokenUsage.NONE, "", ""));
            if (i % 6 != 0) {
                lease.close();
            }
        }
        return scheduler;
    }

    static SelectionRequest request(long seed) {
        return new SelectionRequest("team", "gpt-5", 0, "", SelectionRequest.Transport.HTTP, false, Set.of(), 0, seed);
    }

    static AccountLease take(AccountScheduler scheduler, SelectionRequest request) {
        try {
            return switch (scheduler.select(request)) {
                case Selection.Selected(AccountLease lease) -> lease;
                case Selection.Unavailable refused -> throw new IllegalStateException("" + refused);
            };
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
