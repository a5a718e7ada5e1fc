package sluice.api;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What outlives a request: session bindings and owners of stored responses. Bounded, with a time to live. Thread-safe. */
public interface StateStore extends AutoCloseable {
    /** Service: makes stores. */
    interface Factory extends Named {
        /**
         * An empty store.
         *
         * @param ttl how long an entry lasts after its last use
         * @param maxEntries most entries of each kind
         */
        StateStore create(Duration ttl, int maxEntries);
    }

    /** The binding of a session key; renews its time to live. */
    Optional<Binding> session(long sessionKey);

    /** Binds a session key. */
    void bindSession(long sessionKey, Binding binding);

    /** The account that holds a response, under the 64-bit key of (client, id); renews its time to live. */
    Optional<String> owner(long ownerKey);

    /** Remembers the account that holds a response. */
    void own(long ownerKey, String account);

    /** Writes everything to a file, atomically: hashes and account names, no texts of clients. */
    void save(Path file) throws IOException;

    /** Reads what {@link #save} wrote; entries that are too old are dropped. A missing file is an empty one. */
    void restore(Path file) throws IOException;

    @Override
    void close();
}
