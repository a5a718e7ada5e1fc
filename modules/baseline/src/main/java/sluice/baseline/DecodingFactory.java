package sluice.baseline;

import sluice.api.AccountScheduler;
import sluice.api.SchedulerSettings;
import sluice.api.StateStore;

/** Provides {@code scheduler: decoding}: {@code sorting} over a list that is read and decoded for every request. */
public final class DecodingFactory implements AccountScheduler.Factory {
    /** For the service loader. */
    public DecodingFactory() {
    }

    @Override
    public String name() {
        return "decoding";
    }

    @Override
    public AccountScheduler create(SchedulerSettings settings, StateStore state) {
        return new SortingScheduler(settings, state, new StoredList());
    }
}
