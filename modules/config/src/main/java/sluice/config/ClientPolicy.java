package sluice.config;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one client may do: an element of {@code clients:}.
 *
 * @param name unique, for people, logs and metrics
 * @param keys SHA-256 of its keys: one, or two while a key is rotated
 * @param expires when its keys end; empty: never
 * @param addresses networks that it may come from; empty: any
 * @param models what it may ask for, a trailing {@code *} matching any ending; empty: everything
 * @param concurrency most requests at a time; 0: no limit
 * @param requestsPerMinute 0: no limit
 * @param tokensPerMinute 0: no limit
 * @param budget how much it may spend
 * @param diagnostics whether answers name accounts and times
 */
public record ClientPolicy(String name, List<KeyHash> keys, Optional<Instant> expires, List<AddressRange> addresses,
        List<String> models, int concurrency, int requestsPerMinute, long tokensPerMinute, Budget budget, boolean diagnostics) {
    /** Copies the lists. */
    public ClientPolicy {
        keys = List.copyOf(keys);
        addresses = List.copyOf(addresses);
        models = List.copyOf(models);
    }

    /**
     * Most dollars; 0: no limit.
     *
     * @param dayUsd in a day, UTC
     * @param monthUsd in a month, UTC
     */
    public record Budget(double dayUsd, double monthUsd) {
        /** No limit. */
        public static final Budget NONE = new Budget(0, 0);
    }
}
