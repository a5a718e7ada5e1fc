package sluice.config;

import java.util.StringJoiner;
import java.util.regex.Pattern;
import sluice.json.JsonStrings;

/** Writes a YAML value as JSON, by YAML 1.2's core schema: only {@code true} and {@code false} are booleans. Stateless. */
final class JsonOfYaml {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

    private JsonOfYaml() {
    }

    static String write(YamlNode node, References references) throws BadValue {
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar(scalar, references);
            case YamlNode.Listing list -> {
                StringJoiner items = new StringJoiner(",", "[", "]");
                for (YamlNode item : list.items()) {
                    items.add(write(item, references));
                }
                yield items.toString();
            }
            case YamlNode.Table table -> {
                StringJoiner members = new StringJoiner(",", "{", "}");
                for (var member : table.members().entrySet()) {
                    members.add(JsonStrings.quote(member.getKey()) + ':' + write(member.getValue(), references));
                }
                yield members.toString();
            }
        };
    }

    private static String scalar(YamlNode.Scalar scalar, References references) throws BadValue {
        if (scalar.isNothing()) {
            return "null";
        }
        boolean literal = scalar.plain() && ("true".equals(scalar.text()) || "false".equals(scalar.text())
                || NUMBER.matcher(scalar.text()).matches());
        return literal ? scalar.text() : JsonStrings.quote(references.expand(scalar.text()));
    }
}
