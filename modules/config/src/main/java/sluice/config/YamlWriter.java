package sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import sluice.json.JsonStrings;

/** Writes values as YAML. Stateless. */
final class YamlWriter {
    /** What is a text, or the same either way, to every reader of YAML without quotation marks. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9_./+%-]*(://[A-Za-z0-9_./:-]+)?");
    private static final Pattern INDEX = Pattern.compile("\\[\\d+\\]");

    private YamlWriter() {
    }

    /** A table or list on the way to the values. */
    private static final class Branch {
        private final Map<String, Object> members = new LinkedHashMap<>();
    }

    /** The values as a file, each with a comment where it did not come from the file. */
    static String write(Map<String, Value> values) {
        Branch root = new Branch();
        // the order of the manual, lists in the order of the file
        for (String section : Keys.SECTIONS) {
            values.forEach((path, value) -> {
                if (path.equals(section) || path.startsWith(section + '.') || path.startsWith(section + '[')) {
                    put(root, path, value);
                }
            });
        }
        StringBuilder out = new StringBuilder();
        branch(out, root, 0, false);
        return out.toString();
    }

    private static void put(Branch root, String path, Value value) {
        Branch at = root;
        String[] steps = path.replace("[", ".[").split("\\.");
        for (int i = 0; i < steps.length - 1; i++) {
            at = (Branch) at.members.computeIfAbsent(steps[i], step -> new Branch());
        }
        at.members.put(steps[steps.length - 1], value);
    }

    private static void branch(StringBuilder out, Branch branch, int depth, boolean firstInline) {
        boolean inline = firstInline;
        for (Map.Entry<String, Object> member : branch.members.entrySet()) {
            boolean element = INDEX.matcher(member.getKey()).matches();
            if (!inline) {
                out.append("  ".repeat(depth));
            }
            inline = false;
            if (element) {
                out.append("- ");
                branch(out, (Branch) member.getValue(), depth + 1, true);
            } else if (member.getValue() instanceof Value value) {
                out.append(member.getKey()).append(": ").append(flow(value.shown())).append(origin(value)).append('\n');
            } else {
                out.append(member.getKey()).append(":\n");
                branch(out, (Branch) member.getValue(), depth + 1, false);
            }
        }
    }

    private static String origin(Value value) {
        return switch (value.origin()) {
            case FILE -> "";
            case DEFAULT -> "  # default";
            case ENVIRONMENT -> "  # " + value.key().variable();
        };
    }

    /** A value on one line. */
    static String flow(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar when scalar.plain() && PLAIN.matcher(scalar.text()).matches() -> scalar.text();
            case YamlNode.Scalar scalar when scalar.isNothing() -> "null";
            case YamlNode.Scalar scalar when isText(scalar.text()) -> scalar.text();
            case YamlNode.Scalar scalar -> JsonStrings.quote(scalar.text());
            case YamlNode.Listing list -> {
                StringJoiner items = new StringJoiner(", ", "[", "]");
                list.items().forEach(item -> items.add(flow(item)));
                yield items.toString();
            }
            case YamlNode.Table table -> {
                StringJoiner members = new StringJoiner(", ", "{", "}");
                table.members().forEach((name, value) -> members.add((isText(name) ? name : JsonStrings.quote(name)) + ": "
                        + flow(value)));
                yield members.toString();
            }
        };
    }

    /** Whether it is read as a text though it stands without quotation marks. */
    private static boolean isText(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9_./-]*") && !text.matches("(?i)true|false|on|off|yes|no|null|y|n");
    }
}
