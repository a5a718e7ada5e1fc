package sluice.api;

/**
 * One coarse timer for all deadlines of the process: it visits everything that is watched a few times a second, so that no
 * request needs a timer or a socket time-out of its own. Thread-safe.
 */
public interface Sweeper extends AutoCloseable {
    /** Something with deadlines. */
    @FunctionalInterface
    interface Watched {
        /**
         * Called on the sweeper's thread about ten times a second. Must neither block nor throw: closing a socket is fine,
         * writing to one is not.
         *
         * @param nowNanos the monotonic clock
         */
        void sweep(long nowNanos);
    }

    /** Ends the visits. */
    interface Registration extends AutoCloseable {
        /** No visit starts after this returns, though one may still be under way. */
        @Override
        void close();
    }

    /** Visits {@code watched} from now on. */
    Registration watch(Watched watched);

    /** Ends all visits. */
    @Override
    void close();
}
