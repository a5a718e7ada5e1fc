package sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is in force, key by key, without secrets: what {@code sluice check} prints and compares. Immutable and thread-safe.
 */
public final class EffectiveConfiguration {
    private static final Pattern ELEMENT = Pattern.compile("\\[(\\d+)\\]");
    /** What an element of a list is called by. */
    private static final List<String> NAMES = List.of(".name", ".from", ".model");

    private final Map<String, Value> values;

    EffectiveConfiguration(Values values) {
        this.values = new LinkedHashMap<>(values.all());
    }

    /**
     * The whole configuration as YAML, which says the same when it is read again, hidden secrets apart. A comment tells where
     * a value that is not from the file came from.
     */
    public String render() {
        return YamlWriter.write(values);
    }

    /** What {@code newer} changes; elements of lists are matched by their names. */
    public List<Change> changesTo(EffectiveConfiguration newer) {
        Map<String, Value> before = byName();
        Map<String, Value> after = newer.byName();
        Set<String> paths = new LinkedHashSet<>(before.keySet());
        paths.addAll(after.keySet());
        Set<String> oldElements = elements(before);
        Set<String> newElements = elements(after);
        List<Change> changes = new ArrayList<>();
        Set<String> told = new LinkedHashSet<>();
        for (String path : paths) {
            Optional<String> element = elementOf(path).filter(name -> oldElements.contains(name) != newElements.contains(name));
            if (element.isPresent()) {
                if (told.add(element.get())) {
                    boolean added = newElements.contains(element.get());
                    changes.add(new Change(element.get(), added ? "" : "an element", added ? "an element" : "",
                            restart(before, after, path)));
                }
            } else if (!same(before.get(path), after.get(path))) {
                changes.add(new Change(path, shown(before.get(path)), shown(after.get(path)), restart(before, after, path)));
            }
        }
        return changes;
    }

    private static boolean restart(Map<String, Value> before, Map<String, Value> after, String path) {
        return (before.containsKey(path) ? before : after).get(path).key().restart();
    }

    private static boolean same(Value a, Value b) {
        return a != null && b != null && a.object().equals(b.object());
    }

    private static String shown(Value value) {
        return value == null ? "" : YamlWriter.flow(value.shown());
    }

    /** The values with {@code accounts[main]} in the place of {@code accounts[0]}. */
    private Map<String, Value> byName() {
        Map<String, Value> named = new LinkedHashMap<>();
        values.forEach((path, value) -> named.put(named(path), value));
        return named;
    }

    private String named(String path) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = ELEMENT.matcher(path);
        int at = 0;
        while (matcher.find()) {
            String element = path.substring(0, matcher.end());
            out.append(path, at, matcher.start()).append('[').append(nameOf(element, matcher.group(1))).append(']');
            at = matcher.end();
        }
        return out.append(path, at, path.length()).toString();
    }

    private String nameOf(String element, String index) {
        return NAMES.stream().map(name -> values.get(element + name)).filter(java.util.Objects::nonNull)
                .map(value -> String.valueOf(value.object())).findFirst().orElse(index);
    }

    private static Set<String> elements(Map<String, Value> values) {
        Set<String> elements = new LinkedHashSet<>();
        values.keySet().forEach(path -> elementOf(path).ifPresent(elements::add));
        return elements;
    }

    /** The outermost element of a list that a path belongs to. */
    private static Optional<String> elementOf(String path) {
        int end = path.indexOf("].");
        return end < 0 ? Optional.empty() : Optional.of(path.substring(0, end + 1));
    }
}
