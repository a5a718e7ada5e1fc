package sluice.api;

/** What a {@link BodyScanner} found. */
public sealed interface Scan {
    /** The bytes are one valid JSON object. */
    record Valid(RequestBody body) implements Scan { }

    /**
     * The bytes are not one valid JSON object.
     *
     * @param offset distance in bytes from the start of the body to the first byte that cannot be right
     * @param reason what is wrong there, in a few words, without any text of the body
     */
    record Malformed(int offset, String reason) implements Scan { }
}
