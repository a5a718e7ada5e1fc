package sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What outlives requests: the keys below {@code state:}.
 *
 * @param path file for what is to survive a restart; empty: nothing does
 * @param saveEvery how often it is written
 * @param ownerTtl how long the maker of a stored object is remembered after its last use
 * @param maxOwners most stored objects that are remembered, of all clients together
 * @param unknownOwner what becomes of a request for a stored object whose maker is not remembered
 */
public record StateSettings(Optional<Path> path, Duration saveEvery, Duration ownerTtl, int maxOwners, UnknownOwner unknownOwner) {
    /** A stored object whose maker is not remembered. */
    public enum UnknownOwner {
        /** With more than one client it does not exist; a single client may ask its accounts for it. */
        REFUSE,
        /** Every client may ask its accounts for it. */
        ALLOW
    }

    /** The same, in memory only. */
    public StateSettings inMemory() {
        return new StateSettings(Optional.empty(), saveEvery, ownerTtl, maxOwners, unknownOwner);
    }
}
