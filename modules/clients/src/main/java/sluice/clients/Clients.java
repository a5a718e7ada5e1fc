package sluice.clients;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sluice.config.KeyHash;

/** All clients that this process has known, by their names. As many as the configurations named. Thread-safe. */
public final class Clients {
    private final Allowances allowances;
    private final Map<String, Client> byName = new ConcurrentHashMap<>();
    private final Map<KeyHash, KeyUse> uses = new ConcurrentHashMap<>();

    /** Clients whose use is counted in {@code allowances}. */
    public Clients(Allowances allowances) {
        this.allowances = allowances;
    }

    /** What they use, and their teams and accounts. */
    public Allowances allowances() {
        return allowances;
    }

    /** The client of a name, made if need be. */
    public Client of(String name) {
        return byName.computeIfAbsent(name, any -> new Client(allowances.of(Allowance.Kind.CLIENT, name)));
    }

    /** When a key was used last, which outlives a reload. */
    public KeyUse use(KeyHash key) {
        return uses.computeIfAbsent(key, any -> new KeyUse());
    }

    /** The client of a name, if there was one. */
    public Optional<Client> known(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
