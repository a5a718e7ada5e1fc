package sluice.config;

import java.time.Instant;
import java.util.List;

/**
 * What one client may do: an element of {@code clients:}.
 *
 * @param name unique, for people, logs and metrics
 * @param team the team that it belongs to; empty: none
 * @param access how it shows who it is
 * @param models what it may ask for, a trailing {@code *} matching any ending; empty: everything
 * @param quota how much it may use
 * @param diagnostics whether answers name accounts and times
 */
public record ClientPolicy(String name, String team, Access access, List<String> models, Quota quota, boolean diagnostics) {
    /** Copies the list. */
    public ClientPolicy {
        models = List.copyOf(models);
    }

    /**
     * How a client shows who it is.
     *
     * @param keys SHA-256 of its keys: one, or two while a key is rotated
     * @param expires when its keys end; {@link Instant#MAX}: never
     * @param addresses networks that it may come from; empty: any
     */
    public record Access(List<KeyHash> keys, Instant expires, List<AddressRange> addresses) {
        /** Copies the lists. */
        public Access {
            keys = List.copyOf(keys);
            addresses = List.copyOf(addresses);
        }
    }
}
