package sluice.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes up a value that fits a JSON schema, always the same one: for arguments of tools, and for answers that want a shape. */
final class SchemaSample {
    /** Schemas that name themselves would go on for ever. */
    private static final int MAX_DEPTH = 16;
    private static final String TEXT = "simulated";

    private final Map<String, Object> root;

    private SchemaSample(Map<String, Object> root) {
        this.root = root;
    }

    /** A value for {@code schema} as JSON; an empty object for no schema. */
    static String of(Object schema) {
        Map<String, Object> root = JsonTree.asObject(schema);
        return root.isEmpty() ? "{}" : JsonTree.write(new SchemaSample(root).value(root, 0));
    }

    private Object value(Map<String, Object> schema, int depth) {
        if (depth > MAX_DEPTH) {
            return JsonTree.Literal.NULL;
        }
        if (schema.containsKey("const")) {
            return schema.get("const");
        }
        if (schema.containsKey("$ref")) {
            return value(named(JsonTree.asText(schema.get("$ref"))), depth + 1);
        }
        for (String choice : List.of("enum", "anyOf", "oneOf", "allOf")) {
            List<?> choices = JsonTree.asArray(schema.get(choice));
            if (!choices.isEmpty()) {
                return choice.equals("enum") ? choices.get(0) : value(JsonTree.asObject(choices.get(0)), depth + 1);
            }
        }
        return switch (type(schema)) {
            case "string" -> TEXT;
            case "integer", "number" -> schema.getOrDefault("minimum", new JsonTree.Literal("1"));
            case "boolean" -> JsonTree.Literal.TRUE;
            case "null" -> JsonTree.Literal.NULL;
            case "array" -> elements(schema, depth);
            default -> members(schema, depth);
        };
    }

    private static String type(Map<String, Object> schema) {
        Object type = schema.get("type");
        return JsonTree.asText(type instanceof List<?> list && !list.isEmpty() ? list.get(0) : type);
    }

    private List<Object> elements(Map<String, Object> schema, int depth) {
        List<Object> elements = new ArrayList<>();
        Map<String, Object> each = JsonTree.asObject(schema.get("items"));
        int least = schema.get("minItems") instanceof JsonTree.Literal(String number) && number.matches("\\d{1,3}")
                ? Integer.parseInt(number) : 1;
        for (int i = 0; i < least && !each.isEmpty(); i++) {
            elements.add(value(each, depth + 1));
        }
        return elements;
    }

    private Map<String, Object> members(Map<String, Object> schema, int depth) {
        Map<String, Object> properties = JsonTree.asObject(schema.get("properties"));
        Map<String, Object> members = new LinkedHashMap<>();
        for (Object name : JsonTree.asArray(schema.get("required"))) {
            if (name instanceof String text && properties.containsKey(text)) {
                members.put(text, value(JsonTree.asObject(properties.get(text)), depth + 1));
            }
        }
        return members;
    }

    /** What {@code #/$defs/name} refers to; {@code #} is the schema itself. */
    private Map<String, Object> named(String reference) {
        Object at = root;
        for (String step : reference.replace("#", "").split("/")) {
            if (!step.isEmpty()) {
                at = JsonTree.asObject(at).getOrDefault(step, JsonTree.Literal.NULL);
            }
        }
        return JsonTree.asObject(at);
    }
}
