package sluice.api;

import java.util.Map;

/**
 * What outlives a request, and the process if the provider keeps it: where sessions live, whose a response is, which accounts rest, and
 * named sums. Writes are handed over: no call waits for a disk or a network, so none needs to be kept out of somebody's lock.
 * Thread-safe.
 */
public interface SharedState extends AutoCloseable {
    /** Service: makes states. */
    interface Factory extends Named {
        /**
         * A state with what was kept last.
         *
         * @param settings as texts: durations as {@link java.time.Duration} writes them, counts in decimal. {@code local} knows
         *     {@code path} (a file; absent: nothing is kept), {@code save-every}, {@code session-ttl}, {@code max-sessions},
         *     {@code owner-ttl} and {@code max-owners}
         * @throws IllegalArgumentException if a setting is unknown to the provider, or no good; the message names it
         */
        SharedState create(Map<String, String> settings);
    }

    /** Makes the keys of sessions: the same ones wherever this state is shared. */
    SessionKeys keys();

    /** Where sessions live. */
    Bindings bindings();

    /** Whose a stored object is. */
    Owners owners();

    /** Which accounts rest. */
    Rests rests();

    /** Sums that last. */
    Counters counters();

    /** Keeps everything that is to be kept; nothing changes afterwards. */
    @Override
    void close();
}
