package sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What of a value may be shown. References may: they tell where a secret is, not what it is. Stateless. */
final class Redaction {
    private static final String HIDDEN = "***";
    private static final Pattern ONLY_REFERENCES = Pattern.compile("(\\$\\{(env|file):[^}$]*\\})+");
    private static final Pattern USER_INFO = Pattern.compile("://[^/@]*@");

    private Redaction() {
    }

    /** The node that may be shown in the place of {@code node}. */
    static YamlNode of(Key key, YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar when key.type().hidden() -> hidden(scalar);
            case YamlNode.Scalar scalar -> new YamlNode.Scalar(withoutPassword(scalar.text()), scalar.plain(), scalar.line());
            case YamlNode.Table table when key.type().hidden() -> {
                Map<String, YamlNode> members = new LinkedHashMap<>();
                table.members().forEach((name, value) -> members.put(name, of(key, value)));
                yield new YamlNode.Table(members, table.line());
            }
            default -> node;
        };
    }

    /** An address without its user and password. */
    static String withoutPassword(String text) {
        return USER_INFO.matcher(text).replaceAll("://" + HIDDEN + "@");
    }

    private static YamlNode hidden(YamlNode.Scalar scalar) {
        boolean harmless = scalar.text().isEmpty() || ONLY_REFERENCES.matcher(scalar.text()).matches();
        return harmless ? scalar : new YamlNode.Scalar(HIDDEN, false, scalar.line());
    }
}
