package sluice.api;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Receives one record for each request. Thread-safe; {@link #record} does not block on a disk. */
public interface UsageSink extends AutoCloseable {
    /** Service: makes sinks, and reads what they kept. */
    interface Factory extends Named {
        /** A sink; {@code settings} are the keys below {@code usage:} of the configuration. */
        UsageSink create(Map<String, String> settings);

        /**
         * Says why {@link #create} would refuse these settings, without making anything.
         *
         * @throws IllegalArgumentException if it would; the message names the key
         */
        default void check(Map<String, String> settings) {
            // most take any settings
        }

        /**
         * Hands over what sinks of these settings have kept, also while one is at work. A request's record comes once.
         *
         * @param fromEpochMillis requests that came then or later
         * @param untilEpochMillis requests that came before
         * @return how many records cannot be read, such as one that a killed process left half written
         */
        long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader)
                throws IOException;

        /**
         * How long what these settings keep lasts, if requests go on as in the last day.
         *
         * @param nowEpochMillis the end of that day
         * @return empty if all is kept, or the last day had no requests
         */
        default Optional<Duration> lasts(Map<String, String> settings, long nowEpochMillis) throws IOException {
            return Optional.empty();
        }
    }

    /** Takes a record. */
    void record(UsageRecord usage);

    /**
     * Records that are not kept: those that were given up since the start because the disk was full or too slow, and those that
     * wait in memory while nothing can be written.
     */
    default long lost() {
        return 0;
    }

    /** Writes out what it holds. */
    @Override
    void close();
}
