package sluice.json;

/**
 * Hears what a {@link JsonReader} finds. Called on the reader's thread.
 *
 * @param <F> names what is found
 */
public interface JsonFacts<F> {
    /** A string, or a number where a text is wanted: {@code spelled[0, length)} with its escapes, cut off if it is long. */
    void text(F fact, byte[] spelled, int length);

    /** A whole number; its fraction is left out. -1 for one that is below zero or has an exponent, as no count has. */
    void number(F fact, long value);

    /** So many more bytes of a string whose size is wanted: it may go on, and an escape of one letter is one byte. */
    default void passed(F fact, int bytes) {
        // most do not care
    }

    /** A container begins of which the extent is wanted. */
    default void opened(F fact) {
        // most do not care
    }

    /** It ends. */
    default void closed(F fact) {
        // most do not care
    }

    /** A literal, such as {@code null}, stands where something else is wanted. */
    default void literal(F fact) {
        // most do not care
    }
}
