package sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What {@link ConfigurationLoader} makes of a file. */
public sealed interface LoadResult {
    /** What is wrong, errors and warnings in the order of the file. */
    List<Problem> problems();

    /**
     * The file can be used.
     *
     * @param configuration what it says
     * @param effective the same key by key, for people
     * @param files the files that it refers to for secrets; a change of one is a change of the configuration
     * @param problems warnings
     */
    record Loaded(Configuration configuration, EffectiveConfiguration effective, Set<Path> files, List<Problem> problems)
            implements LoadResult {
        /** Copies the files. */
        public Loaded {
            files = Set.copyOf(files);
        }
    }

    /**
     * The file cannot be used.
     *
     * @param problems at least one error, and warnings
     * @param modules what it chooses, as far as that can be read
     * @param log how it wants lines, as far as that can be read
     */
    record Rejected(List<Problem> problems, ModuleChoice modules, LogSettings log) implements LoadResult { }
}
