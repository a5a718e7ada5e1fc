package sluice.baseline;

import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.StateStore;

/** Provides {@code scheduler: sorting}. */
public final class SortingFactory implements AccountScheduler.Factory {
    /** For the service loader. */
    public SortingFactory() {
    }

    @Override
    public String name() {
        return "sorting";
    }

    @Override
    public AccountScheduler create(SchedulerSettings settings, StateStore state) {
        return new SortingScheduler(settings, state, new AccountList.Snapshot());
    }
}
