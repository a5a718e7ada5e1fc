package sluice.clients;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The allowances of all clients, teams and accounts that this process has known. As many as the configurations named. Thread-safe. */
public final class Allowances {
    private final Map<Allowance.Kind, Map<String, Allowance>> all = Map.of(Allowance.Kind.CLIENT, new ConcurrentHashMap<>(),
            Allowance.Kind.TEAM, new ConcurrentHashMap<>(), Allowance.Kind.ACCOUNT, new ConcurrentHashMap<>());

    /** No allowances yet. */
    public Allowances() {
        // they are made as they are asked for
    }

    /** The allowance of somebody, made if need be. */
    public Allowance of(Allowance.Kind kind, String name) {
        Map<String, Allowance> named = all.get(kind);
        Allowance known = named.get(name);
        return known != null ? known : named.computeIfAbsent(name, any -> new Allowance(kind, name));
    }

    /** All that there are. */
    List<Allowance> all() {
        return all.values().stream().flatMap(named -> named.values().stream()).toList();
    }
}
