package sluice.sched;

import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.StateStore;

/** Provides {@code scheduler: layered}. */
public final class LayeredFactory implements AccountScheduler.Factory {
    /** For the service loader. */
    public LayeredFactory() {
    }

    @Override
    public String name() {
        return "layered";
    }

    @Override
    public AccountScheduler create(SchedulerSettings settings, StateStore state) {
        return new LayeredScheduler(settings, state);
    }
}
