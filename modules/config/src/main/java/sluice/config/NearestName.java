package sluice.config;

import java.util.Comparator;
import java.util.Locale;
import java.util.SequencedCollection;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds the name that somebody may have meant. Stateless. */
final class NearestName {
    /** More differences than this are another word. */
    private static final int MAX_DISTANCE = 3;

    private NearestName() {
    }

    /** The names that may stand in a table. */
    static SortedSet<String> names(String template) {
        String prefix = template.isEmpty() ? "" : template + '.';
        SortedSet<String> names = new TreeSet<>();
        for (String path : Keys.ALL.keySet()) {
            if (path.startsWith(prefix)) {
                String rest = path.substring(prefix.length());
                int end = rest.indexOf('.') < 0 ? rest.length() : rest.indexOf('.');
                names.add(rest.substring(0, end).replace("[]", ""));
            }
        }
        return names;
    }

    /** What to say about an unknown {@code name} in a table. */
    static String hint(String template, String name) {
        SortedSet<String> names = names(template);
        String nearest = nearest(kebab(name), names);
        if (!nearest.isEmpty()) {
            return "; did you mean `" + nearest + "`?";
        }
        return Keys.ALL.values().stream().filter(key -> key.name().equals(kebab(name))).findFirst()
                .map(key -> "; did you mean `" + key.path() + "`?")
                .orElse("; there are " + String.join(", ", names));
    }

    /** What to say about an unknown variable. */
    static String variableHint(String variable) {
        SortedSet<String> names = new TreeSet<>();
        for (Key key : Keys.ALL.values()) {
            if (key.inEnvironment()) {
                names.add(key.variable());
            } else if (key.variable().equals(variable) || Key.variableOf(listOf(key.path())).equals(variable)) {
                return "; lists and tables can only be set in the file";
            }
        }
        String nearest = nearest(variable, names);
        return nearest.isEmpty() ? "" : "; did you mean " + nearest + "?";
    }

    private static String listOf(String path) {
        int list = path.indexOf("[]");
        return list < 0 ? path : path.substring(0, list);
    }

    private static String nearest(String name, SequencedCollection<String> names) {
        return names.stream().filter(other -> distance(name, other) <= Math.min(MAX_DISTANCE, 1 + other.length() / 4))
                .min(Comparator.comparingInt(other -> distance(name, other))).orElse("");
    }

    /** {@code max_attempts} and {@code maxAttempts} are ways to write {@code max-attempts}. */
    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
