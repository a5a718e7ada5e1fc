package sluice.wspool;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Steps through the members of one JSON object without building anything. The JSON comes from the upstream and is taken at
 * its word: where it is broken, the steps just end. Confined to one thread.
 */
final class JsonMembers {
    private final byte[] json;
    private final int end;
    private int at;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;
    private int valueTo;

    /** The members of the object that starts at or after {@code from}, behind white space. */
    JsonMembers(byte[] json, int from, int to) {
        this.json = json;
        end = to;
        at = from;
        skipSpace();
        at = at < end && json[at] == '{' ? at + 1 : end;
    }

    /** Goes to the next member; false if there is none. */
    boolean next() {
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
        nameTo = at - 1;
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

    /** Goes on to the member called {@code name}; false if there is none. */
    boolean seek(String name) {
        while (next()) {
            if (matches(nameFrom, nameTo, name)) {
                return true;
            }
        }
        return false;
    }

    String name() {
        return new String(json, nameFrom, nameTo - nameFrom, StandardCharsets.UTF_8);
    }

    /** Where the value of this member starts. */
    int valueFrom() {
        return valueFrom;
    }

    /** Where the value of this member ends. */
    int valueTo() {
        return valueTo;
    }

    /** The value without its quotation marks, as it is spelled. */
    String valueText() {
        boolean quoted = json[valueFrom] == '"';
        int from = quoted ? valueFrom + 1 : valueFrom;
        int to = quoted ? Math.max(from, valueTo - 1) : valueTo;
        return new String(json, from, to - from, StandardCharsets.UTF_8);
    }

    /** Whether the value is the string {@code text}. */
    boolean valueIs(String text) {
        return json[valueFrom] == '"' && matches(valueFrom + 1, valueTo - 1, text);
    }

    /** The value of {@code name} in {@code json[from, to)} as a number, if it is one. */
    static Optional<Integer> number(byte[] json, int from, int to, String name) {
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

    private boolean matches(int from, int to, String text) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (json[i] != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    private void skipSpace() {
        while (at < end && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
    }

    private void skipString() {
        at++;
        while (at < end && json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
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
