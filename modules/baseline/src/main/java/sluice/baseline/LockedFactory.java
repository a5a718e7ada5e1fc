package sluice.baseline;

import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SharedState;

/** Makes the scheduler whose every call takes one lock. No service: it is only compared with. */
public final class LockedFactory implements AccountScheduler.Factory {
    /** For benchmarks. */
    public LockedFactory() {
    }

    @Override
    public String name() {
        return "locked";
    }

    /** A scheduler that sorts, whatever the policy. */
    @Override
    public AccountScheduler create(SchedulerSettings settings, SelectionPolicy policy, SharedState state) {
        return new LockedScheduler(settings, state, new AccountList.Snapshot());
    }
}
