package sluice.api;

/**
 * Which client made a stored object (a response, a conversation, a file, a vector store, a container), and in which account it is. Each
 * client has its own share of the room, so that nobody's traffic makes another's objects forgotten. Thread-safe.
 */
public interface Owners {
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

    /** The client made it. */
    void own(String client, String id, String account);

    /** It was found in an account by asking for it: it may be another's who has been forgotten, so it is remembered but not claimed. */
    void found(String client, String id, String account);
}
