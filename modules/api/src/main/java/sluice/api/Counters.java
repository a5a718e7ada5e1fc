package sluice.api;

/**
 * Sums by name and window of time, such as what a client has spent this month. They last as long as their window, over restarts and
 * even where the process was killed, if the state is kept at all. Thread-safe.
 */
public interface Counters {
    /**
     * A window of time.
     *
     * @param startEpochMillis when it begins; with the name it tells one sum from another
     * @param endEpochMillis when it is over; the sum is forgotten some time later
     */
    record Window(long startEpochMillis, long endEpochMillis) {
        /** Checks the order. */
        public Window {
            if (endEpochMillis <= startEpochMillis) {
                throw new IllegalArgumentException("Window: must end after it begins");
            }
        }
    }

    /**
     * Adds to a sum, which begins at 0; a negative amount takes back.
     *
     * @return the sum with it, as far as it is known here
     */
    long add(String name, Window window, long amount);

    /** The sum as far as it is known here; 0 if nothing was added. */
    long sum(String name, Window window);
}
