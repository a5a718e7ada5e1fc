package sluice.baseline;

import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;

/** Provides {@code scheduler: decoding}: {@code sorting} over a list that is read and decoded for every request. */
public final class DecodingFactory implements SelectionPolicy.Factory {
    /** For the service loader. */
    public DecodingFactory() {
    }

    @Override
    public String name() {
        return "decoding";
    }

    @Override
    public SelectionPolicy create(SchedulerSettings settings) {
        return new SortingPolicy(settings, new StoredList());
    }
}
