package sluice.sched;

import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;

/** Provides {@code scheduler: layered}. */
public final class LayeredFactory implements SelectionPolicy.Factory {
    /** For the service loader. */
    public LayeredFactory() {
    }

    @Override
    public String name() {
        return "layered";
    }

    @Override
    public SelectionPolicy create(SchedulerSettings settings) {
        return new LayeredPolicy(settings);
    }
}
