package sluice.api;

/** Service: reads a request body once. Implementations are stateless and thread-safe. */
public interface BodyScanner extends Named {
    /** Deepest nesting of arrays and objects that is accepted. */
    int MAX_DEPTH = 512;

    /**
     * Validates {@code buffer[from, to)} as one JSON object (RFC 8259, UTF-8, no byte order mark, nesting at most
     * {@value #MAX_DEPTH}) and notes where its members are.
     *
     * <p>The result refers to {@code buffer}, which must not be written as long as the result is used.
     */
    Scan scan(byte[] buffer, int from, int to);

    /** What a {@link BodyScanner} found. */
    sealed interface Scan {
        /**
         * The bytes are one valid JSON object.
         *
         * @param body whose members can be asked for; it refers to the bytes
         */
        record Valid(RequestBody body) implements Scan { }

        /**
         * The bytes are not one valid JSON object.
         *
         * @param offset distance in bytes from the start of the body to the first byte that cannot be right
         * @param reason what is wrong there, in a few words, without any text of the body
         */
        record Malformed(int offset, String reason) implements Scan { }
    }
}
