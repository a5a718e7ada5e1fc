package sluice.json;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Steps through the members of one JSON object without building anything. The JSON comes from the upstream and is taken at
 * its word: where it is broken, the steps just end. Confined to one thread.
 */
public final class JsonMembers {
    private static final int LONGEST_NAME_BYTES = 1024;

    private final byte[] json;
    private final int end;
    private int at;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;
    private int valueTo;

    /** The members of the object that starts at or after {@code from}, behind white space. */
    public JsonMembers(byte[] json, int from, int to) {
        this.json = json;
        end = to;
        at = from;
        skipSpace();
        at = at < end && json[at] == '{' ? at + 1 : end;
    }

    /** Goes to the next member; false if there is none. */
    public boolean next() {
        skipSpace();
        if (at < end && json[at] == ',') {
            at++;
            skipSpace();
        }
        if (at >= end || json[at] != '"') {
            return false;
        }
        nameFrom = at + 1;
        skipString();
        nameTo = Math.max(nameFrom, at - 1);
        skipSpace();
        if (at >= end || json[at] != ':') {
            return false;
        }
        at++;
        skipSpace();
        valueFrom = at;
        skipValue();
        valueTo = at;
        return valueTo > valueFrom;
    }

    /** Whether the value is no object and no array. */
    public boolean isScalar() {
        return json[valueFrom] != '{' && json[valueFrom] != '[';
    }

    /** Whether the value is null. */
    public boolean isNull() {
        return json[valueFrom] == 'n';
    }

    /** Goes on to the member called {@code name}; false if there is none. */
    public boolean seek(String name) {
        byte[] wanted = JsonNames.bytes(name);
        while (next()) {
            if (JsonNames.equal(json, nameFrom, nameTo, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** The name of this member; of one that is longer than any that is asked for, the beginning. */
    public String name() {
        return JsonText.decode(json, nameFrom, Math.min(nameTo, nameFrom + LONGEST_NAME_BYTES));
    }

    /** The member as it is spelled, from its name to the end of its value. */
    public String spelling() {
        return new String(json, nameFrom - 1, valueTo - nameFrom + 1, StandardCharsets.UTF_8);
    }

    /** Where the value of this member starts. */
    public int valueFrom() {
        return valueFrom;
    }

    /** Where the value of this member ends. */
    public int valueTo() {
        return valueTo;
    }

    /** The text of a string; any other value as it is spelled. */
    public String valueText() {
        boolean quoted = json[valueFrom] == '"';
        return quoted ? JsonText.decode(json, valueFrom + 1, textTo())
                : new String(json, valueFrom, valueTo - valueFrom, StandardCharsets.UTF_8);
    }

    /** Whether the value is the string {@code text}. */
    public boolean valueIs(String text) {
        return json[valueFrom] == '"' && JsonNames.equal(json, valueFrom + 1, textTo(), JsonNames.bytes(text));
    }

    /** The end of a string's text: before its quotation mark, unless the text is cut off. */
    private int textTo() {
        return Math.max(valueFrom + 1, valueTo - 1);
    }

    /** The value of {@code name} in {@code json[from, to)} as a number, if it is one. */
    public static Optional<Integer> number(byte[] json, int from, int to, String name) {
        JsonMembers members = new JsonMembers(json, from, to);
        if (!members.seek(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Integer.valueOf(members.valueText()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private void skipSpace() {
        at = ByteSearch.skipSpace(json, at, end);
    }

    private void skipString() {
        at = ByteSearch.quoteOrBackslash(json, at + 1, end);
        while (at < end && json[at] == '\\') {
            at = ByteSearch.quoteOrBackslash(json, Math.min(end, at + 2), end);
        }
        at = Math.min(end, at + 1);
    }

    private void skipValue() {
        int depth = 0;
        while (at < end) {
            switch (json[at]) {
                case '"' -> {
                    skipString();
                    if (depth == 0) {
                        return;
                    }
                }
                case '{', '[' -> {
                    depth++;
                    at++;
                }
                case '}', ']' -> {
                    if (depth == 0) {
                        return;
                    }
                    at++;
                    if (--depth == 0) {
                        return;
                    }
                }
                case ',', ' ', '\n', '\r', '\t' -> {
                    if (depth == 0) {
                        return;
                    }
                    at++;
                }
                default -> at++;
            }
        }
    }
}
