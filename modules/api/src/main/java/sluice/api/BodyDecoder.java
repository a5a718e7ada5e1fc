package sluice.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * Service: takes content codings off bodies of requests and answers (RFC 9110 §8.4.1). All providers are used together. Stateless and
 * thread-safe; a stream belongs to one thread.
 */
public interface BodyDecoder {
    /** The codings, lower-case, such as {@code gzip}. */
    Set<String> encodings();

    /**
     * A stream of the decoded bytes. It allocates a bounded amount of memory whatever the input claims; how much may come out
     * is limited by who reads it. Closing it does not close {@code in}.
     *
     * @param encoding one of {@link #encodings}
     * @throws Corrupt if the bytes are not of that coding, then or while reading
     */
    InputStream decode(String encoding, InputStream in) throws IOException;

    /** Bytes that are not of the content coding that their header names: the sender's fault, unlike a broken connection. */
    final class Corrupt extends IOException {
        private static final long serialVersionUID = 1L;

        /** A fault, described without any bytes of the body. */
        public Corrupt(String message) {
            super(message);
        }
    }
}
