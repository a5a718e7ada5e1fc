package sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** Types of keys at which a table stands. */
final class TableTypes {
    private static final String NAME_TABLE = "{\"type\":\"object\",\"additionalProperties\":";
    private static final String SCALAR = "{\"type\":[\"string\",\"number\",\"boolean\"]}";

    private TableTypes() {
    }

    /** Header names and values: {@code Map<String, String>}. */
    static ValueType headers() {
        return new ValueType("table: header to text", NAME_TABLE + SCALAR + "}", ValueType.Shape.SECRET_TABLE, (node, context) -> {
            Map<String, String> headers = new LinkedHashMap<>();
            for (Map.Entry<String, YamlNode> entry : table(node).entrySet()) {
                String value = ValueType.expand(entry.getValue(), context);
                if (!entry.getKey().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || value.chars().anyMatch(c -> c < ' ' || c > 126)) {
                    throw new BadValue("has '" + entry.getKey() + "', which is not a header with a printable ASCII value");
                }
                headers.put(entry.getKey(), value);
            }
            return headers;
        });
    }

    /** Paths and JSON texts: {@code Map<String, String>}. */
    static ValueType json() {
        return new ValueType("table: member to value", NAME_TABLE + "true}", ValueType.Shape.TABLE, (node, context) -> {
            Map<String, String> values = new LinkedHashMap<>();
            for (Map.Entry<String, YamlNode> entry : table(node).entrySet()) {
                values.put(member(entry.getKey()), JsonOfYaml.write(entry.getValue(), context.references()));
            }
            return values;
        });
    }

    /** Paths, and for each what is exchanged for what: {@code Map<String, Map<String, String>>}. */
    static ValueType replacements() {
        return new ValueType("table: member to (old to new)", NAME_TABLE + NAME_TABLE + SCALAR + "}}", ValueType.Shape.TABLE,
                (node, context) -> {
                    Map<String, Map<String, String>> values = new LinkedHashMap<>();
                    for (Map.Entry<String, YamlNode> entry : table(node).entrySet()) {
                        Map<String, String> exchanges = new LinkedHashMap<>();
                        for (Map.Entry<String, YamlNode> exchange : table(entry.getValue()).entrySet()) {
                            exchanges.put(exchange.getKey(), ValueType.expand(exchange.getValue(), context));
                        }
                        values.put(member(entry.getKey()), Map.copyOf(exchanges));
                    }
                    return values;
                });
    }

    private static String member(String path) throws BadValue {
        if (!TextRule.MEMBER.fits(path)) {
            throw new BadValue("has '" + path + "': " + TextRule.MEMBER.rule());
        }
        return path;
    }

    private static Map<String, YamlNode> table(YamlNode node) throws BadValue {
        if (node instanceof YamlNode.Table table) {
            return table.members();
        }
        throw new BadValue("must be a table");
    }
}
