package sluice.clients;

import java.time.Instant;
import java.util.List;
import sluice.config.ClientPolicy;

/**
 * A client that was made while the gateway runs.
 *
 * @param terms what it may do; without keys
 * @param keys those that were issued and not taken back, the newest last; none: the client is revoked
 */
public record IssuedClient(ClientPolicy terms, List<IssuedKey> keys) {
    /**
     * One of its keys.
     *
     * @param key its hash, and until when it is valid
     * @param issuedMillis when it was made, in milliseconds since 1970
     */
    public record IssuedKey(ClientPolicy.Key key, long issuedMillis) {
        IssuedKey until(Instant end) {
            return key.expires().isAfter(end) ? new IssuedKey(new ClientPolicy.Key(key.hash(), end), issuedMillis) : this;
        }

        /** What people call it by: the first digits of its hash. */
        public String id() {
            return key.hash().hex().substring(0, 12);
        }
    }

    /** Copies the list. */
    public IssuedClient {
        keys = List.copyOf(keys);
    }

    /** As one of the configuration. */
    public ClientPolicy policy() {
        return terms.withKeys(keys.stream().map(IssuedKey::key).toList());
    }
}
