package sluice.baseline;

import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;

/** Provides {@code scheduler: sorting}. */
public final class SortingFactory implements SelectionPolicy.Factory {
    /** For the service loader. */
    public SortingFactory() {
    }

    @Override
    public String name() {
        return "sorting";
    }

    @Override
    public SelectionPolicy create(SchedulerSettings settings) {
        return new SortingPolicy(settings, new AccountList.Snapshot());
    }
}
