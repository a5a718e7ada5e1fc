package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

/** A tool that a request offers, as it was sent. */
record Tool(String json, String type, String name) {
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
        return ResponseJson.completed(json, assumed);
    }

    /** Arguments that fit its schema, as JSON. */
    String arguments() {
        return SchemaSample.of(JsonTree.object(json).getOrDefault("parameters", JsonTree.Literal.NULL));
    }
}
