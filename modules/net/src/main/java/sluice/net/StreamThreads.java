package sluice.net;

import java.util.function.Supplier;
import sluice.api.ByteSource;
import sluice.api.Named;

/** Decides on which threads streams are relayed. Thread-safe. */
public interface StreamThreads extends AutoCloseable {
    /** Service: makes them. */
    interface Factory extends Named {
        /** For a process; opens nothing before the first stream. */
        StreamThreads create();
    }

    /**
     * Runs {@code relay}, which reads {@code source} and nothing else that is slow but its client, and returns its result once
     * it has ended. The caller waits; memory effects are as if it had run {@code relay} itself. Unchecked exceptions of
     * {@code relay} are passed on. An interrupt of the caller aborts the source.
     */
    <T> T run(ByteSource source, Supplier<T> relay);

    /** Streams must have ended before. */
    @Override
    void close();
}
