package sluice.sched;

import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SharedState;

/** Provides the accounts of a process. */
public final class AccountsFactory implements AccountScheduler.Factory {
    /** For the service loader. */
    public AccountsFactory() {
    }

    @Override
    public String name() {
        return "accounts";
    }

    @Override
    public AccountScheduler create(SchedulerSettings settings, SelectionPolicy policy, SharedState state) {
        return new Accounts(settings, policy, state);
    }
}
