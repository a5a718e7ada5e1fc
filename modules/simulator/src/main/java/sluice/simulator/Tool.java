package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A tool that a request offers.
 *
 * @param json its text as it was sent
 * @param type such as {@code function}
 * @param name by which it is called; empty without
 * @param members names of what it says of itself
 */
record Tool(String json, String type, String name, Set<String> members) {
    /** A function that no request has offered. */
    static Tool unheardOf(String name) {
        return new Tool("{}", "function", name, Set.of());
    }

    /** Whether it is called by its name, with arguments or an input that the simulator can make up. */
    boolean callable() {
        return !name.isEmpty() && (type.equals("function") || type.equals("custom"));
    }

    /** As the API tells it back: with what it took for granted. */
    String told() {
        if (!type.equals("function")) {
            return json;
        }
        Map<String, String> assumed = new LinkedHashMap<>();
        assumed.put("description", "null");
        assumed.put("parameters", "null");
        assumed.put("strict", "true");
        return ResponseJson.completed(json, members, assumed);
    }

    /** Arguments that fit its schema, as JSON. */
    String arguments() {
        return SchemaSample.of(JsonTree.object(json).getOrDefault("parameters", JsonTree.Literal.NULL));
    }
}
