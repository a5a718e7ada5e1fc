package sluice.clients;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The allowances of all clients, teams and accounts that this process has known. As many as the configurations named. Thread-safe. */
public final class Allowances {
    /** More models than anybody uses; names beyond them are somebody's mistake. */
    private static final int MAX_MODELS = 256;
    private static final int MAX_NAME = 128;
    private static final String OTHER = "other";

    private final Map<Allowance.Kind, Map<String, Allowance>> all = new EnumMap<>(Allowance.Kind.class);

    /** No allowances yet. */
    public Allowances() {
        for (Allowance.Kind kind : Allowance.Kind.values()) {
            all.put(kind, new ConcurrentHashMap<>());
        }
    }

    /** The allowance of somebody, made if need be. */
    public Allowance of(Allowance.Kind kind, String name) {
        Map<String, Allowance> named = all.get(kind);
        Allowance known = named.get(name);
        return known != null ? known : named.computeIfAbsent(name, any -> new Allowance(kind, name));
    }

    /** The sum of a model, which clients name as they like: those beyond so many are one. */
    Allowance ofModel(String model) {
        Map<String, Allowance> named = all.get(Allowance.Kind.MODEL);
        Allowance known = named.get(model);
        if (known != null) {
            return known;
        }
        boolean plain = !model.isEmpty() && model.length() <= MAX_NAME && model.chars().allMatch(c -> c > ' ' && c != 0x7F);
        return of(Allowance.Kind.MODEL, plain && named.size() < MAX_MODELS ? model : OTHER);
    }

    /** All that there are. */
    public List<Allowance> all() {
        return all.values().stream().flatMap(named -> named.values().stream()).toList();
    }
}
