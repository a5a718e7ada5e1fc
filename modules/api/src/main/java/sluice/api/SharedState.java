package sluice.api;

import java.util.List;
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

    /**
     * Sums by name and window of time, such as what a client has spent this month. They last as long as their window, over restarts and
     * even where the process was killed, if the state is kept at all. Thread-safe.
     */
    interface Counters {
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

    /** Where sessions live. Bounded, with a time to live. Thread-safe. */
    interface Bindings {
        /** Where a session lives, {@link Home#NONE} if nowhere; renews its time to live. */
        Home find(long sessionKey);

        /**
         * Moves a session, unless somebody else has moved it since.
         *
         * @param from what {@link #find} gave
         * @return where it lives now, as far as it is known here
         */
        Home move(long sessionKey, Home from, Home to);
    }

    /**
     * Which client made a stored object (a response, a conversation, a file, a vector store, a container), and in which account it is. Each
     * client has its own share of the room, so that nobody's traffic makes another's objects forgotten. Thread-safe.
     */
    interface Owners {
        /** What is known about an object, to one client. */
        sealed interface Ownership {
            /**
             * The client made it, or has found it.
             *
             * @param account where it is
             */
            record Owned(String account) implements Ownership { }

            /** Another client made it: for this one it does not exist. */
            record Foreign() implements Ownership { }

            /** Nobody remembers it. That is no permission. */
            record Unknown() implements Ownership { }
        }

        /** Whose the object with this id is, as {@code client} may know it; renews what it finds. */
        Ownership find(String client, String id);

        /**
         * As {@link #find}. But what nobody remembers here may have been made a moment ago by another process that has the same state, as
         * while a restart hands over: waits then, a few seconds at most, until all that it knows now is known here.
         */
        default Ownership findAnywhere(String client, String id) {
            return find(client, id);
        }

        /** The client made it. */
        void own(String client, String id, String account);

        /** It was found in an account by asking for it: it may be another's who has been forgotten, so it is remembered but not claimed. */
        void found(String client, String id, String account);
    }

    /** Which accounts rest, so that a restart or another gateway need not find out by asking them. Bounded. Thread-safe. */
    interface Rests {
        /** A rest has begun, or lasts longer than was known. */
        void began(Rest rest);

        /** It is over before its time. */
        void ended(String account, Rest.Part part);

        /** All that are under way. */
        List<Rest> all();
    }

    /**
     * A time for which an account, or a part of it, is left alone.
     *
     * @param account the account's name
     * @param part what of it rests
     * @param why in one word
     * @param untilEpochMillis when it ends
     * @param statedEpochMillis when the upstream said that it ends, which may be later than the rest is allowed to last; 0 if it did
     *     not say
     */
    record Rest(String account, Part part, Why why, long untilEpochMillis, long statedEpochMillis) {
        /**
         * What rests.
         *
         * @param kind all of it, one model, or one route
         * @param name the model or the route; empty for all of it
         */
        public record Part(Kind kind, String name) {
            /** The whole account. */
            public static final Part ALL = new Part(Kind.ACCOUNT, "");

            /** Kinds of parts. */
            public enum Kind {
                /** All of it. */
                ACCOUNT,
                /** One of its models. */
                MODEL,
                /** One route. */
                ROUTE
            }
        }

        /** Why it rests. */
        public enum Why {
            /** Too many requests or tokens for a moment. */
            RATE_LIMIT,
            /** What the account may use until its renewal is used up. */
            USAGE_LIMIT,
            /** It failed too often in a row. */
            BREAKER,
            /** Its key was refused. */
            UNAUTHORIZED,
            /** An operator sent it to rest, or it refused too often in a row. */
            COOLING,
            /** It refuses this model or this route, where others serve it. */
            UNSERVED
        }
    }

    /**
     * Where a session lives.
     *
     * @param account the account's name; empty: nowhere yet
     * @param cachedTokens input tokens that the prompt cache served last time
     * @param stripEncryptedReasoning whether the session left its organisation, so that its old reasoning must be stripped
     */
    record Home(String account, long cachedTokens, boolean stripEncryptedReasoning) {
        /** No session, or a session that is not bound yet. */
        public static final Home NONE = new Home("", 0, false);

        /** Whether the session lives somewhere. */
        public boolean isBound() {
            return !account.isEmpty();
        }
    }
}
