package sluice.config;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one client may do: an element of {@code clients:}.
 *
 * @param name unique, for people, logs and metrics
 * @param team the team that it belongs to; empty: none
 * @param access how it shows who it is
 * @param models what it may ask for, a trailing {@code *} matching any ending; empty: everything
 * @param quota how much it may use
 * @param extras what not everybody may
 */
public record ClientPolicy(String name, String team, Access access, List<String> models, Quota quota, Extras extras) {
    /** Copies the list. */
    public ClientPolicy {
        models = List.copyOf(models);
    }

    /**
     * What not everybody may.
     *
     * @param otherPaths use paths that are passed on
     * @param diagnostics see which accounts answer, and where the time goes
     */
    public record Extras(boolean otherPaths, boolean diagnostics) { }

    /** Whether it may use paths that are passed on. */
    public boolean otherPaths() {
        return extras.otherPaths();
    }

    /** Whether answers name accounts and times. */
    public boolean diagnostics() {
        return extras.diagnostics();
    }

    /**
     * A key that shows who a client is.
     *
     * @param hash its SHA-256
     * @param expires when it ends; {@link Instant#MAX}: never
     */
    public record Key(KeyHash hash, Instant expires) { }

    /**
     * How a client shows who it is.
     *
     * @param keys one, or two while a key is rotated; none: it is refused
     * @param addresses networks that it may come from; empty: any
     */
    public record Access(List<Key> keys, List<AddressRange> addresses) {
        /** Nobody shows to be this client. */
        public static final Access CLOSED = new Access(List.of(), List.of());

        /** Copies the lists. */
        public Access {
            keys = List.copyOf(keys);
            addresses = List.copyOf(addresses);
        }
    }

    /** The same client, with other keys. */
    public ClientPolicy withKeys(List<Key> keys) {
        return new ClientPolicy(name, team, new Access(keys, access.addresses), models, quota, extras);
    }

    /** What of its texts breaks the rules of the configuration, for clients that do not come from there; empty if nothing does. */
    public Optional<String> fault() {
        if (!TextRule.NAME.fits(name)) {
            return Optional.of("name " + TextRule.NAME.rule());
        }
        if (!team.isEmpty() && !TextRule.NAME.fits(team)) {
            return Optional.of("team " + TextRule.NAME.rule());
        }
        return models.stream().filter(model -> !TextRule.MODEL.fits(model)).findFirst()
                .map(model -> "models: each " + TextRule.MODEL.rule());
    }
}
