package sluice.api;

/** Receives one record for each request. Thread-safe; {@link #record} does not block on a disk. */
public interface UsageSink extends AutoCloseable {
    /** Service: makes sinks. */
    interface Factory extends Named {
        /** A sink; {@code settings} are the keys below {@code usage:} of the configuration. */
        UsageSink create(java.util.Map<String, String> settings);
    }

    /** Takes a record. */
    void record(UsageRecord usage);

    /** Writes out what it holds. */
    @Override
    void close();
}
