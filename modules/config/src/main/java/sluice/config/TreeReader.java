package sluice.config;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns a file's tree and the environment into {@link Values}, going by {@link Keys}: types, ranges, unknown keys, defaults.
 * What depends on more than one key is left to {@link Rules}. Confined to one thread.
 */
final class TreeReader {
    /** Where a bare text may stand for a table: its only necessary key. */
    private static final Map<String, String> SHORT_FORMS = Map.of("accounts[].models", "from");
    private static final String PLAIN_SECRET = "is a secret in plain sight; refer to it by ${env:NAME} or ${file:/path}";
    /** What commands and clients are told by: not for the gateway. */
    private static final Set<String> OF_OTHERS = Set.of("SLUICE_ADMIN_TOKEN", "SLUICE_KEY");
    /** Headers that carry keys. */
    private static final Set<String> KEY_HEADERS = Set.of("authorization", "proxy-authorization", "api-key", "x-api-key", "cookie");
    /** Elements of any list; far more than anybody has. */
    private static final int MAX_ELEMENTS = 100_000;

    private final ReadContext context;
    private final Problems problems;
    private final Values values = new Values();
    /** Paths that were given but are wrong: no default takes their place, and nothing is said about them again. */
    private final Set<String> wrong = new LinkedHashSet<>();

    private TreeReader(ReadContext context, Problems problems) {
        this.context = context;
        this.problems = problems;
    }

    /** All values that are right; all others are among the problems. */
    static Values read(YamlNode.Table root, Map<String, String> environment, ReadContext context, Problems problems) {
        TreeReader reader = new TreeReader(context, problems);
        reader.table(root, "", "");
        reader.environment(environment);
        reader.defaults("", "", 0);
        return reader.values;
    }

    private void table(YamlNode.Table table, String template, String path) {
        for (Map.Entry<String, YamlNode> member : table.members().entrySet()) {
            String name = member.getKey();
            String childTemplate = join(template, name);
            String childPath = join(path, name);
            Key key = Keys.ALL.get(childTemplate);
            if (key != null) {
                if (!YamlNode.isNothing(member.getValue())) {
                    value(key, childPath, member.getValue(), Value.Origin.FILE);
                }
            } else if (begins(childTemplate + "[].")) {
                list(member.getValue(), childTemplate, childPath);
            } else if (begins(childTemplate + ".")) {
                inner(member.getValue(), childTemplate, childPath);
            } else if (!(template.isEmpty() && name.startsWith("x-"))) {
                problems.error(childPath, member.getValue().line(), "is not a known key" + NearestName.hint(template, name));
            }
        }
    }

    private void inner(YamlNode node, String template, String path) {
        if (node instanceof YamlNode.Table table) {
            table(table, template, path);
        } else if (!YamlNode.isNothing(node)) {
            problems.error(path, node.line(), "must be a table with keys such as `" + NearestName.names(template).first()
                    + ":`");
            wrong.add(path);
        }
    }

    private void list(YamlNode node, String template, String path) {
        if (YamlNode.isNothing(node)) {
            return;
        }
        if (!(node instanceof YamlNode.Listing list) || list.items().size() > MAX_ELEMENTS) {
            problems.error(path, node.line(), "must be a list: begin each element with `- `");
            wrong.add(path);
            return;
        }
        String bare = SHORT_FORMS.get(template);
        for (int i = 0; i < list.items().size(); i++) {
            String elementPath = path + '[' + i + ']';
            String elementTemplate = template + "[]";
            YamlNode item = list.items().get(i);
            if (item instanceof YamlNode.Table table) {
                table(table, elementTemplate, elementPath);
            } else if (bare != null && item instanceof YamlNode.Scalar) {
                value(Keys.ALL.get(elementTemplate + '.' + bare), elementPath + '.' + bare, item, Value.Origin.FILE);
            } else {
                problems.error(elementPath, item.line(), "must be a table with keys such as `"
                        + NearestName.names(elementTemplate).first() + ":`");
                wrong.add(elementPath);
                continue;
            }
            defaults(elementTemplate, elementPath, item.line());
        }
        values.putSize(path, list.items().size());
    }

    private void value(Key key, String path, YamlNode node, Value.Origin origin) {
        try {
            Object object = key.type().reader().read(node, context);
            wrong.remove(path);
            values.put(path, new Value(key, object, Redaction.of(key, node), origin, node.line()));
            if (key.type().shape() == ValueType.Shape.SECRET && literalSecret(node)) {
                problems.warning(path, node.line(), PLAIN_SECRET);
            } else if (key.type().shape() == ValueType.Shape.SECRET_TABLE && node instanceof YamlNode.Table table) {
                table.members().forEach((name, member) -> {
                    if (KEY_HEADERS.contains(name.toLowerCase(Locale.ROOT)) && literalSecret(member)) {
                        problems.warning(join(path, name), member.line(), PLAIN_SECRET);
                    }
                });
            }
        } catch (BadValue bad) {
            wrong.add(path);
            if (origin == Value.Origin.ENVIRONMENT) {
                problems.environmentError(key.variable(), bad.getMessage());
            } else {
                problems.error(path, node.line(), bad.getMessage());
            }
        }
    }

    private static boolean literalSecret(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar && scalar.line() > 0 && !scalar.text().isEmpty()
                && !References.in(scalar.text());
    }

    private void environment(Map<String, String> environment) {
        for (Key key : Keys.ALL.values()) {
            String text = environment.getOrDefault(key.variable(), "");
            if (key.inEnvironment() && !text.isEmpty()) {
                value(key, key.path(), new YamlNode.Scalar(text, true, 0), Value.Origin.ENVIRONMENT);
            }
        }
        Set<String> names = new TreeSet<>(environment.keySet());
        for (String name : names) {
            if (name.startsWith("SLUICE_") && !OF_OTHERS.contains(name) && !context.references().variables().contains(name)
                    && Keys.ALL.values().stream().noneMatch(key -> key.inEnvironment() && key.variable().equals(name))) {
                problems.environmentWarning(name, "names no key" + NearestName.variableHint(name));
            }
        }
    }

    /** Fills in what is missing below {@code path}, lists apart, and reports what must not be. */
    private void defaults(String template, String path, int line) {
        String prefix = template.isEmpty() ? "" : template + '.';
        for (Key key : Keys.ALL.values()) {
            if (!key.path().startsWith(prefix) || key.path().indexOf("[]", prefix.length()) >= 0) {
                continue;
            }
            String full = join(path, key.path().substring(prefix.length()));
            if (values.has(full) || wrong.stream().anyMatch(bad -> full.equals(bad) || full.startsWith(bad + '.'))) {
                continue;
            }
            if (key.required()) {
                problems.error(full, line, "is missing");
            } else if (!key.fallback().isEmpty()) {
                value(key, full, new YamlNode.Scalar(key.fallback(), true, 0), Value.Origin.DEFAULT);
            }
        }
    }

    private static boolean begins(String prefix) {
        return Keys.ALL.keySet().stream().anyMatch(path -> path.startsWith(prefix));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + '.' + name;
    }
}
