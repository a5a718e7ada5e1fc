package sluice.api;

/**
 * What a request body holds at one place.
 *
 * @param kind the value's kind; {@code ABSENT} if there is no such member
 * @param text a string's unescaped text, or a number's literal text; of one longer than 16 KiB only so much; empty for all other kinds
 */
public record JsonValue(Kind kind, String text) {
    /** The kinds of RFC 8259 §3, and absence. */
    public enum Kind {
        /** There is no such member. */
        ABSENT,
        /** {@code null}. */
        NULL,
        /** {@code true}. */
        TRUE,
        /** {@code false}. */
        FALSE,
        /** A number, as it was spelled. */
        NUMBER,
        /** A text. */
        STRING,
        /** An array, whose elements were not kept. */
        ARRAY,
        /** An object, whose members were not kept. */
        OBJECT
    }

    /** No such member. */
    public static final JsonValue ABSENT = new JsonValue(Kind.ABSENT, "");
    /** {@code null}. */
    public static final JsonValue NULL = new JsonValue(Kind.NULL, "");
    /** {@code true}. */
    public static final JsonValue TRUE = new JsonValue(Kind.TRUE, "");
    /** {@code false}. */
    public static final JsonValue FALSE = new JsonValue(Kind.FALSE, "");
    /** Some array. */
    public static final JsonValue ARRAY = new JsonValue(Kind.ARRAY, "");
    /** Some object. */
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
