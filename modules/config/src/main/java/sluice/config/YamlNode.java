package sluice.config;

import java.util.List;
import java.util.Map;

/** What a YAML file holds at one place. Texts are as written: no number, date or boolean is made of them. */
sealed interface YamlNode {
    /** The line, counted from 1; 0 if it is not from a file. */
    int line();

    /**
     * A text.
     *
     * @param text without quotation marks
     * @param plain whether it was written without them
     */
    record Scalar(String text, boolean plain, int line) implements YamlNode {
        /** Whether it says "nothing": {@code null}, {@code ~} or an empty place. */
        boolean isNothing() {
            return plain && (text.isEmpty() || "~".equals(text) || "null".equals(text));
        }
    }

    /** A list. */
    record Listing(List<YamlNode> items, int line) implements YamlNode { }

    /** A table, in the order of the file. */
    record Table(Map<String, YamlNode> members, int line) implements YamlNode { }

    /** Whether there is nothing here. */
    static boolean isNothing(YamlNode node) {
        return node instanceof Scalar scalar && scalar.isNothing();
    }
}
