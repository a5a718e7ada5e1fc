package sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import sluice.json.JsonStrings;

/** Writes {@code docs/sluice.schema.json} (JSON Schema 2020-12), for editors, from {@link Keys}. */
final class Schema {
    private final Map<String, Object> members = new LinkedHashMap<>();
    private boolean list;

    /** The whole schema. */
    static String write() {
        Schema root = new Schema();
        for (Key key : Keys.ALL.values()) {
            Schema at = root;
            String[] steps = key.path().split("\\.");
            for (int i = 0; i < steps.length - 1; i++) {
                String name = steps[i].replace("[]", "");
                at = (Schema) at.members.computeIfAbsent(name, step -> new Schema());
                at.list |= steps[i].endsWith("[]");
            }
            at.members.put(steps[steps.length - 1], key);
        }
        return "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"Sluice\",\n"
                + "  \"patternProperties\": {\"^x-\": true},\n" + root.table("  ") + "\n}\n";
    }

    private String table(String indent) {
        StringJoiner out = new StringJoiner(",\n");
        List<String> required = new ArrayList<>();
        members.forEach((name, member) -> {
            out.add(indent + "  " + JsonStrings.quote(name) + ": " + switch (member) {
                case Key key -> leaf(key);
                case Schema inner when inner.list -> inner.listing(name, indent + "  ");
                case Schema inner -> "{\n" + inner.table(indent + "    ") + "\n" + indent + "  }";
                default -> throw new IllegalStateException(name);
            });
            if (member instanceof Key key && key.required()) {
                required.add(JsonStrings.quote(name));
            }
        });
        return indent + "\"type\": [\"object\", \"null\"],\n" + indent + "\"additionalProperties\": false,\n"
                + (required.isEmpty() ? "" : indent + "\"required\": " + required + ",\n")
                + indent + "\"properties\": {\n" + out + "\n" + indent + "}";
    }

    private String listing(String name, String indent) {
        String element = "{\n" + table(indent + "  ") + "\n" + indent + "}";
        String items = "models".equals(name) ? "{\"anyOf\": [{\"type\": [\"string\", \"number\"]}, " + element + "]}" : element;
        return "{\"type\": [\"array\", \"null\"], \"items\": " + items + "}";
    }

    /** A leaf takes what its type takes, a reference where it is one text, or nothing. */
    private static String leaf(Key key) {
        String reference = key.type().scalar() ? ", {\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"}" : "";
        return "{\"description\": " + JsonStrings.quote(key.meaning())
                + (key.fallback().isEmpty() ? "" : ", \"default\": " + JsonStrings.quote(key.fallback()))
                + ", \"anyOf\": [" + key.type().schema() + reference + ", {\"type\": \"null\"}]}";
    }
}
