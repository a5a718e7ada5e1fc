package sluice.config;

import java.util.List;

/** What {@link ConfigurationLoader} makes of a file. */
public sealed interface LoadResult {
    /** What is wrong, errors and warnings in the order of the file. */
    List<Problem> problems();

    /**
     * The file can be used.
     *
     * @param configuration what it says
     * @param effective the same key by key, for people
     * @param problems warnings
     */
    record Loaded(Configuration configuration, EffectiveConfiguration effective, List<Problem> problems)
            implements LoadResult { }

    /**
     * The file cannot be used.
     *
     * @param problems at least one error, and warnings
     */
    record Rejected(List<Problem> problems) implements LoadResult { }
}
