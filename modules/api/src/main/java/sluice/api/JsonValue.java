package sluice.api;

/**
 * What a request body holds at one place.
 *
 * @param kind the value's kind; {@code ABSENT} if there is no such member
 * @param text a string's unescaped text, or a number's literal text; empty for all other kinds
 */
public record JsonValue(Kind kind, String text) {
    /** The kinds of RFC 8259 §3, and absence. */
    public enum Kind { ABSENT, NULL, TRUE, FALSE, NUMBER, STRING, ARRAY, OBJECT }

    public static final JsonValue ABSENT = new JsonValue(Kind.ABSENT, "");
    public static final JsonValue NULL = new JsonValue(Kind.NULL, "");
    public static final JsonValue TRUE = new JsonValue(Kind.TRUE, "");
    public static final JsonValue FALSE = new JsonValue(Kind.FALSE, "");
    public static final JsonValue ARRAY = new JsonValue(Kind.ARRAY, "");
    public static final JsonValue OBJECT = new JsonValue(Kind.OBJECT, "");

    /** A string. */
    public static JsonValue string(String text) {
        return new JsonValue(Kind.STRING, text);
    }

    /** Whether this is a string with at least one character. */
    public boolean isText() {
        return kind == Kind.STRING && !text.isEmpty();
    }

    /** Whether there is neither a member nor a value: absent or {@code null}. */
    public boolean isEmpty() {
        return kind == Kind.ABSENT || kind == Kind.NULL;
    }
}
